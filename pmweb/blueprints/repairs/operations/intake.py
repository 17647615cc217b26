"""What a resident calls about becomes a repair with its work order (R-1 to R-5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from pmweb import clock
from pmweb.blueprints.desk import operations as desk
from pmweb.blueprints.households.household import Member, household_of
from pmweb.blueprints.repairs.judging import Facts, Former, is_paid, judge, owed_by, stands_for
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.promises import follow, promise_decision
from pmweb.blueprints.repairs.operations.work import BEFORE
from pmweb.blueprints.repairs.rules import Part, RepairSource, RepairState
from pmweb.data import defaults
from pmweb.domain.deadlines import end_of
from pmweb.domain.warranty import Term, Verdict, WarrantyDecision
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import numbering, shelf
from pmweb.models.base import Subject, subject_of
from pmweb.models.files import FileKind
from pmweb.models.homes import AgreedTerm, Building, Home
from pmweb.models.numbering import NumberKind
from pmweb.models.pictures import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What somebody asked for, in the words of FM-07. ``home`` is None for a common part away from any home."""

    source: RepairSource
    home: Home | None
    part: Part
    place: str
    category: str
    description: str
    caller_name: str
    caller_phone: str
    exclusion: str | None = None
    preferred_from: datetime | None = None
    preferred_to: datetime | None = None
    entry_allowed: bool = False


def callers(home: Home) -> Sequence[Member]:
    """Who of the home may be calling (R-1)."""
    return household_of(home.id).members


def facts_of(
    home: Home | None,
    part: Part,
    category: str,
    exclusion: str | None,
    on: date,
    *,
    again: Repair | None = None,
) -> Facts:
    """What the decision about the warranty is made from (R-3), the office's own former work included (X-6).

    ``again`` is the repair whose decision is changed: what was done before its call counts, and not itself.
    """
    completed_on = None
    if home is not None:
        completed_on = unit().scalar(select(Building.completed_on).where(Building.id == home.building_id))
    warranty = defaults().repairs.categories[category].warranty
    agreed = agreed_term(home, warranty, end_of(on, clock.zone())) if home is not None else None
    facts = Facts(warranty, part, on, completed_on, home.handed_over_on if home else None, exclusion, agreed)
    if home is None or part is not Part.PRIVATE or judged(facts).verdict is not Verdict.PAID:
        return facts
    former = _paid_before(home, category, again.registered_at if again else end_of(on, clock.zone()), again)
    return replace(facts, former=former) if former and stands_for(facts, former) else facts


def _paid_before(home: Home, category: str, until: datetime, again: Repair | None) -> Former | None:
    """The last paid work on the same thing in this home, that of a round which did not hold included."""
    query = (
        select(Repair)
        .where(Repair.home_id == home.id, Repair.category == category, Repair.verdict == Verdict.PAID)
        .options(selectinload(Repair.rounds))
        .order_by(Repair.id.desc())
    )
    known = (_former(one, until) for one in unit().scalars(query) if one is not again)
    return max((one for one in known if one), key=lambda one: one.done_on, default=None)


def _former(repair: Repair, until: datetime) -> Former | None:
    """The work of this repair as it stood then."""
    moments = (repair.completed_at, *(ended.completed_at for ended in repair.rounds))
    done_at = max((at for at in moments if at is not None and at <= until), default=None)
    return Former(repair.id, repair.number, clock.local(done_at).date()) if done_at else None


def former_of(repair: Repair) -> Former | None:
    """The paid work whose own warranty made this repair free (X-6)."""
    return _former(repair.follows, repair.registered_at) if repair.follows else None


def agreed_term(home: Home, warranty: str, at: datetime) -> Term | None:
    """WAR-4: what the book of the building promised at that moment (T-6: a later change decides nothing anew)."""
    query = select(AgreedTerm.unit, AgreedTerm.value).where(
        AgreedTerm.building_id == home.building_id,
        AgreedTerm.category == warranty,
        AgreedTerm.agreed_at < at,
        or_(AgreedTerm.voided_at.is_(None), AgreedTerm.voided_at >= at),
    )
    found = unit().execute(query.order_by(AgreedTerm.id.desc()).limit(1)).one_or_none()
    return Term(found.unit, found.value) if found else None


