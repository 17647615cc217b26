"""The resident's own view of a complaint: a link that ends, and what is written through it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintWord
from pmweb.blueprints.complaints.operations.promises import promise, tell
from pmweb.blueprints.complaints.rules import Owner, Promise
from pmweb.domain.deadlines import same_day
from pmweb.extensions import unit


def issue_link(complaint: Complaint, at: datetime) -> str:
    """A new serial for the link; one that was given before opens nothing any more. It ends by itself."""
    complaint.link_serial = secrets.token_urlsafe(18)
    complaint.link_until_at = rules.link_ends(at, clock.zone())
    tell(complaint, "complaint.link", at, until=complaint.link_until_at.isoformat())
    return complaint.link_serial


def withdraw_link(complaint: Complaint, at: datetime) -> None:
    """The link opens nothing any more."""
    complaint.link_serial = complaint.link_until_at = None
    tell(complaint, "complaint.link_withdrawn", at)


def opened_by(complaint_id: int, serial: str, at: datetime) -> Complaint | None:
    """The complaint that this very link opens now; None for another one's, a withdrawn or an ended link."""
    query = select(Complaint).where(
        Complaint.id == complaint_id, Complaint.link_serial == serial, Complaint.link_until_at > at
    )
    return unit().scalar(query)


def write(complaint: Complaint, text: str, at: datetime) -> ComplaintWord:
    """What the resident writes; the receiver is promised to read it on the same day (ours).

    ``RuleBroken``: ``complaint.word`` (nothing was written), ``complaint.words_many`` (too many wait already).
    """
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
        by_id=None,
    )
    unit().add(word)
    read = Promise(rules.WORD, "P-4", same_day(at, clock.zone()), owner=Owner.RECEIVER)
    promise(complaint, read, event_at=at)
    tell(complaint, "complaint.word", at, text=text)
    return word
