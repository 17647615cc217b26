"""The resident's own view of a complaint: a link that ends, and what is written through it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintClock, ComplaintWord
from pmweb.blueprints.complaints.operations.promises import is_promised, promise, tell
from pmweb.blueprints.complaints.rules import ClockKind, Owner, Promise
from pmweb.domain.deadlines import same_day
from pmweb.extensions import unit
from pmweb.models import tasks
from pmweb.models.people import Person
from pmweb.models.staff import Staff, StaffRole

TOLD = (ClockKind.REPLY, ClockKind.RESOLVE, ClockKind.FEEDBACK)
"""The deadlines that are promises to the resident; the others are the office's own affair."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message between the office and the resident, as the resident reads it: no names, no telephone numbers."""

    at: datetime
    by_office: bool
    text: str


def issue_link(complaint: Complaint, at: datetime) -> str:
    """A new serial for the link; one that was given before opens nothing any more. It ends by itself."""
    complaint.link_serial = secrets.token_urlsafe(18)
    complaint.link_until_at = rules.link_ends(at, clock.zone())
    tell(complaint, "complaint.link", at, counts=False, until=complaint.link_until_at.isoformat())
    return complaint.link_serial


def withdraw_link(complaint: Complaint, at: datetime) -> None:
    """The link opens nothing any more."""
    complaint.link_serial = complaint.link_until_at = None
    tell(complaint, "complaint.link_withdrawn", at, counts=False)


def is_open(complaint: Complaint, at: datetime) -> bool:
    """Whether there is a link that opens the complaint now."""
    until = complaint.link_until_at
    return complaint.link_serial is not None and until is not None and until > at


def opened_by(complaint_id: int, serial: str, at: datetime, *, to_write: bool = False) -> Complaint | None:
    """The complaint that this very link opens now; None for another one's, a withdrawn or an ended link.

    ``to_write``: whoever sends the same a second time at the same moment waits here for the first.
    """
    query = select(Complaint).where(
        Complaint.id == complaint_id, Complaint.link_serial == serial, Complaint.link_until_at > at
    )
    return unit().scalar(query.with_for_update(of=Complaint) if to_write else query)


def said(complaint: Complaint) -> tuple[Said, ...]:
    """What the office answered and the resident wrote, in its order."""
    query = select(ComplaintWord).where(ComplaintWord.complaint_id == complaint.id)
    words = unit().scalars(query.order_by(ComplaintWord.said_at, ComplaintWord.id)).all()
    names = _names(complaint, [one.text for one in words]) if words else set()
    return tuple(
        Said(one.said_at, one.by_id is not None, rules.without_people(one.text, names)) for one in words
    )


def _names(complaint: Complaint, texts: Sequence[str]) -> set[str]:
    """Everybody of the office, whoever of the estate stands in these texts, and who the complaint itself names."""
    here = StaffRole.estate_id == complaint.estate_id
    known = set(
        unit().scalars(select(Staff.name).join(StaffRole, StaffRole.staff_id == Staff.id).where(here))
    )
    said = literal("\n".join(texts))
    known |= set(unit().scalars(select(Person.name).where(said.contains(Person.name)).distinct()))
    return known | {complaint.complainant_name, complaint.against_name}


def told_clocks(complaint: Complaint) -> Sequence[ComplaintClock]:
    """The deadlines of this round that the resident is promised, met or not, the one that ends first before others."""
    query = select(ComplaintClock).where(
        ComplaintClock.complaint_id == complaint.id,
        ComplaintClock.round == complaint.round,
        ComplaintClock.kind.in_(TOLD),
        ComplaintClock.withdrawn.is_(False),
    )
    return unit().scalars(query.order_by(ComplaintClock.due_at, ComplaintClock.id)).all()


def write(complaint: Complaint, text: str, at: datetime, *, key: str = "") -> ComplaintWord:
    """What the resident writes; the receiver is promised to read it on the same day (ours).

    The same text with the same ``key`` (that of the form) is what was kept already. ``RuleBroken``:
    ``complaint.word`` (nothing was written), ``complaint.words_many`` (too many wait already).
    """
    sent = hashlib.sha256(f"{key}\n{text}".encode()).hexdigest() if key else None
    again = select(ComplaintWord).where(
        ComplaintWord.complaint_id == complaint.id, ComplaintWord.sent == sent
    )
    known = unit().scalar(again) if sent else None
    if known is not None:
        return known
    query = select(ComplaintWord).where(
        ComplaintWord.complaint_id == complaint.id, ComplaintWord.by_id.is_(None)
    )
    rules.refuse_word(text, len(unit().scalars(query.limit(rules.MOST_WORDS)).all()))
    word = ComplaintWord(
        complaint_id=complaint.id,
        round=complaint.round,
        said_at=at,
        channel="link",
        text=text,
        sent=sent,
        by_id=None,
    )
    unit().add(word)
    read = Promise(rules.WORD, "P-4", same_day(at, clock.zone()), owner=Owner.RECEIVER)
    promise(complaint, read, event_at=at)
    tell(complaint, "complaint.word", at, counts=False, text=text)
    return word


def read(complaint: Complaint, at: datetime) -> bool:
    """Somebody of the office has read what the resident wrote; whether there was anything to read."""
    waits = is_promised(complaint, rules.WORD)
    tasks.keep(unit(), rules.WORD, complaint, at=at)
    return waits
