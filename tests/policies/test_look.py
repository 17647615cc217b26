"""The look holds together: macros and icons exist, nothing is inline, pages stay light (ux.md, "The bar")."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from pmweb import assets

PACKAGE = Path(__file__).resolve().parents[2] / "pmweb"
STATIC = PACKAGE / "static"
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
MACROS = ("basics", "forms", "lists", "papers", "signing")
KILOBYTE = 1000

_environment = Environment(extensions=["jinja2.ext.i18n"])


def _named(path: Path) -> str:
    return str(path.relative_to(PACKAGE / "templates"))


def _tree(path: Path) -> nodes.Template:
    return _environment.parse(path.read_text(encoding="utf-8"))


def _packed(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9))


def _macros() -> dict[tuple[str, str], list[str]]:
    """(file, macro) → the names of its arguments."""
    return {
        (f"shared/{file}.html", macro.name): [argument.name for argument in macro.args]
        for file in MACROS
        for macro in _tree(PACKAGE / "templates" / "shared" / f"{file}.html").find_all(nodes.Macro)
    }


def _imported(tree: nodes.Template) -> Iterator[tuple[str, str, str]]:
    """(file, macro, the name it has on this page) of the shared macros that a page imports."""
    for one in tree.find_all(nodes.FromImport):
        if isinstance(one.template, nodes.Const) and one.template.value.startswith("shared/"):
            for name in one.names:
                macro, alias = name if isinstance(name, tuple) else (name, name)
                yield one.template.value, macro, alias


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_a_page_asks_for_macros_as_they_are(path: Path) -> None:
    known, tree = _macros(), _tree(path)
    here: dict[str, list[str]] = {}
    for file, macro, alias in _imported(tree):
        assert (file, macro) in known, f"{file} has no macro {macro}"
        here[alias] = known[file, macro]
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in here and call.node.name != "field":
            arguments = here[call.node.name]
            strangers = [keyword.key for keyword in call.kwargs if keyword.key not in arguments]
            assert not strangers, f"line {call.lineno}: {call.node.name} does not know {strangers}"
            assert len(call.args) <= len(arguments), f"line {call.lineno}: {call.node.name} takes {arguments}"


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    pages = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    asked = set(re.findall(r'\bicon(?:_name)?[(=]"([a-z-]+)"', pages))
    for path in [PACKAGE / "web" / "navigation.py", *(PACKAGE / "blueprints").rglob("cards.py")]:
        asked |= _icons(path.read_text(encoding="utf-8"))
    assert not asked - drawn


def _icons(source: str) -> set[str]:
    """The icons of a rail entry, a card, an action."""
    return {
        name
        for pair in re.findall(r'icon="([a-z-]+)"|, "([a-z]+)", Permission', source)
        for name in pair
        if name
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_a_page_has_no_style_and_no_script_of_its_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|\bhx-on\b", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_the_id_of_a_field_is_that_of_its_form(path: Path) -> None:
    """Else its label, its error and the way to it from the summary name another one."""
    assert not re.search(r"\bfield\([^)]*\bid=", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", assets.STYLES)
def test_the_style_sheet_of_a_page_stays_below_nine_kilobytes(name: str) -> None:
    assert _packed(f"built/{name}") <= 9 * KILOBYTE


def test_the_script_of_the_forms_stays_below_four_kilobytes() -> None:
    assert _packed("field.js") <= 4 * KILOBYTE


def test_a_paper_names_the_day_itself() -> None:
    """A printed paper is read years later: it says no 今天 and no 昨天 (``stamp``, not ``when``)."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES}
    papers = [name for name, text in sources.items() if "base_print.html" in text] + ["papers.html"]
    assert len(papers) > 6
    assert not [name for name in papers if "|when" in sources[name]]
