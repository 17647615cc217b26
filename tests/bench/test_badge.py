"""How long a tap takes to be shown and durable (p95 ≤ 100 ms at 4× CPU throttle), and 70 taps to be sent (≤ 5 s)."""

from __future__ import annotations

import sys
import time
from statistics import median, quantiles

from playwright.sync_api import Page, expect

from tests.browser.cases import a_case_at_the_walk, a_checked_case
from tests.browser.conftest import Room
from tests.browser.movein_screens import Walk

TAPS = 40

# From the tap to the frame in which the button is drawn as pressed, and to the record on the device, in milliseconds.
TAP = """
(line) => new Promise((done) => {
  const id = line.id, began = performance.now(), took = {};
  const over = (name) => {
    took[name] ??= performance.now() - began;
    if (took.pressed && took.durable) done([took.pressed, took.durable]);
  };
  const look = () => {
    if (document.getElementById(id).querySelector('[aria-pressed=true]')) requestAnimationFrame(() => over('pressed'));
    else requestAnimationFrame(look);
  };
  const add = pmweb.store.add;
  pmweb.store.add = async (...what) => {
    await add(...what);
    pmweb.store.add = add;
    over('durable');
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
        page.wait_for_timeout(400)  # as fast as a finger goes down the sheet
    return took


def test_a_mark_is_shown(room: Room) -> None:
    move_in_id = a_checked_case(room.server)
    walk = Walk(room.device("repairer"))
    walk.page.goto(f"/movein/{move_in_id}")
    walk.start(rooms=(2, 2, 2))
    expect(walk.page.locator("form.item")).to_have_count(97)
    for slower in (1, 4):
        for name, took in zip(
            ("pressed", "durable"), zip(*_marks(walk.page, slower), strict=True), strict=True
        ):
            said = f"CPU {slower}× slower, {name}: median {median(took):.0f} ms, p95 {quantiles(took, n=20)[-1]:.0f} ms"
            sys.stdout.write(f"\n{said} of {len(took)} taps")
    sys.stdout.write("\n")


def test_seventy_taps_are_sent(room: Room) -> None:
    move_in_id = a_case_at_the_walk(room.server)
    page = room.device("repairer")
    room.watch_of(page).expect("ERR_INTERNET_DISCONNECTED", "fetching the script")
    page.goto(f"/movein/{move_in_id}/acceptance")
    page.context.set_offline(True)
    for number in range(70):
        page.locator(".item .seg button:first-child").nth(number).click()
    expect(page.locator("#pill")).to_have_attribute("data-n", "70")
    began = time.monotonic()
    page.context.set_offline(False)
    expect(page.locator("#pill")).to_have_attribute("data-n", "0", timeout=60_000)
    sys.stdout.write(f"\n70 taps were sent in {time.monotonic() - began:.1f} s\n")
