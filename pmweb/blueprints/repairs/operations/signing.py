"""What the resident signs at a repair: the work order as it stands (M-18, FM-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pmweb.blueprints.households.household import Member, household_of
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.moves import move, not_before, table
from pmweb.blueprints.repairs.operations.promises import follow
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.data import defaults
from pmweb.domain.id_numbers import mask_name
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.signatures import Meaning, Signature
from pmweb.models.signing import Manner, Paper, Signer, fingerprint, sign


@dataclass(frozen=True)
class Moment:
    """The work order as it would be signed now, and by whom."""

    paper: Paper
    owner: Member | None
    signers: tuple[Member, ...]
    seen: str
    """Fingerprint of what is shown: nothing is signed that reads otherwise by then."""


def work_order_paper(repair: Repair) -> Paper:
    """The work order as a paper to be signed (M-18, FM-09): what the signature covers."""
    return Paper("work_order", Meaning.CONFIRM, "2026-1", work_order_facts(repair), round=repair.round)


def work_order_facts(repair: Repair) -> dict[str, Any]:
    """Everything that the signed work order says."""
    return {
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


def moment_of(repair: Repair, locale: str) -> Moment:
    """What the resident signs now, at the repair itself (M-18).

    RuleBroken: ``repair.not_to_sign`` before its recheck, and while a second acceptance will ask for the signature;
    ``repair.nobody_signs`` where the register knows nobody who might.
    """
    if not rules.signed_here(repair.state, on_its_own=repair.on_its_own):
        raise RuleBroken("repair.not_to_sign")
    household = household_of(repair.home_id) if repair.home_id is not None else None
    if household is None or not household.may_sign:
        raise RuleBroken("repair.nobody_signs")
    paper = work_order_paper(repair)
    return Moment(paper, household.owner, household.may_sign, fingerprint([paper], locale))


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

    RuleBroken: ``sign.owner_only`` for somebody whom the register does not know, those of ``moment_of``, ``sign_off``
    and ``models.signing``.
    """
    moment = moment_of(repair, locale)
    who = next((one for one in moment.signers if one.person_id == signer_id), None)
    if who is None:
        raise RuleBroken("sign.owner_only", field="signer")
    owner = moment.owner
    behalf = owner.name if owner is not None and owner.person_id != who.person_id else ""
    signer = Signer(who.name, person_id=who.person_id, on_behalf_of=behalf)
    (signature,) = sign(
        unit(), repair, [moment.paper], signer, manner, at=at, locale=locale, device=device, seen=seen
    )
    sign_off(repair, signature, at)
    return signature


def sign_off(repair: Repair, signature: Signature, at: datetime) -> None:
    """M-18: the owner or resident has signed, or refused before a witness.

    ``RuleBroken``: ``repair.recheck_first`` (M-14), ``repair.leak_test_first`` (A-21), and
    ``repair.signature_of_another`` for a signature that was not given on this work order.
    """
    table().move(repair.state, RepairState.SIGNED)
    category = defaults().repairs.categories.get(repair.category or "")
    rules.refuse_signing(
        repair.source,
        rechecked=repair.rechecked_at is not None,
        leak=category is not None and category.leak,
        leak_tested=repair.leak_tested_at is not None,
    )
    if (signature.subject_kind, signature.subject_id) != (repair.__tablename__, repair.id):
        raise RuleBroken("repair.signature_of_another")
    at = not_before(repair, at)
    repair.signed_at, repair.signature_id = at, signature.id
    move(repair, RepairState.SIGNED)
    follow(repair, "repair.signed", at, name=mask_name(signature.signer_name), method=signature.method.value)
