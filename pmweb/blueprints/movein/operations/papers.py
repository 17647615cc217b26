"""What each paper of a move-in says now: the facts that a signature covers (M-5 to M-10, SIG-2, SIG-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pmweb.blueprints.households.household import Household, Member
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, DefectRound, KeyEntry, MoveIn
from pmweb.blueprints.movein.operations.records import Records
from pmweb.blueprints.movein.operations.rounds import defects_of_round
from pmweb.blueprints.movein.rules import balance
from pmweb.data.movein import MoveInRules
from pmweb.domain.id_numbers import mask_phone
from pmweb.extensions import unit
from pmweb.models.homes import MeterReading
from pmweb.models.signatures import Meaning, Signature, SignerSide
from pmweb.models.signing import Coverage, Paper, coverage
from pmweb.models.signing import standing as standing_signatures

REGISTER = "household_register"
HANDOVER = "handover_receipt"
ACCEPTANCE = "acceptance_sheet"
READINGS = "meter_readings"
WORDING = "2026-1"
"""The version of our own forms; a new wording asks for a new signature."""

BOTH_SIDES = frozenset({ACCEPTANCE, READINGS})
"""Papers that the repair department signs too (M-9, A-10)."""
ANYBODY_PRESENT = frozenset({ACCEPTANCE, READINGS})
"""Papers that a person of the register who is present may sign for the household (A-37)."""


@dataclass(frozen=True)
class Standing:
    """A paper that is ready, and what its signature is worth on each side."""

    paper: Paper
    resident: Signature | None
    resident_coverage: Coverage
    office: Signature | None
    office_coverage: Coverage

    @property
    def kind(self) -> str:
        """The code of the paper."""
        return self.paper.kind

    def owed_by(self, side: SignerSide) -> bool:
        """Whether this side has still to sign. A refusal is an answer too, until somebody thinks better of it."""
        if side is SignerSide.OFFICE and self.kind not in BOTH_SIDES:
            return False
        state = self.resident_coverage if side is SignerSide.RESIDENT else self.office_coverage
        return state in (Coverage.MISSING, Coverage.CHANGED)

    @property
    def refused(self) -> bool:
        """Whether the resident's last word on the paper, as it reads now, was a refusal."""
        return self.resident_coverage is Coverage.REFUSED

    @property
    def may_follow(self) -> bool:
        """Whether a refused paper can still be signed after all. A refused sheet is answered by the next round."""
        return self.refused and self.kind != ACCEPTANCE


def papers_ready(records: Records, rules: MoveInRules) -> list[Standing]:
    """Every paper of the case that is filled in, with the signatures it has, in the order of the procedure."""
    return [_stand(paper, records.signed) for paper in _papers(records, rules)]


def _stand(paper: Paper, signed: Mapping[tuple[str, SignerSide], Signature]) -> Standing:
    found = {side: signed.get((paper.kind, side)) for side in SignerSide}
    worth = {}
    for side, signature in found.items():
        if signature is not None and signature.round != paper.round:
            found[side] = signature = None
        worth[side] = coverage(signature, paper.facts)
        if signature is not None and signature.snapshot["wording_version"] != paper.wording_version:
            worth[side] = Coverage.CHANGED
    return Standing(
        paper,
        found[SignerSide.RESIDENT],
        worth[SignerSide.RESIDENT],
        found[SignerSide.OFFICE],
        worth[SignerSide.OFFICE],
    )


@dataclass(frozen=True)
class Round:
    """One round of the acceptance as the paper shows it: what a later one found, and who signed it."""

    sheet: AcceptanceSheet
    found: Sequence[DefectRound]
    standing: Standing


def rounds_of(records: Records) -> list[Round]:
    """Every round with its own signatures: a later one takes nothing away from what was signed before (M-9, M-17)."""
    rounds = []
    for sheet in records.sheets:
        found = defects_of_round(sheet) if sheet.round > 1 else []
        signed = standing_signatures(unit(), records.move_in, round=sheet.round)
        rounds.append(
            Round(sheet, found, _stand(_sheet_paper(records.move_in, sheet, records.items, found), signed))
        )
    return rounds


