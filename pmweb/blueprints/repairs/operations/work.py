"""What the office does with a repair (M-12 to M-18, R-4 to R-6).

Each verb checks the table of moves and its guards, changes the record, tells the timeline of the repair and
of its home, keeps the promise that was open and makes the next one. They flush; nobody here commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import ROUND_FACTS, Repair, RepairRound
from pmweb.blueprints.repairs.operations.billing import drop_bill
from pmweb.blueprints.repairs.operations.moves import move, not_before, table
from pmweb.blueprints.repairs.operations.promises import (
    follow,
    nature_of,
    promise_appointment,
    promise_decision,
    withdraw_appointment,
)
from pmweb.blueprints.repairs.rules import (
    RepairSource,
    RepairState,
    Responsible,
    Severity,
    WaitKind,
)
from pmweb.data import defaults
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import numbering, shelf
from pmweb.models.files import StoredFile
from pmweb.models.homes import Home
from pmweb.models.staff import Staff, repair_team

BEFORE, AFTER = "before", "after"
"""Captions of the photos of a repair (FM-09)."""


def register_defect(
    home: Home,
    *,
    source_kind: str,
    source_id: int,
    item_code: str,
    place: str,
    description: str,
    trade: str,
    severity: Severity | str,
    responsible: Responsible | str = Responsible.DEVELOPER,
    due_on: date | None = None,
    photo_ids: Iterable[int] = (),
    at: datetime,
    round: int = 1,
) -> Repair:
    """M-12: enter a defect of the acceptance into the repair register, with its work order.

    ``place`` is the room as the sheet calls it, ``due_on`` the day agreed with the owner, ``round`` is above
    1 for a defect that first showed at a later acceptance. The dispatcher is promised to hand it out.
    """
    severity, session = Severity(severity), unit()
    repair = Repair(
        number=numbering.next_number(session, numbering.NumberKind.REPAIR, clock.local(at).year),
        home_id=home.id,
        home=home,
        source=RepairSource.ACCEPTANCE,
        source_kind=source_kind,
        source_id=source_id,
        item_code=item_code,
        place=place,
        trade=trade,
        priority=rules.priority_of(severity),
        severity=severity,
        responsible=Responsible(responsible),
        description=description,
        due_on=due_on,
        registered_at=at,
        moved_at=at,
        queue_at=at,
        state=RepairState.REGISTERED,
        round=round,
    )
    session.add(repair)
    session.flush()
    _attach(repair, photo_ids, BEFORE, at)
    withdraw_appointment(repair, at)
    follow(repair, "repair.registered", at)
    return repair


def dispatch(
    repair: Repair, staff: Staff, appointment_at: datetime | None, at: datetime, reason: str = ""
) -> None:
    """R-6: hand the work order to a repairer, with the time agreed with the resident.

    From an accepted job this is a transfer, which needs a reason. ``RuleBroken``: ``repair.not_a_repairer``,
    ``repair.reason``, ``repair.appointment_past``.
    """
    table().move(repair.state, RepairState.DISPATCHED)
    transfer = repair.state is RepairState.ACCEPTED
    if transfer:
        rules.refuse_without_reason(reason)
    if not _may_work(staff):
        raise RuleBroken("repair.not_a_repairer", field="staff_id", name=staff.name)
    if appointment_at is not None and appointment_at < at:
        raise RuleBroken("repair.appointment_past", field="appointment_at")
    at = not_before(repair, at)
    move(repair, RepairState.DISPATCHED)
    repair.assignee_id, repair.assignee = staff.id, staff
    repair.appointment_at, repair.dispatched_at, repair.accepted_at = appointment_at, at, None
    event = "repair.transferred" if transfer else "repair.dispatched"
    follow(repair, event, at, to=staff.name, appointment_at=_said(appointment_at), reason=reason)


def give_back(repair: Repair, reason: str, at: datetime) -> None:
    """The job goes back to the dispatcher, given back by the repairer or called back; needs a reason.

    A job that was accepted goes back over ``dispatched``, as the table wants it.
    """
    if repair.state is RepairState.ACCEPTED:
        table().move(RepairState.ACCEPTED, RepairState.DISPATCHED)
        table().move(RepairState.DISPATCHED, RepairState.REGISTERED)
    else:
        table().move(repair.state, RepairState.REGISTERED)
    rules.refuse_without_reason(reason)
    at, name = not_before(repair, at), repair.assignee.name if repair.assignee else ""
    repair.state = RepairState.REGISTERED
    _clear(repair, "assignee_id", "appointment_at", "dispatched_at", "accepted_at")
    follow(repair, "repair.given_back", at, name=name, reason=reason)


def accept(repair: Repair, at: datetime) -> None:
    """The repairer takes the job."""
    table().move(repair.state, RepairState.ACCEPTED)
    at = not_before(repair, at)
    move(repair, RepairState.ACCEPTED)
    repair.accepted_at = repair.accepted_at or at
    follow(repair, "repair.accepted", at)


def arrive(repair: Repair, at: datetime) -> None:
    """The repairer is on site; the first arrival of the round stands.

    ``RuleBroken``: ``repair.estimate_first`` (X-6: the resident agrees to the price before).
    """
    table().move(repair.state, RepairState.ON_SITE)
    rules.refuse_arrival(nature_of(repair), accepted=repair.estimate_accepted_at is not None)
    at = not_before(repair, at)
    move(repair, RepairState.ON_SITE)
    repair.arrived_at = repair.arrived_at or at
    follow(repair, "repair.arrived", at)


def wait(
    repair: Repair, kind: WaitKind | str, reason: str, at: datetime, until_on: date | None = None
) -> None:
    """The work waits for parts, an outside party or the resident; needs a reason, may name a day."""
    to = rules.WAITING[WaitKind(kind)]
    table().move(repair.state, to)
    rules.refuse_without_reason(reason)
    if until_on is not None and until_on < clock.local(at).date():
        raise RuleBroken("repair.until_past", field="until_on")
    at = not_before(repair, at)
    repair.waiting_reason = reason
    move(repair, to)
    wanted = {"for_": WaitKind(kind).value, "reason": reason, "until_on": _said(until_on)}
    follow(repair, "repair.waiting", at, waits_until=until_on, **wanted)


def resume(repair: Repair, at: datetime, appointment_at: datetime | None = None) -> None:
    """What it waited for is there: the job is as accepted again, with a new appointment if one was agreed."""
    if repair.state not in rules.WAITING_STATES:
        raise RuleBroken("move.illegal", state=repair.state, to=RepairState.ACCEPTED)
    if appointment_at is not None and appointment_at < at:
        raise RuleBroken("repair.appointment_past", field="appointment_at")
    at = not_before(repair, at)
    move(repair, RepairState.ACCEPTED)
    repair.accepted_at = repair.accepted_at or at
    repair.appointment_at, repair.resumed_at = appointment_at, at
    follow(repair, "repair.resumed", at, appointment_at=_said(appointment_at))


def complete(repair: Repair, work_done: str, at: datetime, photo_ids: Iterable[int] = ()) -> None:
    """The work is done. A safety matter or a leak needs photos of it (FM-09).

    ``RuleBroken``: ``repair.work_done``, ``repair.photo_after``, ``repair.estimate_first`` (X-6: the resident took
    the consent back, or the estimate changed).
    """
    table().move(repair.state, RepairState.COMPLETED)
    rules.refuse_arrival(nature_of(repair), accepted=repair.estimate_accepted_at is not None)
    photos = tuple(photo_ids)
    rules.refuse_without_work(work_done, photo_needed=needs_photo(repair), photos=len(photos))
    at = not_before(repair, at)
    repair.work_done, repair.completed_at = work_done, at
    move(repair, RepairState.COMPLETED)
    _attach(repair, photos, AFTER, at)
    follow(repair, "repair.completed", at, work_done=work_done)


def recheck(repair: Repair, passed: bool, note: str, at: datetime) -> None:
    """M-14: the repair department rechecks. Failed, it is rework for the reason ``note``, in the next round.

    When the last repair of a source has passed, the second acceptance is promised (M-15).
    """
    if not passed:
        table().move(repair.state, RepairState.REWORK)
        rules.refuse_without_reason(note, field="note")
        begin_again(repair, "repair.recheck_failed", note, at)
        return
    table().move(repair.state, RepairState.RECHECKED)
    at = not_before(repair, at)
    repair.rechecked_at, repair.recheck_note = at, note
    move(repair, RepairState.RECHECKED)
    follow(repair, "repair.rechecked", at, note=note)
    promise_appointment(repair, at)


def leak_test(repair: Repair, method: str, passed: bool, note: str, at: datetime) -> None:
    """A-21: whether it still leaks. Failed, it is rework for the reason ``note``, in the next round.

    RuleBroken("repair.leak_test_early") before the method could tell; KeyError for one that the data do not have.
    """
    way = defaults().repairs.leak_test_methods[method]
    if not passed:
        table().move(repair.state, RepairState.REWORK)
        rules.refuse_without_reason(note, field="note")
        begin_again(repair, "repair.leak_test_failed", note, at)
        return
    table().move(repair.state, RepairState.LEAK_TESTED)
    at = not_before(repair, at)
    rules.refuse_early_test(repair.completed_at or at, way.duration, at)
    repair.leak_tested_at, repair.leak_test_method = at, way.id
    move(repair, RepairState.LEAK_TESTED)
    follow(repair, "repair.leak_tested", at, method=method, note=note)


def rework(repair: Repair, reason: str, at: datetime) -> None:
    """The work did not hold (a failed second acceptance, a follow-up): back to M-12 with a higher round."""
    table().move(repair.state, RepairState.REWORK)
    begin_again(repair, "repair.rework", reason, at)


def cancel(repair: Repair, reason: str, at: datetime) -> None:
    """The repair is not to be made (entered twice, taken back); needs a reason, and the record stays."""
    table().move(repair.state, RepairState.CANCELLED)
    rules.refuse_without_reason(reason)
    at = not_before(repair, at)
    repair.cancelled_at, repair.cancel_reason = at, reason
    move(repair, RepairState.CANCELLED)
    drop_bill(repair, reason, at)
    follow(repair, "repair.cancelled", at, reason=reason)
    promise_appointment(repair, at)


def _clear(repair: Repair, *names: str) -> None:
    for name in names:
        setattr(repair, name, "" if isinstance(getattr(repair, name), str) else None)
    unit().flush()
    unit().expire(repair, ["assignee"])


def begin_again(repair: Repair, event: str, reason: str, at: datetime) -> None:
    """Keep the round that did not hold, and begin the next.

    What the owner had signed at a second acceptance is not asked for there again: the resident signs at the repair.
    """
    rules.refuse_without_reason(reason)
    at = not_before(repair, at)
    repair.on_its_own = repair.on_its_own or repair.signed_at is not None
    kept = {name: getattr(repair, name) for name in ROUND_FACTS}
    ended = RepairRound(round=repair.round, ended_in=repair.state, ended_at=at, reason=reason, **kept)
    repair.rounds.append(ended)
    move(repair, RepairState.REWORK)
    repair.round += 1
    _clear(repair, *ROUND_FACTS)
    withdraw_appointment(repair, at)
    follow(repair, event, at, reason=reason)
    promise_decision(repair, at)


def _attach(repair: Repair, file_ids: Iterable[int], caption: str, at: datetime) -> None:
    wanted = list(file_ids)
    if not wanted:
        return
    files = {file.id: file for file in unit().scalars(select(StoredFile).where(StoredFile.id.in_(wanted)))}
    for file_id in wanted:
        shelf.attach(unit(), files[file_id], repair, at=at, caption=caption)


def _said(moment: date | None) -> str | None:
    """A day or an instant as the timeline keeps it."""
    return moment.isoformat() if moment else None


def needs_photo(repair: Repair) -> bool:
    """FM-09: whether the finished work is photographed: a safety matter or a leak.

    By its category, or by severity and trade before anybody has named one.
    """
    if repair.severity is Severity.SAFETY:
        return True
    if repair.category is None:
        return repair.trade == "waterproofing"
    category = defaults().repairs.categories[repair.category]
    return category.safety or category.leak


def _may_work(staff: Staff) -> bool:
    return unit().scalar(repair_team(unit()).where(Staff.id == staff.id).limit(1)) is not None
