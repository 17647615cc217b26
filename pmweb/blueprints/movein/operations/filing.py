"""The household file of a move-in: which papers it needs, which are missing, and the filing itself (M-19, A-12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pmweb import clock
from pmweb.blueprints.movein.models import MoveIn, PaperSeen
from pmweb.blueprints.movein.operations import case, papers, retests
from pmweb.blueprints.movein.operations.records import Records
from pmweb.blueprints.movein.rules import (
    IDENTITY_PAPERS,
    MOVES,
    Facts,
    Paper,
    check_filing,
    papers_copied,
    papers_needed,
)
from pmweb.blueprints.repairs.operations import sources
from pmweb.data.movein import MoveInRules
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal, shelf, tasks
from pmweb.models.files import FileKind, HouseholdPaper, PaperForm
from pmweb.models.pictures import Prepared
from pmweb.models.session_rules import actor_of
from pmweb.models.signatures import SignerSide


@dataclass(frozen=True)
class FileLine:
    """One line of the household file: a paper that is there, or the gap where it should be."""

    kind: str
    form: PaperForm | None
    dated_on: date | None
    place: str = ""
    file_id: int | None = None
    signed: bool = False

    @property
    def missing(self) -> bool:
        """Whether the paper is not there yet."""
        return self.form is None


def file_lines(records: Records, ready: Sequence[papers.Standing], rules: MoveInRules) -> list[FileLine]:
    """What M-19 and A-12 want in the file, in the order of the procedure; ``ready`` are the papers with signatures."""
    move_in = records.move_in
    kinds = _filed_kinds(move_in)
    brought = [_brought(paper) for kind, paper in records.brought.items() if kind in kinds]
    standing = {paper.kind: paper for paper in ready}
    wanted = [papers.REGISTER, *(move_in.agreements or _mandatory(rules)), papers.HANDOVER]
    wanted += [papers.ACCEPTANCE, papers.READINGS]
    return brought + [_ours(kind, standing.get(kind)) for kind in wanted]


def keep_paper(move_in: MoveIn, kind: Paper, place: str, scan: Prepared | None, *, at: datetime) -> None:
    """Where a paper lies – cabinet and box – or its scan (FM-34).

    RuleBroken: ``movein.ended``, ``filing.place`` when neither is given, ``filing.identity_scan`` for a scan of an
    identity document, which needs its purpose burnt in and is taken where the papers are checked (PRI-3).
    """
    case.refuse_ended(move_in)
    paper = case.papers_of(move_in).get(kind)
    if paper is None or kind not in _filed_kinds(move_in):
        raise RuleBroken("filing.unknown_paper")
    if not place and scan is None:
        raise RuleBroken("filing.place", field="place")
    paper.place = place or paper.place
    if scan is not None:
        if kind in IDENTITY_PAPERS and not scan.identity:
            raise RuleBroken("filing.identity_scan", field="scan")
        kept = FileKind.IDENTITY if scan.identity else FileKind.SCAN
        paper.file_id = shelf.put(unit(), scan, kept, at=at).id
    unit().flush()


def file(
    move_in: MoveIn, facts: Facts, lines: Sequence[FileLine], *, accept_open_defects: bool, at: datetime
) -> None:
    """File the case (M-19). RuleBroken ``filing.missing`` names the gaps, ``filing.open_defects`` asks first."""
    to = check_filing(facts, accept_open_defects=accept_open_defects)
    session = unit()
    move_in.state, move_in.filed_at = MOVES.move(move_in.state, to), at
    by = actor_of(session).name
    session.add_all(
        HouseholdPaper(
            home_id=move_in.home_id,
            kind=line.kind,
            dated_on=line.dated_on or clock.local(at).date(),
            form=line.form,
            place=line.place,
            file_id=line.file_id,
            subject_kind=MoveIn.__tablename__,
            subject_id=move_in.id,
            filed_at=at,
            filed_by=by,
        )
        for line in lines
        if line.form is not None
    )
    tasks.keep_all(session, move_in, at=at)
    sources.let_go(MoveIn.__tablename__, move_in.id, at)
    retests.promise(move_in, at=at)
    journal.note(
        session, move_in, f"movein.{to.value}", at=at, home_id=move_in.home_id, count=facts.open_defects
    )
    session.flush()


def _filed_kinds(move_in: MoveIn) -> tuple[Paper, ...]:
    return papers_copied(papers_needed(move_in.applicant, representative=move_in.representative))


def _mandatory(rules: MoveInRules) -> list[str]:
    return [agreement.id for agreement in rules.agreements.values() if agreement.mandatory]


def _brought(paper: PaperSeen) -> FileLine:
    seen_on = clock.local(paper.seen_at).date() if paper.seen_at else None
    if paper.file_id is not None:
        return FileLine(paper.kind.value, PaperForm.SCAN, seen_on, paper.place, paper.file_id)
    form = PaperForm.COPY if paper.place else None
    return FileLine(paper.kind.value, form, seen_on, paper.place)


def _ours(kind: str, standing: papers.Standing | None) -> FileLine:
    if standing is None or standing.resident is None or standing.owed_by(SignerSide.RESIDENT):
        return FileLine(kind, None, None)
    signed_on = clock.local(standing.resident.signed_at).date()
    if standing.refused:
        return FileLine(kind, PaperForm.REFUSED, signed_on)
    return FileLine(kind, PaperForm.DIGITAL, signed_on, file_id=standing.resident.image_id, signed=True)
