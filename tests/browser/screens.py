"""What people do on any page, in the words that stand on it; every touch of the screen is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.pictures import jpeg, phone_photo, png


class Screen:
    """A device in somebody's hands."""

    def __init__(self, page: Page, *, js: bool = True) -> None:
        self.page = page
        self.js = js
        self.taps = 0

    def at(self, heading: str) -> None:
        """The page of this heading is open."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    def says(self, text: str) -> None:
        """These words can be read."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def touch(self, what: Locator) -> None:
        """One tap."""
        self.taps += 1
        what.click()

    def press(self, button: Locator) -> None:
        """One tap on what sends a form that stays on its page: without JavaScript the page comes anew, as a whole."""
        if self.js:
            self.touch(button)
            return
        with self.page.expect_navigation():
            self.touch(button)

    def step(self, title: str) -> None:
        """Open a step of a task list."""
        name = self.page.locator(".t", has_text=re.compile(rf"^{re.escape(title)}$"))
        self.touch(self.page.locator(".tasks a.row", has=name))

    def tap(self, word: str, within: Locator | None = None) -> None:
        """Tap the button of this word, or the link where there is no such button."""
        place = within or self.page
        button = place.get_by_role("button", name=word, exact=True)
        link = place.get_by_role("link", name=word, exact=True)
        expect(button.or_(link).first).to_be_visible()
        self.touch(button.first if button.count() else link.first)

    def choose(self, *words: str) -> None:
        """Tap these chips, each of which is not chosen yet."""
        for word in words:
            chip = self.page.locator(
                "label.chip, label.switch", has_text=re.compile(rf"^\s*{re.escape(word)}")
            )
            if not chip.locator("input").is_checked():
                self.touch(chip)

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        """Tap a field and type."""
        self.taps += 1
        (within or self.page).get_by_label(label, exact=True).fill(text)

    def pick(self, label: str, option: str) -> None:
        """Choose from a list that opens."""
        self.taps += 2
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def unfold(self, summary: str) -> Locator:
        """Open a part of the page that is folded in; the part."""
        part = self.page.locator("details", has=self.page.locator("summary", has_text=summary))
        if part.get_attribute("open") is None:
            self.touch(part.locator("summary"))
        return part

    def attach(self, label: str, *photos: FilePayload, within: Locator | None = None) -> None:
        """Take a photo, or choose some."""
        self.taps += 1
        (within or self.page).get_by_label(label, exact=True).set_input_files(list(photos))

    def draw_on_pad(self) -> None:
        """A signature with the pointer: two strokes."""
        pad = self.page.locator(".pad canvas")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        for stroke in _STROKES:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            self.page.mouse.move(*points[0])
            self.page.mouse.down()
            for point in points[1:]:
                self.page.mouse.move(*point, steps=4)
            self.page.mouse.up()
            self.taps += 1


_STROKES: Sequence[Sequence[tuple[float, float]]] = (
    ((0.2, 0.3), (0.35, 0.7), (0.5, 0.3), (0.6, 0.6)),
    ((0.55, 0.25), (0.8, 0.5), (0.6, 0.8)),
)

_taken = 0


def photo() -> FilePayload:
    """A photo as a phone takes it, another one each time."""
    global _taken
    _taken += 1
    return {
        "name": f"IMG_{_taken:04d}.jpg",
        "mimeType": "image/jpeg",
        "buffer": phone_photo((900 + _taken, 700)),
    }


def scan(name: str) -> FilePayload:
    """A paper on the scanner."""
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}


def signed_page() -> FilePayload:
    """The photo of a page that was signed by hand."""
    return {"name": "signed.png", "mimeType": "image/png", "buffer": png()}
