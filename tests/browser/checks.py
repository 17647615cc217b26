"""What every page keeps (ux.md, "The bar"): axe, 48 px, no sideways scrolling at 320 px, a sane order of focus."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Page

from tests.browser.devices import LANDSCAPE, NARROWEST, PHONE, SIZES, Size

_AXE = Path(__file__).parent / "vendor" / "axe.min.js"

_RUN_AXE = """async () => (await axe.run(document, {
    resultTypes: ['violations'], preload: false,
})).violations.map(v => ({
    rule: v.id, help: v.help,
    nodes: v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' – ' + (n.any[0] || n.all[0] || n.none[0] || {}).message),
}))"""

_SMALL_TARGETS = """() => {
  const seen = e => e.checkVisibility({checkVisibilityCSS: true}) && e.getBoundingClientRect().width > 0;
  const inSentence = e => {
    if (!e.matches('a') || getComputedStyle(e).display !== 'inline') return false;
    const around = e.closest('p, li, dd, td, small');
    return !!around && [...around.childNodes].some(n => n.nodeType === 3 && n.textContent.trim().length > 1);
  };
  const ownLabel = e => e.matches('input') && e.closest('label');
  const all = document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, '
    + 'label:has(input[type=checkbox]), label:has(input[type=radio]), label:has(input[type=file])');
  const excepted = e => e.matches('.skip, [aria-hidden=true]') || ownLabel(e) || inSentence(e);
  return [...all].filter(e => seen(e) && !excepted(e)).flatMap(e => {
    const box = e.getBoundingClientRect();
    if (box.width >= 47.9 && box.height >= 47.9) return [];
    const word = (e.textContent || e.getAttribute('aria-label') || e.id || e.name || '').trim().slice(0, 24);
    const size = `${box.width.toFixed(0)}×${box.height.toFixed(0)}`;
    return [`<${e.tagName.toLowerCase()} class="${e.className}"> ${word} ${size}`];
  });
}"""

_SIDEWAYS = """() => {
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over <= 0) return [];
  const inside = e => e.closest('.scroll') || getComputedStyle(e).position === 'fixed';
  const wide = [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !inside(e));
  return [`${over} px too wide: ` + wide.slice(0, 4).map(e => e.tagName.toLowerCase() + '.'
    + (e.getAttribute('class') || '') + ' ' + e.textContent.trim().slice(0, 16)).join(' | ')];
}"""

_CROWDED = """() => {
  const box = e => e.getBoundingClientRect(), said = e => e.textContent.trim().slice(0, 16);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  return [...document.querySelectorAll('.reg tr')].flatMap(row => {
    const right = box(row.closest('.reg')).right + 1;
    const cells = [...row.children].map(cell => [...cell.querySelectorAll('.tag, .btn, a, b, small, .due')]);
    const out = cells.flat().filter(e => box(e).right > right).map(e => 'beyond the register: ' + said(e));
    return out.concat(cells.flatMap((here, i) => cells.slice(i + 1).flat().flatMap(b =>
      here.filter(a => over(box(a), box(b))).map(a => `one upon the other: ${said(a)} | ${said(b)}`))));
  }).slice(0, 4);
}"""

_FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  e.dataset.tabbed = +(e.dataset.tabbed || 0) + 1;
  const target = e.matches('input') && e.closest('label') || e;
  const box = target.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 24), 1), innerHeight - 2);
  const top = document.elementFromPoint(x, y);
  return {
    word: (target.textContent || e.getAttribute('aria-label') || e.id || e.name || '').trim().slice(0, 24),
    again: +e.dataset.tabbed > 1,
    order: [...document.querySelectorAll('*')].indexOf(e),
    hidden: !e.matches('.skip') && !(top && (target.contains(top) || top.contains(target))),
    positive: e.tabIndex > 0,
    dock: !!e.closest('.dock'),
  };
}"""

_PARTS = """() => {
  const marks = e => [...e.attributes].map(({name, value}) => /^(class|role|type)$/.test(name) ? value : name);
  const said = e => [e.localName, ...marks(e), e.textContent.trim() ? 'says' : 'silent'].join(' ');
  return [...new Set([...document.querySelectorAll('body *')].map(e => said(e.parentElement) + ' > ' + said(e)))];
}"""

_BONES = """() => {
  const found = [], ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  if (twice.length) found.push('ids used twice: ' + [...new Set(twice)].join(' '));
  if (!document.title.trim()) found.push('no title');
  if (document.querySelectorAll('h1').length !== 1) found.push(document.querySelectorAll('h1').length + ' × h1');
  if (!document.documentElement.lang) found.push('no language');
  return found;
}"""


@cache
def axe_source() -> str:
    """The text of axe-core, which set-up has fetched."""
    return _AXE.read_text(encoding="utf-8")


def axe_says(page: Page) -> list[str]:
    """The violations that axe finds. It is run from outside the page, whose policy forbids foreign scripts."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe_source() + "; 0")
    violations = cast(list[dict[str, Any]], page.evaluate(_RUN_AXE))
    return [f"axe {v['rule']} ({v['help']}): " + " ¦ ".join(v["nodes"]) for v in violations]


def small_targets(page: Page) -> list[str]:
    """Controls below 48 × 48 px; links inside a sentence are excepted."""
    return ["small " + text for text in cast(list[str], page.evaluate(_SMALL_TARGETS))]


def sideways(page: Page) -> list[str]:
    """What makes the page wider than the screen, or a register, which is clipped, wider than it is."""
    return cast(list[str], [*page.evaluate(_SIDEWAYS), *page.evaluate(_CROWDED)])


def bones(page: Page) -> list[str]:
    """A title, a language, one h1, unique ids."""
    return cast(list[str], page.evaluate(_BONES))


def focus_says(page: Page, most: int = 50) -> list[str]:
    """Walk the first controls with the Tab key: in the order of the page, each to be seen when it has the focus."""
    found, last = [], -1
    page.evaluate("() => { scrollTo(0, 0); document.activeElement?.blur(); }")
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUSED)
        if at is None or at["again"]:
            break
        if at["positive"]:
            found.append(f"tabindex above 0: {at['word']}")
        if at["hidden"]:
            found.append(f"covered when focused: {at['word']}")
        if at["order"] < last:
            found.append(f"focus jumps back to: {at['word']}")
        last = at["order"]
    page.evaluate("() => document.querySelectorAll('[data-tabbed]').forEach(e => delete e.dataset.tabbed)")
    return found


def parts_of(page: Page) -> set[str]:
    """What the page is made of: each kind of element in its kind of parent, without its words."""
    return set(cast(list[str], page.evaluate(_PARTS)))


def faults_of(page: Page, axe_in: Collection[Size] = SIZES) -> list[tuple[Size, str]]:
    """What is wrong with the page that is open, in every size; it is loaded once, the style follows by itself.

    What takes most of the time is left out where another state of the page had all of it: axe looks in these sizes
    (``axe_in``), the Tab key walks where axe looks in all.
    """
    page.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true; })")
    found = [(LANDSCAPE, text) for text in bones(page)]
    for size in SIZES:
        _turn(page, size)
        axe = axe_says(page) if size in axe_in else []
        found += [(size, text) for text in [*axe, *small_targets(page), *sideways(page)]]
    if axe_in == SIZES:
        found += [(PHONE, text) for text in focus_says(page)]
    _turn(page, NARROWEST)
    return found + [(NARROWEST, text) for text in sideways(page)]


def _turn(page: Page, size: Size) -> None:
    page.set_viewport_size({"width": size.width, "height": size.height})
