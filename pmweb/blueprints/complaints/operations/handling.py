"""The work of the responsible person: contact, waiting, the result (P-8 to P-12, P-19, P-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintWord, JointMeeting
from pmweb.blueprints.complaints.operations import clocks
from pmweb.blueprints.complaints.operations.moves import move, not_before, refuse_impossible
from pmweb.blueprints.complaints.operations.promises import follow
from pmweb.blueprints.complaints.rules import AnswerChannel, ClockKind, Due, FaultId, Verb
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.pictures import Prepared
from pmweb.models.staff import Staff

AFTER = "result"
"""Pictures that show what was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the responsible person found and did: whose fault and which steps (P-8, P-9, P-10), on which bases (P-2).

    ``steps`` and ``bases`` are ids of the data."""

    fault: FaultId
    steps: Sequence[str]
    cause: str
    bases: Sequence[str]
    result: str


def contact(complaint: Complaint, channel: AnswerChannel, said: str, by: Staff, at: datetime) -> None:
    """P-19: the responsible person has spoken with the resident; the time to it is what the office measures."""
    refuse_impossible(complaint, Verb.CONTACT)
    move(complaint, Verb.CONTACT)
    at = not_before(complaint, at)
    if complaint.first_contact_at is None:
        complaint.first_contact_at = at
        clocks.meet(complaint, ClockKind.FIRST_CONTACT, at)
    follow(complaint, "complaint.contacted", at, channel=channel.value, said=said, name=by.name)


def wait(complaint: Complaint, reason: str, at: datetime, until_on: date | None = None) -> None:
    """It waits for an outside party, for a reason. No rule stops a clock for that: they all run on.

    ``RuleBroken``: ``move.illegal``, ``complaint.reason``, ``complaint.until_past``.
    """
    refuse_impossible(complaint, Verb.WAIT)
    rules.refuse_without_reason(reason)
    if until_on is not None and until_on < clock.local(at).date():
        raise RuleBroken("complaint.until_past", field="until_on")
    move(complaint, Verb.WAIT)
    complaint.waiting_reason = reason
    said = until_on.isoformat() if until_on else None
    follow(complaint, "complaint.waiting", not_before(complaint, at), reason=reason, until_on=said)


def resume(complaint: Complaint, note: str, at: datetime) -> None:
    """The outside party has done its part."""
    refuse_impossible(complaint, Verb.RESUME)
    move(complaint, Verb.RESUME)
    follow(complaint, "complaint.resumed", not_before(complaint, at), note=note)


def report(complaint: Complaint, found: Found, pictures: Sequence[Prepared], at: datetime) -> None:
    """P-12, P-20: the department tells the receiver whose fault it was, what came of it and why.

    The complaint is handled with that; the clock of telling the resident begins (P-21, A-35). ``RuleBroken``:
    ``move.illegal`` and those of ``rules.refuse_result``.
    """
    refuse_impossible(complaint, Verb.REPORT)
    rules.refuse_result(
        found.fault, steps=found.steps, cause=found.cause, result=found.result, met=_met(complaint)
    )
    move(complaint, Verb.REPORT)
    at = not_before(complaint, at)
    complaint.fault, complaint.fault_steps = found.fault, rules.joined(found.steps)
    complaint.root_cause, complaint.bases = found.cause, rules.joined(found.bases)
    complaint.result, complaint.result_at, complaint.unsolvable = found.result, at, ""
    for picture in pictures:
        file = shelf.put(unit(), picture, FileKind.PHOTO, at=at)
        shelf.attach(unit(), file, complaint, at=at, caption=AFTER)
    clocks.meet(complaint, ClockKind.RESOLVE, at)
    clocks.start(complaint, Due(ClockKind.FEEDBACK, rules.feedback_due(at, clock.zone())), at, at)
    follow(complaint, "complaint.result", at, fault=found.fault.value, result=found.result)


def send_back(complaint: Complaint, reason: str, at: datetime) -> None:
    """The result does not do: the department goes on, its deadline as before. Needs a reason."""
    refuse_impossible(complaint, Verb.SEND_BACK)
    rules.refuse_without_reason(reason)
    move(complaint, Verb.SEND_BACK)
    at = not_before(complaint, at)
    clocks.stop(complaint, at, ClockKind.FEEDBACK)
    clocks.unmeet(complaint, ClockKind.RESOLVE, at)
    complaint.result_at = None
    follow(complaint, "complaint.sent_back", at, reason=reason)


def _met(complaint: Complaint) -> bool:
    """Whether a joint meeting of this round has minutes (P-10)."""
    query = select(JointMeeting.id).where(
        JointMeeting.complaint_id == complaint.id,
        JointMeeting.round == complaint.round,
        JointMeeting.held_at.is_not(None),
    )
    return unit().scalar(query.limit(1)) is not None


def words(complaint: Complaint) -> Sequence[ComplaintWord]:
    """What the office answered and the resident wrote, the oldest first."""
    query = select(ComplaintWord).where(ComplaintWord.complaint_id == complaint.id)
    return list(unit().scalars(query.order_by(ComplaintWord.said_at, ComplaintWord.id)))
