"""Signing at a move-in: one act signs every paper of the moment, and what follows from it (M-6, M-9, M-10, M-18)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from pmweb import clock
from pmweb.blueprints.households.household import household_of
from pmweb.blueprints.movein.models import AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations import acceptance, case, papers, retests, rounds
from pmweb.blueprints.movein.operations.records import read_records
from pmweb.blueprints.movein.rules import MOVES, Applicant, Outcome, State, check_power_covers
from pmweb.blueprints.repairs.operations import signing as work_orders
from pmweb.data import Defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, tasks
from pmweb.models.people import PartyKind
from pmweb.models.session_rules import actor_of
from pmweb.models.signatures import Signature, SignerSide
from pmweb.models.signing import Manner, Refused, Signer, fingerprint, sign


@dataclass(frozen=True)
class Present:
    """Somebody who is there and may sign."""

    person_id: int
    name: str


@dataclass(frozen=True)
class Moment:
    """The papers that one act signs now, and by whom they may be signed."""

    side: SignerSide
    owed: list[papers.Standing]
    signers: list[Present]
    seen: str
    """Fingerprint of what is shown: nothing is signed that reads otherwise by then."""


def moment_of(
    move_in: MoveIn, side: SignerSide, data: Defaults, locale: str, *, after_all: bool = False
) -> Moment:
    """What this side has to sign now. The repair department signs after the resident.

    ``after_all``: the resident signs what was refused before, too (SIG-4).

    RuleBroken ``movein.ended``: in a case that was filed or voided nobody signs any more; ``movein.owner_changed``:
    nobody signs for who owned the home before.
    """
    case.refuse_ended(move_in)
    owner = case.owner_of(move_in.home_id)
    if owner is None or owner.id != move_in.owner_id:
        raise RuleBroken("movein.owner_changed")
    ready = papers.papers_ready(read_records(move_in), data.movein)
    owed = [paper for paper in ready if paper.owed_by(side)]
    if after_all and side is SignerSide.RESIDENT:
        owed = [paper for paper in ready if paper.owed_by(side) or paper.may_follow]
    if side is SignerSide.OFFICE:
        owed = [paper for paper in owed if not paper.owed_by(SignerSide.RESIDENT)]
    signers = _signers(move_in, owed) if side is SignerSide.RESIDENT else []
    return Moment(side, owed, signers, fingerprint([paper.paper for paper in owed], locale))


def sign_moment(
    move_in: MoveIn,
    side: SignerSide,
    manner: Manner,
    *,
    signer_id: int | None,
    office_signer: str | None = None,
    data: Defaults,
    places: Mapping[tuple[str, int], str],
    locale: str,
    device: str,
    seen: str | None,
    at: datetime,
    after_all: bool = False,
) -> list[Signature]:
    """Sign everything that is owed now, in one act.

    Signing the sheet ends its round: defects become work orders (M-12), passed ones are signed off (M-18), and the
    state follows. RuleBroken: ``movein.ended``, ``sign.nothing``, ``sign.owner_only``, ``sign.office_refuses``,
    ``power.*``, ``rounds.moved_on`` and those of ``models.signing``.
    """
    if side is SignerSide.OFFICE and isinstance(manner, Refused):
        raise RuleBroken("sign.office_refuses")
    moment = moment_of(move_in, side, data, locale, after_all=after_all)
    if not moment.owed:
        raise RuleBroken("sign.nothing")
    signer = _signer(move_in, moment, signer_id, office_signer)
    signed = sign(
        unit(),
        move_in,
        [paper.paper for paper in moment.owed],
        signer,
        manner,
        at=at,
        locale=locale,
        device=device,
        seen=seen,
    )
    kinds = {paper.kind for paper in moment.owed}
    event = "movein.refused" if isinstance(manner, Refused) else f"movein.signed_{side.value}"
    journal.note(
        unit(),
        move_in,
        event,
        at=at,
        home_id=move_in.home_id,
        name=signer.name if side is SignerSide.OFFICE else mask_name(signer.name),
        count=len(signed),
        reason=manner.reason if isinstance(manner, Refused) else "",
    )
    if side is SignerSide.RESIDENT and papers.ACCEPTANCE in kinds:
        _end_round(move_in, manner, signer, data, places, locale=locale, device=device, at=at)
    unit().flush()
    return signed


def _signers(move_in: MoveIn, owed: Collection[papers.Standing]) -> list[Present]:
    """Who may sign these papers: who acts for the owner, and the owner; a grown-up person of the register who is
    present may sign what is no agreement (A-37)."""
    owner, handler = move_in.owner, move_in.handler
    entitled = [Present(handler.id, handler.name)] if handler else []
    if owner.kind is PartyKind.PERSON:  # also where somebody acts: a power may not cover every paper
        entitled.append(Present(owner.id, owner.name))
    if any(paper.kind not in papers.ANYBODY_PRESENT for paper in owed):
        return entitled
    living = (Present(m.person_id, m.name) for m in household_of(move_in.home_id).grown_up)
    return [*entitled, *(who for who in living if who not in entitled)]


def _signer(move_in: MoveIn, moment: Moment, signer_id: int | None, office_signer: str | None) -> Signer:
    if moment.side is SignerSide.OFFICE:
        return Signer(office_signer or actor_of(unit()).name, SignerSide.OFFICE)
    chosen = signer_id or moment.signers[0].person_id
    person = next((present for present in moment.signers if present.person_id == chosen), None)
    if person is None:
        raise RuleBroken("sign.owner_only", field="signer")
    if move_in.applicant is not Applicant.OWNER and person.person_id == move_in.handler_id:
        _check_power(move_in, moment)
    behalf = move_in.owner.name if person.person_id != move_in.owner_id else ""
    return Signer(person.name, SignerSide.RESIDENT, person.person_id, behalf)


def _check_power(move_in: MoveIn, moment: Moment) -> None:
    power = case.power_of(move_in)
    if power is None:
        if move_in.representative:
            return
        raise RuleBroken("power.no_scope")
    for paper in moment.owed:
        check_power_covers(paper.kind, power.scope, power.valid_from, power.valid_to, clock.today())


def _end_round(
    move_in: MoveIn,
    manner: Manner,
    signer: Signer,
    data: Defaults,
    places: Mapping[tuple[str, int], str],
    *,
    locale: str,
    device: str,
    at: datetime,
) -> None:
    sheet = acceptance.sheet_of(move_in)
    if sheet is None or sheet.closed_at is not None:
        return
    refused = isinstance(manner, Refused)
    if sheet.round == 1:
        rounds.register_defects(move_in, sheet, data.acceptance, places, at=at)
    else:
        if not refused:
            _sign_off_passed(move_in, sheet, manner, signer, locale=locale, device=device, at=at)
        rounds.send_back_failed(move_in, sheet, at=at)
        tasks.keep(unit(), "movein.accompany", move_in, at=at)
    still_open = any(rounds.is_open(row.state) for row in rounds.repairs_of(move_in))
    outcome = Outcome.REFUSED if refused else Outcome.WITH_DEFECTS if still_open else Outcome.ACCEPTED
    reason = manner.reason if isinstance(manner, Refused) else ""
    acceptance.close_round(sheet, outcome, reason=reason, at=at)
    if sheet.round == 1:
        retests.promise(move_in, at=at)
    passed = outcome is Outcome.ACCEPTED
    move_in.state = MOVES.move(move_in.state, State.ACCEPTANCE_PASSED if passed else State.RECTIFYING)
    journal.note(
        unit(),
        move_in,
        f"movein.round_{outcome.value}",
        at=at,
        home_id=move_in.home_id,
        round=sheet.round,
        reason=reason,
    )
    for kind in ("movein.handle", "movein.inspect"):
        tasks.keep(unit(), kind, move_in, at=at)
    if passed:
        rounds.promise_filing(move_in, at=at)
    elif refused:
        rounds.promise_appointment(move_in, at=at)


def _sign_off_passed(
    move_in: MoveIn,
    sheet: AcceptanceSheet,
    manner: Manner,
    signer: Signer,
    *,
    locale: str,
    device: str,
    at: datetime,
) -> None:
    """M-18: the same act signs the work order of every defect that passed."""
    for repair in rounds.passed_repairs(move_in, sheet):
        order = work_orders.work_order_paper(repair)
        (signature,) = sign(unit(), repair, [order], signer, manner, at=at, locale=locale, device=device)
        work_orders.sign_off(repair, signature, at)
