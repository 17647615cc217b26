"""What the resident is told and says: answers, verdict, closing, new rounds, a second look (P-16, P-20 to P-23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import ROUND_FACTS, Complaint, ComplaintRound, ComplaintWord
from pmweb.blueprints.complaints.operations import clocks
from pmweb.blueprints.complaints.operations.moves import (
    case_of,
    move,
    not_before,
    refuse_impossible,
    table,
)
from pmweb.blueprints.complaints.operations.promises import follow, promise, promise_next, somebody_else, tell
from pmweb.blueprints.complaints.rules import (
    AnswerChannel,
    ClockKind,
    ComplaintState,
    Due,
    Promise,
    Validity,
    Verb,
)
from pmweb.data import defaults
from pmweb.domain.deadlines import days_after
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import tasks
from pmweb.models.staff import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How the resident was told the result, and the verdict: accepted or not, a mark from 1 to 5, own words."""

    channel: AnswerChannel
    text: str
    accepted: bool | None
    satisfaction: int | None
    said: str


def reply(complaint: Complaint, channel: AnswerChannel, text: str, by: Staff, at: datetime) -> None:
    """P-14: a clear answer to the resident, which can be read through the link as well; the clock of it is met."""
    refuse_impossible(complaint, Verb.REPLY)
    at = not_before(complaint, at)
    _say(complaint, channel, text, by, at)
    complaint.replied_at = complaint.replied_at or at
    clocks.meet(complaint, ClockKind.REPLY, at)
    tasks.keep(unit(), rules.WORD, complaint, at=at)
    tell(complaint, "complaint.replied", at, channel=channel.value, text=text)
    promise_next(complaint, at)


def _say(complaint: Complaint, channel: AnswerChannel, text: str, by: Staff, at: datetime) -> None:
    unit().add(
        ComplaintWord(
            complaint_id=complaint.id,
            round=complaint.round,
            said_at=at,
            channel=channel.value,
            text=text,
            by_id=by.id,
        )
    )


def inform(complaint: Complaint, told: Told, by: Staff, at: datetime) -> None:
    """P-21: the resident is told the result by phone or in person, on the day on which the receiver got it (A-35)."""
    refuse_impossible(complaint, Verb.INFORM)
    move(complaint, Verb.INFORM)
    at = not_before(complaint, at)
    complaint.informed_at, complaint.informed_by_id, complaint.informed_channel = at, by.id, told.channel
    complaint.told, complaint.accepted = told.text, told.accepted
    complaint.satisfaction, complaint.resident_said = told.satisfaction, told.said
    complaint.replied_at = complaint.replied_at or at
    _say(complaint, told.channel, told.text or complaint.result, by, at)
    clocks.meet(complaint, ClockKind.FEEDBACK, at)
    clocks.meet(complaint, ClockKind.REPLY, at)
    tasks.keep(unit(), rules.WORD, complaint, at=at)
    verdict = None if told.accepted is None else "yes" if told.accepted else "no"
    follow(complaint, "complaint.informed", at, channel=told.channel.value, accepted=verdict, said=told.said)


def close(complaint: Complaint, note: str, by: Staff, at: datetime) -> None:
    """The supervisor closes what the resident was told.

    ``RuleBroken``: ``move.illegal``, ``complaint.close_reason``, ``complaint.doubt_first``.
    """
    refuse_impossible(complaint, Verb.CLOSE)
    doubted = case_of(complaint).doubted
    rules.refuse_closing(accepted=complaint.accepted, note=note, doubted=doubted)
    _end(complaint, note, by, at)


def _end(complaint: Complaint, note: str, by: Staff, at: datetime) -> None:
    at = not_before(complaint, at)
    complaint.closed_at, complaint.closed_by_id, complaint.close_note = at, by.id, note
    complaint.validity = complaint.validity or Validity.VALID
    complaint.state = table().move(complaint.state, ComplaintState.CLOSED)
    clocks.stop(complaint, at)
    follow(complaint, "complaint.closed", at, note=note)


