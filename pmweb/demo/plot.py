"""How the move-ins of the demo went: when each began, how far it came, what was odd about it."""

from __future__ import annotations

from dataclasses import dataclass

from pmweb.blueprints.movein.rules import Applicant


@dataclass(frozen=True)
class Story:
    """How one move-in went: when it began, how far it came, how many defects, what was odd about it."""

    days_ago: int
    until: str
    defects: int = 0
    applicant: Applicant = Applicant.OWNER
    photos: int = 1
    odd: str = ""


CHAPTERS = (
    "opened",
    "identity",
    "desk",
    "desk_signed",
    "walking",
    "walked",
    "signed",
    "dispatched",
    "working",
    "rechecked",
    "appointed",
    "second",
    "passed",
    "filed",
)

PUTTING_RIGHT = ("dispatched", "working", "rechecked", "appointed", "second")
"""Chapters that only a move-in with defects has."""

STORIES = (
    Story(41, "filed"),
    Story(40, "filed", 2),
    Story(38, "filed", 3, odd="third_round"),
    Story(36, "filed", 1, Applicant.AGENT),
    Story(35, "filed", 4, odd="open_defects"),
    Story(33, "filed", 0, Applicant.COMPANY),
    Story(31, "filed", 2, odd="paper_signature"),
    Story(30, "filed", 5),
    Story(22, "filed", 1),
    Story(13, "identity", odd="voided"),
    Story(12, "passed", 3),
    Story(11, "appointed", 2, Applicant.AGENT),
    Story(10, "appointed", 3),
    Story(9, "rechecked", 6),
    Story(8, "second", 4),
    Story(7, "rechecked", 2, odd="keys_retained"),
    Story(6, "working", 5, photos=12),
    Story(5, "signed", 7, odd="refused"),
    Story(5, "passed", 0, odd="waiting_pond"),
    Story(5, "working", 3, Applicant.COMPANY),
    Story(4, "dispatched", 4),
    Story(4, "desk", 0, Applicant.AGENT),
    Story(3, "signed", 3),
    Story(3, "opened", odd="papers_missing"),
    Story(3, "walking", 3),
    Story(2, "desk_signed"),
    Story(1, "walked", 2),
    Story(1, "dispatched", 1),
    Story(0, "walking", 2, odd="waiting_pond"),
    Story(0, "identity"),
    Story(0, "opened"),
)
