"""What the resident signs at a repair: the work order as it stands, or the estimate before it (M-18, X-6, FM-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pmweb.blueprints.households.household import Member, household_of
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.lines import facts_of_line, lines_of
from pmweb.blueprints.repairs.operations.moves import move, not_before, table
from pmweb.blueprints.repairs.operations.promises import follow, nature_of
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.signatures import Meaning, Signature
from pmweb.models.signing import Manner, Paper, Signer, fingerprint, sign


@dataclass(frozen=True)
class Moment:
    """A paper of a repair as it would be signed now, and by whom."""

    paper: Paper
    owner: Member | None
    signers: tuple[Member, ...]
    seen: str
    """Fingerprint of what is shown: nothing is signed that reads otherwise by then."""


def moment_for(repair: Repair, paper: Paper, locale: str) -> Moment:
    """Who of the home may sign this paper now: ``RuleBroken("repair.nobody_signs")`` if the register knows nobody."""
    household = household_of(repair.home_id) if repair.home_id is not None else None
    if household is None or not household.may_sign:
        raise RuleBroken("repair.nobody_signs")
    return Moment(paper, household.owner, household.may_sign, fingerprint([paper], locale))


def give(
    repair: Repair,
    moment: Moment,
    manner: Manner,
    *,
    signer_id: int | None,
    locale: str,
    device: str,
    seen: str | None,
    at: datetime,
) -> Signature:
    """The paper is signed by one who may, for the owner where it is not the owner, or refused before a witness.

    RuleBroken: ``sign.owner_only`` for somebody whom the register does not know, those of ``models.signing``.
    """
    who = next((one for one in moment.signers if one.person_id == signer_id), None)
    if who is None:
        raise RuleBroken("sign.owner_only", field="signer")
    owner = moment.owner
    behalf = owner.name if owner is not None and owner.person_id != who.person_id else ""
    signer = Signer(who.name, person_id=who.person_id, on_behalf_of=behalf)
    (signature,) = sign(
        unit(), repair, [moment.paper], signer, manner, at=at, locale=locale, device=device, seen=seen
    )
    return signature


def work_order_paper(repair: Repair) -> Paper:
    """The work order as a paper to be signed (M-18, FM-09): what the signature covers."""
    return Paper("work_order", Meaning.CONFIRM, "2026-1", work_order_facts(repair), round=repair.round)


def work_order_facts(repair: Repair) -> dict[str, Any]:
    """Everything that the signed work order says; of a leak its test, of a paid repair what it cost (FM-08)."""
    said = {
        "number": repair.number,
        "home": repair.home.label if repair.home else "",
        "place": repair.place,
        "description": repair.description,
        "responsible": repair.responsible,
        "round": repair.round,
        "work_done": repair.work_done,
        "completed_at": repair.completed_at,
        "rechecked_at": repair.rechecked_at,
    }
    if repair.leak_tested_at is not None:
        said |= {"leak_tested_at": repair.leak_tested_at, "leak_test_method": repair.leak_test_method}
    if nature_of(repair).paid:
        done = lines_of(repair, rules.LineStage.DONE)
        said |= {"lines": [facts_of_line(line) for line in done], "amount": repair.amount}
    return said


def moment_of(repair: Repair, locale: str) -> Moment:
    """What the resident signs now, at the repair itself (M-18).

    RuleBroken: ``repair.not_to_sign`` before its recheck, and while a second acceptance will ask for the signature;
    ``repair.nobody_signs`` where the register knows nobody who might; those of ``rules.refuse_unbilled`` before the
    amount of a paid repair stands (X-6).
    """
    if not rules.signed_here(repair.state, nature_of(repair)):
        raise RuleBroken("repair.not_to_sign")
    _refuse_unbilled(repair)
    return moment_for(repair, work_order_paper(repair), locale)


def sign_here(
    repair: Repair,
    manner: Manner,
    *,
    signer_id: int | None,
    locale: str,
    device: str,
    seen: str | None,
    at: datetime,
) -> Signature:
    """The resident signs the work order at the repair itself, or refuses before a witness (M-18).

    RuleBroken: those of ``moment_of``, ``give`` and ``sign_off``.
    """
    signature = give(
        repair,
        moment_of(repair, locale),
        manner,
        signer_id=signer_id,
        locale=locale,
        device=device,
        seen=seen,
        at=at,
    )
    sign_off(repair, signature, at)
    return signature


def sign_off(repair: Repair, signature: Signature, at: datetime) -> None:
    """M-18: the owner or resident has signed, or refused before a witness.

    ``RuleBroken``: ``repair.recheck_first`` (M-14), ``repair.leak_test_first`` (A-21), those of
    ``rules.refuse_unbilled`` (X-6), and ``repair.signature_of_another`` for a signature that was not given on this
    work order.
    """
    table().move(repair.state, RepairState.SIGNED)
    rules.refuse_signing(
        nature_of(repair),
        rechecked=repair.rechecked_at is not None,
        leak_tested=repair.leak_tested_at is not None,
    )
    _refuse_unbilled(repair)
    if (signature.subject_kind, signature.subject_id) != (repair.__tablename__, repair.id):
        raise RuleBroken("repair.signature_of_another")
    at = not_before(repair, at)
    repair.signed_at, repair.signature_id = at, signature.id
    move(repair, RepairState.SIGNED)
    follow(repair, "repair.signed", at, name=mask_name(signature.signer_name), method=signature.method.value)


def _refuse_unbilled(repair: Repair) -> None:
    accepted = repair.estimate_accepted_at is not None
    rules.refuse_unbilled(nature_of(repair), repair.amount, repair.estimate, accepted=accepted)