def judged(facts: Facts) -> WarrantyDecision:
    """The decision with the terms of this office."""
    return judge(defaults().warranty, facts)


def take_call(call: Call, photos: Sequence[Prepared], *, at: datetime) -> Repair:
    """R-1 to R-5: enter it into the register that the warranty decides, with its work order, and into the work log.

    The dispatcher is promised to hand it out (R-6); what the rules leave open is to be decided (R-3).
    RuleBroken: ``repair.where`` (a part of a home without its home), ``repair.place`` (a common part that nobody would
    find), ``repair.preferred`` (a time that ends before it begins), ``repair.preferred_past``.
    """
    if call.home is None and call.part is Part.PRIVATE:
        raise RuleBroken("repair.where", field="part")
    if call.part is Part.COMMON and not call.place:
        raise RuleBroken("repair.place", field="place")
    if call.preferred_from and call.preferred_to and call.preferred_to < call.preferred_from:
        raise RuleBroken("repair.preferred", field="preferred_to")
    if (ends := call.preferred_to or call.preferred_from) and ends < at:
        raise RuleBroken(
            "repair.preferred_past", field="preferred_to" if call.preferred_to else "preferred_from"
        )
    facts = facts_of(call.home, call.part, call.category, call.exclusion, clock.local(at).date())
    decision, category = judged(facts), defaults().repairs.categories[call.category]
    paid = is_paid(defaults().warranty, decision.verdict)
    kind = NumberKind.PAID_REPAIR if paid else NumberKind.REPAIR
    repair = Repair(
        number=numbering.next_number(unit(), kind, clock.local(at).year),
        home_id=call.home.id if call.home else None,
        home=call.home,
        source=call.source,
        on_its_own=True,
        part=call.part,
        place=call.place,
        category=category.id,
        trade=category.trade,
        priority=category.priority,
        responsible=owed_by(facts, decision.verdict),
        description=call.description,
        caller_name=call.caller_name,
        caller_phone=call.caller_phone,
        preferred_from_at=call.preferred_from,
        preferred_to_at=call.preferred_to,
        entry_allowed=call.entry_allowed,
        verdict=decision.verdict,
        warranty_ends_on=decision.ends_on,
        exclusion=call.exclusion or "",
        completed_on=facts.completed_on,
        handed_over_on=facts.handed_over_on,
        follows_id=facts.former.repair_id if facts.former else None,
        registered_at=at,
        moved_at=at,
        queue_at=at,
        state=RepairState.REGISTERED,
    )
    unit().add(repair)
    unit().flush()
    for photo in photos:
        shelf.attach(unit(), shelf.put(unit(), photo, FileKind.PHOTO, at=at), repair, at=at, caption=BEFORE)
    follow(repair, "repair.registered", at)
    promise_decision(repair, at)
    where = [call.home.label if call.home else "", call.place]
    said = " ".join(part for part in (repair.number, *where, call.description) if part)
    desk.log("repair", said, at, name=call.caller_name, subject=repair)
    return repair


def for_complaint(
    home: Home | None, *, category: str, place: str, description: str, name: str, phone: str, at: datetime
) -> tuple[Subject, str]:
    """P-7: what a complaint asks to be mended, in a home or in a common part: the repair as a subject, and its number.

    ``RuleBroken`` as ``take_call``; KeyError for a category that the data do not have.
    """
    made = take_call(
        Call(
            source=RepairSource.COMPLAINT,
            home=home,
            part=Part.PRIVATE if home else Part.COMMON,
            place=place,
            category=category,
            description=description,
            caller_name=name,
            caller_phone=phone,
        ),
        (),
        at=at,
    )
    return subject_of(made), made.number


def numbered(number: str) -> Subject | None:
    """The repair of this number, for the rooms that lead to it."""
    found = unit().scalar(select(Repair.id).where(Repair.number == number))
    return Subject(Repair.__tablename__, found) if found is not None else None
