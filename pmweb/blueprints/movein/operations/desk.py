"""What is done at the desk: register, agreements, keys and things, the first charge (M-5 to M-8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.households import operations as households
from pmweb.blueprints.households.household import Household, consent_of, household_of
from pmweb.blueprints.movein.intake import NewMember
from pmweb.blueprints.movein.models import KeyEntry, MoveIn
from pmweb.blueprints.movein.operations.case import refuse_ended
from pmweb.blueprints.movein.rules import THINGS, KeyAct, balance, check_key_act, check_things
from pmweb.data.movein import MoveInRules
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.homes import Occupancy
from pmweb.models.people import AgeGroup, Consent, IdKind, PartyKind, Pet, Tie, TieKind, Vehicle
from pmweb.models.session_rules import actor_of

_AFTER_THE_LIST = timedelta(microseconds=1)


def confirm_register(move_in: MoveIn, occupancy: Occupancy, *, at: datetime) -> None:
    """The household register is filled in (M-5, FM-01). RuleBroken ``register.missing`` says what it lacks."""
    _refuse_before_identity(move_in)
    missing = register_lacks(household_of(move_in.home_id), occupancy)
    if missing:
        raise RuleBroken("register.missing", what=missing)
    move_in.home.occupancy = occupancy
    if move_in.registered_at is None:
        journal.note(unit(), move_in, "movein.registered", at=at, home_id=move_in.home_id)
    move_in.registered_at = at
    unit().flush()


def household(move_in: MoveIn) -> Household:
    """Who lives in the home as the register knows it (M-5)."""
    return household_of(move_in.home_id)


def ever_registered(move_in: MoveIn) -> int:
    """How many people, vehicles and pets were ever registered at the home: it never shrinks."""
    counts = [
        select(func.count()).where(kind.home_id == move_in.home_id).scalar_subquery()
        for kind in (Tie, Vehicle, Pet)
    ]
    return sum(unit().execute(select(*counts)).one())


def consent(move_in: MoveIn) -> Consent | None:
    """The owner's consent to the processing of personal data, as it stands (PRI-2)."""
    return consent_of(move_in.owner_id)


def complete_owner(move_in: MoveIn, *, mobile: str, address: str, id_number: str) -> None:
    """What the register lacked about the owner. RuleBroken as ``households.change_person`` and ``set_identity``."""
    _refuse_before_identity(move_in)
    owner = move_in.owner
    households.change_person(
        owner,
        name=owner.name,
        mobile=mobile,
        other_phones=owner.other_phones,
        address=address,
        email=owner.email,
    )
    if id_number:
        kind = IdKind.USCC if owner.kind is PartyKind.COMPANY else IdKind.ID_CARD
        households.set_identity(owner, kind, id_number)


def add_member(move_in: MoveIn, member: NewMember) -> None:
    """One more person of the household (FM-01). RuleBroken as ``households.tie``."""
    _refuse_before_identity(move_in)
    person = households.add_person(member.name, mobile=member.mobile)
    households.tie(
        move_in.home,
        person,
        TieKind(member.kind),
        relation=member.relation,
        age_group=AgeGroup(member.age_group) if member.age_group else None,
        guardian_agreed=member.guardian_agreed,
    )


def add_vehicle(move_in: MoveIn, plate: str, space: str) -> None:
    """One more vehicle (FM-01)."""
    _refuse_before_identity(move_in)
    households.add_vehicle(move_in.home, plate, space=space)


def add_pet(move_in: MoveIn, kind: str, name: str, registration_no: str) -> None:
    """One more pet (FM-01)."""
    _refuse_before_identity(move_in)
    households.add_pet(move_in.home, kind, name=name, registration_no=registration_no)


def register_lacks(household: Household, occupancy: Occupancy) -> tuple[str, ...]:
    """What FM-01 asks for and the register does not say yet, as codes of the fields."""
    owner = household.owner
    gaps = {
        "owner_id": owner is None or not owner.id_masked,
        "owner_mobile": owner is None or not owner.mobile,
        "emergency": not household.emergency,
        "users": occupancy is Occupancy.LET and not household.users,
    }
    return tuple(name for name, gap in gaps.items() if gap)


def choose_agreements(move_in: MoveIn, chosen: Sequence[str], rules: MoveInRules, *, at: datetime) -> None:
    """Which rules and agreements are signed (M-6, A-7, A-38). RuleBroken when a mandatory one is left out."""
    _refuse_before_identity(move_in)
    left_out = [a for a in rules.agreements.values() if a.mandatory and a.id not in chosen]
    if left_out:
        raise RuleBroken("agreements.mandatory", field="agreements", ids=[a.id for a in left_out])
    move_in.agreements = [a for a in rules.agreements if a in chosen]
    move_in.agreements_at = at
    unit().flush()


