"""How long a line of the sheet takes to show that it was tapped, and its mark (p95 ≤ 100 ms at 4× CPU throttle)."""

from __future__ import annotations

import sys
from statistics import median, quantiles

from playwright.sync_api import Page, expect

from tests.browser.cases import a_checked_case
from tests.browser.conftest import Room
from tests.browser.movein_screens import Walk

TAPS = 40

# From the tap to the frame in which the button has been drawn as taken, and as pressed, in milliseconds.
TAP = """
(line) => new Promise((done) => {
  const id = line.id, began = performance.now(), took = {};
  const drawn = (name) => requestAnimationFrame(() => {
    took[name] ??= performance.now() - began;
    if (took.pressed) done([took.taken, took.pressed]);
  });
  const look = () => {
    const now = document.getElementById(id);
    const pressed = now?.querySelector('[aria-pressed=true]');
    if (pressed || now?.querySelector('button[aria-busy=true]')) drawn('taken');
    pressed ? drawn('pressed') : requestAnimationFrame(look);
  };
  line.querySelector('button[value=ok]').click();
  look();
})
"""


def _marks(page: Page, slower: int) -> list[tuple[float, float]]:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    untouched = page.locator("form.item:not(:has([aria-pressed=true])):has(button[value=ok])")
    took = []
    for _ in range(TAPS):
        took.append(untouched.first.evaluate(TAP))
        page.wait_for_load_state("networkidle")
    return took


def test_a_mark_is_shown(room: Room) -> None:
    move_in_id = a_checked_case(room.server)
    walk = Walk(room.device("repairer"))
    walk.page.goto(f"/movein/{move_in_id}")
    walk.start(rooms=(2, 2, 2))
    expect(walk.page.locator("form.item")).to_have_count(97)
    for slower in (1, 4):
        for name, took in zip(
            ("taken", "pressed"), zip(*_marks(walk.page, slower), strict=True), strict=True
        ):
            said = f"CPU {slower}× slower, {name}: median {median(took):.0f} ms, p95 {quantiles(took, n=20)[-1]:.0f} ms"
            sys.stdout.write(f"\n{said} of {len(took)} taps")
    sys.stdout.write("\n")