def _papers(records: Records, rules: MoveInRules) -> list[Paper]:
    move_in, papers = records.move_in, []
    if records.household is not None:
        facts = register_facts(move_in, records.household)
        papers.append(Paper(REGISTER, Meaning.CONFIRM, WORDING, facts))
    for agreement_id in move_in.agreements if move_in.agreements_at is not None else ():
        agreement = rules.agreements[agreement_id]
        facts = {"home": move_in.home.label, "owner": move_in.owner.name, "text": agreement.text_zh}
        papers.append(Paper(agreement.id, Meaning(agreement.meaning), agreement.version, facts))
    if move_in.handover_at is not None:
        papers.append(Paper(HANDOVER, Meaning.RECEIVE, WORDING, handover_facts(move_in, records.keys)))
    return papers + _acceptance_papers(records)


def _acceptance_papers(records: Records) -> list[Paper]:
    """The sheet of the latest round, once it was checked, and the readings, which round 1 confirms."""
    sheet, papers = records.sheet, []
    if sheet is None:
        return []
    ready = records.move_in.checked_at is not None or records.round_closed
    if ready:
        papers.append(_sheet_paper(records.move_in, sheet, records.items, records.later))
    if ready or sheet.round > 1:
        papers.append(
            Paper(READINGS, Meaning.CONFIRM, WORDING, readings_facts(records.move_in, records.readings))
        )
    return papers


def register_facts(move_in: MoveIn, household: Household) -> dict[str, Any]:
    """The household as the register names it; numbers masked, so that the snapshot holds no secret."""
    owner = move_in.owner
    return {
        "home": move_in.home.label,
        "occupancy": move_in.home.occupancy,
        "handed_over_on": move_in.home.handed_over_on,
        "spaces": household.spaces,
        "owner": {
            "name": owner.name,
            "id": owner.id_masked,
            "phone": mask_phone(owner.mobile),
            "address": owner.address,
            "email": owner.email,
        },
        "people": [_of_member(m) for m in household.members],
        "vehicles": [[v.plate, v.kind, v.space] for v in household.vehicles],
        "pets": [[p.kind, p.name, p.registration_no] for p in household.pets],
    }


def _of_member(m: Member) -> list[Any]:
    who = [m.kind, m.name, m.relation, mask_phone(m.mobile), m.id_masked]
    return [*who, m.share_permille, m.age_group, m.lease_until]


def handover_facts(move_in: MoveIn, entries: Sequence[KeyEntry]) -> dict[str, Any]:
    """What was handed out, by kind. What was given back later is another line of the ledger, not another list."""
    listed = [
        (e.kind, e.act, e.quantity) for e in entries if e.entered_at <= (move_in.handover_at or e.entered_at)
    ]
    return {"home": move_in.home.label, "things": {kind: n for kind, n in balance(listed).items() if n}}


def sheet_facts(items: Sequence[AcceptanceItem]) -> dict[str, Any]:
    """Every line of round 1 (M-9, M-11)."""
    lines = [
        [i.code, i.room_no, i.result, i.value, i.note, i.severity, i.responsible, i.due_on] for i in items
    ]
    return {"lines": lines}


def round_facts(found: Sequence[DefectRound]) -> dict[str, Any]:
    """What a later round found about each defect (M-17)."""
    return {"defects": [[d.item_id, d.passed, d.note] for d in found]}


def readings_facts(move_in: MoveIn, readings: Sequence[MeterReading]) -> dict[str, Any]:
    """The opening readings, each in the unit of its meter (M-10)."""
    taken = [[r.meter.kind, r.meter.meter_no, r.reading, r.seal_ok, r.read_at] for r in readings]
    return {"home": move_in.home.label, "readings": taken}


def _sheet_paper(
    move_in: MoveIn, sheet: AcceptanceSheet, items: Sequence[AcceptanceItem], later: Sequence[DefectRound]
) -> Paper:
    facts = sheet_facts(items) if sheet.round == 1 else round_facts(later)
    return Paper(ACCEPTANCE, Meaning.CONFIRM, WORDING, _sheet_head(move_in, sheet) | facts, round=sheet.round)


def _sheet_head(move_in: MoveIn, sheet: AcceptanceSheet) -> dict[str, Any]:
    return {
        "home": move_in.home.label,
        "round": sheet.round,
        "finish": sheet.finish,
        "inspectors": sheet.inspectors,
        "present": sheet.resident_present,
    }