def list_things(
    move_in: MoveIn, things: dict[str, int], *, other_what: str = "", tested: bool, at: datetime
) -> None:
    """The list of keys and things to be handed out and signed for (M-7, FM-04); ``other_what`` names the others.

    The same list again changes nothing: the signed receipt stays what it was.
    RuleBroken: ``movein.register_first`` (A-8), ``things.missing``, ``things.other``, ``things.untested`` until each
    key was tried.
    """
    _refuse_before_identity(move_in)
    if move_in.registered_at is None:
        raise RuleBroken("movein.register_first")
    check_things(things, other_what)
    if not tested:
        raise RuleBroken("things.untested", field="tested")
    session, entries = unit(), key_entries(move_in)
    held = balance((entry.kind, entry.act, entry.quantity) for entry in entries)
    more = {kind: things.get(kind, 0) - held.get(kind, 0) for kind in THINGS}
    if move_in.handover_at is not None and not any(more.values()):
        return
    at = max([at, *(entry.entered_at for entry in entries)])
    session.add_all(
        KeyEntry(
            move_in_id=move_in.id,
            kind=kind,
            act=KeyAct.HANDED_OUT if difference > 0 else KeyAct.RETURNED,
            quantity=abs(difference),
            reason=other_what if kind == "other" else "",
            entered_at=at,
            entered_by=actor_of(session).name,
        )
        for kind, difference in more.items()
        if difference
    )
    move_in.handover_at = at
    session.flush()


def move_keys(move_in: MoveIn, kind: str, act: KeyAct, quantity: int, reason: str, *, at: datetime) -> None:
    """One more line of the key ledger: kept back for rework, given back, lost, handed out again (M-7).

    The ledger goes on after the filing – what was kept back for rework comes back – and in a voided case as long
    as things come back. It never changes the receipt that was signed, whatever the clock of the device says.
    RuleBroken: ``keys.before_handover``, ``keys.voided``, ``keys.too_many``, ``keys.reason``.
    """
    if move_in.handover_at is None:
        raise RuleBroken("keys.before_handover")
    if move_in.voided_at is not None and act is KeyAct.HANDED_OUT:
        raise RuleBroken("keys.voided")
    at = max(at, move_in.handover_at + _AFTER_THE_LIST)
    entries = key_entries(move_in)
    check_key_act(act, kind, quantity, balance((e.kind, e.act, e.quantity) for e in entries))
    if act in (KeyAct.LOST, KeyAct.RETAINED) and not reason:
        raise RuleBroken("keys.reason", field="reason")
    session = unit()
    session.add(
        KeyEntry(
            move_in_id=move_in.id,
            kind=kind,
            act=act,
            quantity=quantity,
            reason=reason,
            entered_at=at,
            entered_by=actor_of(session).name,
        )
    )
    journal.note(
        session,
        move_in,
        f"movein.keys_{act.value}",
        at=at,
        home_id=move_in.home_id,
        kind=kind,
        quantity=quantity,
        reason=reason,
    )
    session.flush()


def key_entries(move_in: MoveIn) -> list[KeyEntry]:
    """The key ledger of the case, oldest first."""
    return list(
        unit().scalars(select(KeyEntry).where(KeyEntry.move_in_id == move_in.id).order_by(KeyEntry.id))
    )


def what_else(entries: Sequence[KeyEntry]) -> str:
    """What the things of the kind ``other`` are, as it was written when they were listed."""
    listed = (
        e.reason for e in reversed(entries) if e.kind == "other" and e.act is KeyAct.HANDED_OUT and e.reason
    )
    return next(listed, "")


def first_charge(move_in: MoveIn, *, at: datetime) -> fees.Proposal:
    """What the first period costs, with its arithmetic (M-8, A-9): from the hand-over to the end of the period."""
    return fees.propose_first_period(move_in.home, from_on=charged_from(move_in, at))


def prices_behind(proposal: fees.Proposal) -> list[fees.Tariff]:
    """The published prices of that arithmetic, with what they rest on (FEE-2)."""
    return fees.tariffs_behind(proposal)


def charged_from(move_in: MoveIn, at: datetime) -> date:
    """The day from which the owner pays: the hand-over, else today (A-9, FEE-12)."""
    return move_in.home.handed_over_on or clock.local(at).date()


def is_charged(move_in: MoveIn) -> bool:
    """Whether the first period's fee stands as a charge."""
    return move_in.charge_id is not None and not fees.is_void(move_in.charge_id)


def charge(move_in: MoveIn, *, seen: str | None = None, at: datetime) -> None:
    """Keep the first period's fee as an open charge (M-8). It is no condition for the keys (A-9).

    ``seen`` is the ``mark`` of what the owner was shown. One that the finance office has voided is charged anew.
    RuleBroken ``charge.exists``, ``charge.changed`` when another price or day has made it another sum by now.
    """
    _refuse_before_identity(move_in)
    if is_charged(move_in):
        raise RuleBroken("charge.exists")
    proposal = first_charge(move_in, at=at)
    if seen is not None and seen != proposal.mark:
        raise RuleBroken("charge.changed", amount=str(proposal.amount))
    made = fees.add_first_period(
        move_in.home,
        move_in.owner_id,
        proposal,
        source_kind="move_in",
        source_id=move_in.id,
        at=at,
    )
    move_in.charge_id, move_in.charged_at = made.id, at
    journal.note(
        unit(),
        move_in,
        "movein.charged",
        at=at,
        home_id=move_in.home_id,
        number=made.number,
        amount=str(made.amount),
    )
    unit().flush()


def _refuse_before_identity(move_in: MoveIn) -> None:
    refuse_ended(move_in)
    if move_in.identity_checked_at is None:
        raise RuleBroken("movein.identity_first")
