"""Everything that the rules ask about one move-in, read once per page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from pmweb.blueprints.movein.models import AcceptanceItem, DefectRound, MoveIn
from pmweb.blueprints.movein.operations import filing, papers, retests, rounds
from pmweb.blueprints.movein.operations.records import Records, read_records
from pmweb.blueprints.movein.rules import Facts, Progress, Result
from pmweb.data.movein import MoveInRules
from pmweb.models.homes import OPENING_METERS
from pmweb.models.signatures import SignerSide


@dataclass(frozen=True)
class CaseFile:
    """A move-in as its pages show it: the records, the papers with their signatures, the file, the facts."""

    records: Records
    papers: list[papers.Standing]
    file: list[filing.FileLine]
    facts: Facts


def open_case(move_in: MoveIn, rules: MoveInRules) -> CaseFile:
    """Read the case file once and say what follows from it."""
    records = read_records(move_in)
    ready = papers.papers_ready(records, rules)
    file = filing.file_lines(records, ready, rules)
    return CaseFile(records, ready, file, _facts(records, ready, file))


def facts_of(move_in: MoveIn, rules: MoveInRules) -> Facts:
    """The facts of a case: what was done, what may be signed, what is missing."""
    return open_case(move_in, rules).facts


def _facts(records: Records, ready: list[papers.Standing], file: list[filing.FileLine]) -> Facts:
    move_in, sheet = records.move_in, records.sheet
    signed = bool(records.sheets) and records.sheets[0].closed_at is not None
    return Facts(
        applicant=move_in.applicant,
        state=move_in.state,
        voided=move_in.voided_at is not None,
        identity_checked=move_in.identity_checked_at is not None,
        papers_missing=_missing(records),
        registered=move_in.registered_at is not None,
        agreements=tuple(move_in.agreements) if move_in.agreements_at else (),
        things_listed=move_in.handover_at is not None,
        charged=move_in.charge_id is not None,
        round=sheet.round if sheet else 0,
        round_closed=records.round_closed,
        found=progress_of(records.items).defects,
        progress=progress_of_round(records.later) if records.later else progress_of(records.items),
        readings=len(records.readings),
        meters=len(OPENING_METERS),
        checked=move_in.checked_at is not None,
        ready=tuple(standing.kind for standing in ready),
        unsigned=tuple(s.kind for s in ready if any(s.owed_by(side) for side in SignerSide)),
        retests=len(retests.untested(records.items)) if signed else 0,
        to_retest=len(retests.waiting(records.items)) if signed else 0,
        open_defects=sum(rounds.is_open(row.state) for row in records.repairs),
        rechecked_defects=sum(row.state in rounds.RECHECKED for row in records.repairs),
        missing=tuple(line.kind for line in file if line.missing),
    )


def _missing(records: Records) -> tuple[str, ...]:
    """The papers that were not seen, if any was."""
    seen = [kind for kind, paper in records.brought.items() if paper.seen_at is not None]
    return tuple(kind.value for kind in records.brought if kind not in seen) if seen else ()


def progress_of(items: Collection[AcceptanceItem]) -> Progress:
    """How far round 1 has come."""
    counts = Counter(item.result for item in items)
    waiting = sum(
        item.result is Result.NOT_TESTED and bool(item.note) and item.due_on is not None for item in items
    )
    return Progress(
        total=len(items),
        ok=counts[Result.OK],
        defects=counts[Result.DEFECT],
        not_applicable=counts[Result.NOT_APPLICABLE],
        waiting=waiting,
    )


def progress_of_round(defects: Collection[DefectRound]) -> Progress:
    """How far a later round has come."""
    passed = sum(found.passed is True for found in defects)
    failed = sum(found.passed is False for found in defects)
    return Progress(total=len(defects), ok=passed, defects=failed)
