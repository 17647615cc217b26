"""What somebody complains of becomes a record with clocks that run (P-4, P-14 to P-18, P-22, P-24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, SupervisorCall
from pmweb.blueprints.complaints.operations import clocks
from pmweb.blueprints.complaints.operations.promises import follow, promise_next, tell
from pmweb.blueprints.complaints.operations.routing import bring_before, give_to, recipient_of
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId
from pmweb.blueprints.desk import operations as desk
from pmweb.blueprints.households.household import Member, household_of
from pmweb.data import defaults
from pmweb.domain.deadlines import hours_after
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, numbering, shelf, tasks
from pmweb.models.files import FileKind
from pmweb.models.homes import Home
from pmweb.models.numbering import NumberKind
from pmweb.models.pictures import Prepared
from pmweb.models.staff import Staff

MINUTES_TO_COME = Decimal(10)
"""How long a supervisor has to come before the manager is called (ours)."""
PAPER, PHOTO = "letter", "photo"
"""What a picture of a complaint shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What somebody complains of, in the words of FM-23. ``home`` is None for what is of no home."""

    channel: str
    station: str
    home: Home | None
    place: str
    anonymous: bool
    name: str
    phone: str
    happened_at: datetime
    received_at: datetime
    category: str
    department: str
    against: Staff | None
    against_name: str
    description: str
    demand: str
    levels: frozenset[LevelId]
    resident_deadline: datetime | None = None
    harm: bool = False
    measure: str = ""
    measured_at: datetime | None = None
    agitated: bool = False
    call_id: int | None = None
    responsible: Staff | None = None


def callers(home: Home) -> Sequence[Member]:
    """Who of the home may be complaining."""
    return household_of(home.id).members


def take(heard: Heard, pictures: Sequence[Prepared], receiver: Staff, *, at: datetime) -> Complaint:
    """P-4, P-18: write it down, let its clocks run from the reception, and bring it before whom its level names.

    A major one lies before the manager, an important one before the supervisor of its department as soon as it is
    kept (P-14, P-15); a minor one may be given to the responsible person at once. ``RuleBroken``: what ``rules.intake``
    refuses, ``complaint.level``, ``complaint.own_cause``, ``complaint.not_of_the_department``.
    """
    level = rules.highest(heard.levels)
    rules.refuse_receiver(heard.against.id if heard.against else None, receiver.id)
    rules.refuse_nowhere(home=heard.home is not None, place=heard.place)
    rules.refuse_anonymous(home=heard.home is not None, anonymous=heard.anonymous)
    rules.refuse_times(heard.happened_at, heard.received_at, heard.measured_at, at)
    rules.refuse_harm_without_measure(heard.harm, heard.measure, heard.measured_at)
    wanted = rules.own_deadline(level, heard.resident_deadline, heard.received_at)
    rules.refuse_twice(_said_before(heard, receiver, at))
    complaint = Complaint(
        number=numbering.next_number(unit(), NumberKind.COMPLAINT, clock.local(at).year),
        home_id=heard.home.id if heard.home else None,
        home=heard.home,
        place=heard.place,
        channel=heard.channel,
        station=heard.station,
        anonymous=heard.anonymous,
        complainant_name="" if heard.anonymous else heard.name,
        complainant_phone="" if heard.anonymous else heard.phone,
        happened_at=heard.happened_at,
        against_department=heard.department,
        against_staff_id=heard.against.id if heard.against else None,
        against_name=heard.against_name,
        category=heard.category,
        description=heard.description,
        demand=heard.demand,
        level=level,
        resident_deadline_at=wanted,
        harm_in_progress=heard.harm,
        immediate_measure=heard.measure if heard.harm else "",
        measured_at=heard.measured_at if heard.harm else None,
        agitated=heard.agitated,
        received_at=heard.received_at,
        entered_at=at,
        receiver_id=receiver.id,
        department=heard.department,
        moved_at=at,
        queue_at=at,
        state=ComplaintState.RECEIVED,
    )
    unit().add(complaint)
    unit().flush()
    _keep_pictures(complaint, heard.channel, pictures, at)
    clocks.start_level(complaint, heard.received_at, at)
    _take_call(complaint, heard.call_id)
    follow(complaint, "complaint.received", at, channel=heard.channel, level=level.value)
    _route(complaint, heard.responsible, at)
    # everybody at the desk reads the log: neither who complained stands there, nor of which home, nor of what (P-6)
    said = f"{complaint.number} {defaults().complaints.categories[complaint.category].name_zh}"
    desk.log("complaint", said, at, subject=complaint)
    return complaint


def _said_before(heard: Heard, receiver: Staff, at: datetime) -> str | None:
    """The number under which the same receiver has just kept the same words of the same home; None for new ones."""
    query = select(Complaint.number).where(
        Complaint.receiver_id == receiver.id,
        Complaint.home_id == (heard.home.id if heard.home else None),
        Complaint.entered_at >= at - rules.TWICE_WITHIN,
        Complaint.description == heard.description,
        Complaint.demand == heard.demand,
    )
    return unit().scalar(query.limit(1))


def _route(complaint: Complaint, responsible: Staff | None, at: datetime) -> None:
    """P-14, P-15: at once before whom the level names; a minor one to whoever was named (P-18).

    The manager stands for a supervisor who is the one complained about (P-1).
    """
    to = recipient_of(complaint)
    if to is not None:
        bring_before(complaint, to, at)
        return
    if clocks.accused_leads(complaint):
        complaint.escalated_to = Role.OFFICE_MANAGER
        promise_next(complaint, at)
    if responsible is not None:
        give_to(complaint, responsible, complaint.department, at)


def _keep_pictures(complaint: Complaint, channel: str, pictures: Sequence[Prepared], at: datetime) -> None:
    """P-24: the letter itself, or what the resident shows."""
    kind, caption = (FileKind.SCAN, PAPER) if channel == "letter" else (FileKind.PHOTO, PHOTO)
    for picture in pictures:
        shelf.attach(unit(), shelf.put(unit(), picture, kind, at=at), complaint, at=at, caption=caption)


def _take_call(complaint: Complaint, call_id: int | None) -> None:
    """The supervisor was called while the complaint was being written: a call of the same home belongs to it."""
    call = unit().scalar(select(SupervisorCall).where(SupervisorCall.id == call_id)) if call_id else None
    if call is not None and call.complaint_id is None and call.home_id == complaint.home_id:
        call.complaint_id, complaint.agitated = complaint.id, True


def call_supervisor(
    room: str, home: Home | None, caller: Staff, department: str, at: datetime
) -> SupervisorCall:
    """P-11: the supervisor is called to the resident and takes them to a room apart: above all else on 今日.

    ``RuleBroken("complaint.room")`` for a room that the office does not have.
    """
    rooms = defaults().complaints.meeting_rooms
    if room not in rooms:
        raise RuleBroken("complaint.room", field="room")
    call = SupervisorCall(home_id=home.id if home else None, room=room, called_at=at, called_by_id=caller.id)
    unit().add(call)
    unit().flush()
    tasks.promise(
        unit(),
        rules.CALM,
        "P-11",
        call,
        event_at=at,
        due_at=hours_after(at, MINUTES_TO_COME / 60),
        role=Role.DEPARTMENT_SUPERVISOR,
        department=department,
        home_id=call.home_id,
        pressing=True,
        room=room,
        by=caller.name,
    )
    return call


def came(call: SupervisorCall, supervisor: Staff, at: datetime) -> None:
    """P-11: the supervisor has taken the resident to the room."""
    if call.came_at is not None:
        return
    call.came_at, call.came_by_id = at, supervisor.id
    tasks.keep(unit(), rules.CALM, call, at=at)
    journal.note(
        unit(), call, "complaint.came", at=at, home_id=call.home_id, room=call.room, name=supervisor.name
    )
    complaint = unit().get(Complaint, call.complaint_id) if call.complaint_id else None
    if complaint is not None:
        tell(complaint, "complaint.came", at, counts=False, room=call.room, name=supervisor.name)


def similar(home_id: int, at: datetime, seen: ColumnElement[bool]) -> Sequence[Complaint]:
    """What the same home complained of in the last 30 days, the latest first: a hint, never more.

    ``seen`` is what whoever asks may see.
    """
    query = select(Complaint).where(
        Complaint.home_id == home_id, Complaint.received_at >= at - rules.SIMILAR_WITHIN, seen
    )
    return list(unit().scalars(query.order_by(Complaint.received_at.desc()).limit(3)))
