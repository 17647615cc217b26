"""The devices of the office, and what a test sees through one: its page, and everything that went wrong on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, Response


@dataclass(frozen=True)
class Size:
    """A screen in CSS pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


LANDSCAPE, PORTRAIT, PHONE = Size(1180, 820), Size(820, 1180), Size(390, 844)
SIZES = (LANDSCAPE, PORTRAIT, PHONE)
NARROWEST = Size(320, 640)

_SAYS_STATUS = re.compile(r"^Failed to load resource: the server responded with a status of")


@dataclass
class Watch:
    """What the browser complains about: scripts, the content security policy, answers, requests that failed.

    ``expected`` holds what a test provokes on purpose: the status of an answer, or part of a complaint.
    """

    troubles: list[str] = field(default_factory=list)
    expected: set[int | str] = field(default_factory=set)
    stays: bool = False
    """The person answers no when the page asks whether to leave; ``asked`` counts."""
    asked: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch this page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note(f"script: {error.message}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)
        page.on("dialog", self._dialog)

    def expect(self, *provoked: int | str) -> None:
        """These are meant to happen in this test."""
        self.expected.update(provoked)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _SAYS_STATUS.match(message.text):
            self._note(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # a picture or a search that the next page made needless
        if request.failure != "net::ERR_ABORTED":
            self._note(f"request: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self._note(f"answer: {response.status} {response.request.method} {response.url}")

    def _dialog(self, dialog: Dialog) -> None:
        """Being asked whether to leave is a complaint, too: something that was typed is not saved."""
        if self.stays:
            self.asked.append(dialog.type)
            dialog.dismiss()
        else:
            self._note(f"dialog: {dialog.type}")
            dialog.accept()

    def _note(self, text: str) -> None:
        if not any(isinstance(part, str) and part in text for part in self.expected):
            self.troubles.append(text)