def reopen(complaint: Complaint, reason: str, at: datetime) -> None:
    """It did not hold: what was done is kept, and a new round begins, for a reason that everybody sees.

    The deadline of handling runs anew from now (ours: the procedure names none for a second time).
    """
    refuse_impossible(complaint, Verb.REOPEN)
    rules.refuse_without_reason(reason)
    at = not_before(complaint, at)
    kept = {name: getattr(complaint, name) for name in ROUND_FACTS}
    complaint.rounds.append(ComplaintRound(round=complaint.round, ended_at=at, reason=reason, **kept))
    clocks.stop(complaint, at)
    move(complaint, Verb.REOPEN)
    complaint.round += 1
    for name in ROUND_FACTS:
        setattr(
            complaint, name, "" if type(getattr(complaint, name)) is str else None
        )  # no member of an enum
    complaint.acknowledged_at = complaint.acknowledged_by_id = None
    complaint.unsolvable, complaint.resident_deadline_at = "", None
    unit().flush()
    resolve = defaults().complaints.levels[complaint.level].deadlines[ClockKind.RESOLVE]
    clocks.start(complaint, Due(ClockKind.RESOLVE, rules.due_of(resolve, at, clock.zone())), at, at)
    follow(complaint, "complaint.reopened", at, reason=reason)


def agree(complaint: Complaint, until: datetime, said: str, at: datetime) -> None:
    """P-16: the deadline is agreed anew with the resident; only for a minor complaint, and it is written down.

    Before it has passed: what is late stays late. ``RuleBroken``: ``move.illegal``, ``complaint.deadline_past``,
    ``complaint.reason``, ``complaint.agreed_late``.
    """
    refuse_impossible(complaint, Verb.AGREE)
    rules.refuse_past_deadline(until, at, field="until")
    rules.refuse_without_reason(said, field="said")
    at = not_before(complaint, at)
    now_due = [one.due_at for one in clocks.running(complaint, ClockKind.RESOLVE)]
    rules.refuse_late_agreement(now_due, at)
    complaint.resident_deadline_at = until
    since = min(one.started_at for one in clocks.running(complaint, ClockKind.RESOLVE))
    clocks.withdraw(complaint, at, ClockKind.RESOLVE)
    clocks.start(complaint, Due(ClockKind.RESOLVE, until), since, at, told=True)
    tell(complaint, "complaint.agreed", at, until=until.isoformat(), said=said)
    promise_next(complaint, at)


def find_invalid(complaint: Complaint, doubt: str, help_given: str, by: Staff, at: datetime) -> None:
    """P-23: there is nothing in it, for this reason; the resident is helped all the same, and a supervisor looks again.

    ``RuleBroken``: ``move.illegal``, ``complaint.reason``, ``complaint.help``.
    """
    refuse_impossible(complaint, Verb.INVALID)
    rules.refuse_without_reason(doubt, field="doubt")
    if not help_given.strip():
        raise RuleBroken("complaint.help", field="help_given")
    complaint.doubted_at, complaint.doubted_by_id = not_before(complaint, at), by.id
    complaint.doubt, complaint.help_given = doubt, help_given
    due = days_after(at, 1, clock.zone())
    role, department = somebody_else(by, rules.DESK)
    promise(complaint, Promise(rules.DOUBT, "P-23", due, role, department), event_at=at)
    tell(complaint, "complaint.doubted", at, doubt=doubt, help=help_given)


def look_again(complaint: Complaint, found: Validity, note: str, by: Staff, at: datetime) -> None:
    """P-23: the second look of a supervisor, who is not the one that found it invalid.

    One that was not even handed out is closed with it, the explanation told; all others are handled to their end.
    ``RuleBroken``: ``move.illegal``, ``complaint.second_look``, ``complaint.explanation``.
    """
    refuse_impossible(complaint, Verb.VALIDITY)
    rules.refuse_second_look(complaint.doubted_by_id, by.id)
    at = not_before(complaint, at)
    ends = found is Validity.INVALID and complaint.state is ComplaintState.RECEIVED
    if ends and not note.strip():
        raise RuleBroken("complaint.explanation", field="note")
    complaint.validity, complaint.validity_by_id = found, by.id
    tasks.keep(unit(), rules.DOUBT, complaint, at=at)
    tell(complaint, "complaint.looked_again", at, found=found.value, note=note)
    if found is Validity.VALID:
        complaint.doubted_at, complaint.doubted_by_id, complaint.doubt = None, None, ""
    if ends:
        _say(complaint, AnswerChannel.PHONE, note, by, at)
        _end(complaint, note, by, at)
