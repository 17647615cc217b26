"""``pmweb import homes``: take the workbook of an office over from the command line (contract.md).

Each piece is a transaction of its own, so an interrupted command is finished by running it again.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from pmweb import clock
from pmweb.blueprints.estate.operations.estates import estate_called, found_estate
from pmweb.blueprints.estate.operations.takeover import Source, take_over, weigh
from pmweb.blueprints.estate.roll import Outcome, Piece, Refused, Roll, people_in, pieces_of, read_roll
from pmweb.blueprints.estate.roll.reasons import word_broken, word_reason
from pmweb.blueprints.estate.roll.report import (
    HEADS,
    Line,
    counted,
    lines_of,
    other_lines,
    report_rows,
)
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.engine import open_for_writing
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from pmweb.models.staff import StaffRole
from pmweb.web.registers import write_workbook

SHOWN = 50
"""Refused rows that the terminal shows; the report has all."""


@click.command("homes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--estate", "code", required=True, help="Code of the estate; an unknown one is created.")
@click.option("--name", help="Name of an estate that is created; else the one in the title of the sheet.")
@click.option("--dry-run", is_flag=True, help="Read and compare; write nothing.")
@click.option("--strict", is_flag=True, help="Save nothing when a row is refused.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Every row, as a workbook (.xlsx)."
)
def homes(file: Path, code: str, name: str | None, dry_run: bool, strict: bool, report: Path | None) -> None:
    """Take over a home roll: homes with their people, parking spaces and plates.

    What the register has already is compared and never changed; the same file twice changes nothing.
    """
    roll = _read(file)
    estate_id = _estate_id(code)
    told = _weighed(roll, estate_id) if dry_run or strict else None
    if told is not None and strict and told.refused:
        told.show(report)
        click.echo("nothing was saved: a row was refused and --strict was given", err=True)
        raise SystemExit(1)
    if not dry_run:
        estate_id = _founded(code, name or _name_for(code, roll)) if estate_id is None else estate_id
        told = _taken(roll, file, estate_id)
    assert told is not None
    told.show(report)


def _read(file: Path) -> Roll:
    try:
        return read_roll(file, clock.today())
    except RuleBroken as broken:
        click.echo(f"{word_broken(broken, 'zh')} / {word_broken(broken, 'en')}", err=True)
        raise SystemExit(1) from broken


# --- The estate ---


NO_ESTATE_YET = 0
"""Stands for an estate that is to be created: it has nothing that a row could contradict."""


@contextmanager
def _working_in(estate_id: int | None) -> Iterator[Session]:
    """The session, working in this estate; everything is forgotten afterwards."""
    session = unit()
    session.rollback()
    close_session(session)
    open_session(session, actor=SYSTEM, estate_id=estate_id, reason="pmweb import homes")
    try:
        yield session
    finally:
        session.rollback()
        close_session(session)


def _estate_id(code: str) -> int | None:
    with _working_in(None):
        estate = estate_called(code)
        return estate.id if estate else None


def _name_for(code: str, roll: Roll) -> str:
    """The name of a new estate: asked on a terminal, else the one of the sheet, else the code."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Name of the new estate {code}", default=roll.estate_name or None))
    return roll.estate_name or code


def _founded(code: str, name: str) -> int:
    with _working_in(None) as session:
        open_for_writing(session)
        estate = found_estate(code, name[:60])
        people = session.scalar(select(StaffRole.id).where(StaffRole.estate_id == estate.id).limit(1))
        session.commit()
        click.echo(f"new estate {estate.code}: {estate.name}")
        if people is None:
            click.echo("nobody may enter it yet: give somebody a role there", err=True)
        return estate.id


# --- Reading and writing ---


@dataclass(slots=True)
class _Told:
    """What became of the roll, for the terminal and for the report."""

    roll: Roll
    outcomes: list[Outcome] = field(default_factory=list)
    written: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> list[Line]:
        """One for each row that was read."""
        labels = {home.at: home.home.label for home in self.roll.homes}
        labels |= {space.at: space.home.label for space in self.roll.spaces if space.home}
        return lines_of((*self.roll.outcomes, *self.roll.space_outcomes), self.outcomes, labels)

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return counted(self.lines)["refused"]

    def show(self, report: Path | None) -> None:
        """Tell the terminal; the last line has the figures (contract.md)."""
        lines = self.lines
        refused = [line for line in lines if line.what == "refused"]
        for line in refused[:SHOWN]:
            click.echo(f"{line.at.sheet} row {line.at.row}: {line.said('zh')} / {line.said('en')}", err=True)
        if len(refused) > SHOWN:
            click.echo(f"… and {len(refused) - SHOWN} more: --report OUT.xlsx lists every row", err=True)
        if report is not None:
            everything = [*lines, *other_lines(self.roll.other_rows)]
            write_workbook(report, "逐行结果", HEADS, report_rows(everything))
        for sentence in _remarks(self.roll):
            click.echo(sentence)
        of_spaces = {outcome.at for outcome in self.roll.space_outcomes}
        for word, part in (
            ("home", [line for line in lines if line.at not in of_spaces]),
            ("parking", [line for line in lines if line.at in of_spaces]),
        ):
            rows = counted(part)
            if part:
                click.echo(
                    f"{word} rows {len(part)} · new {rows['new']} · known {rows['known']}"
                    f" · same {rows['same']} · refused {rows['refused']}"
                )
        click.echo("written: " + (_figures(self.written) or "nothing"))
        click.echo(_figures(self.found(len(refused))))

    def found(self, refused: int) -> dict[str, int]:
        """The figures of what was taken or was there before."""
        turned_away = {outcome.at for outcome in self.outcomes if isinstance(outcome, Refused)}
        here = tuple(home for home in self.roll.homes if home.at not in turned_away)
        spaces = [space for space in self.roll.spaces if space.at not in turned_away]
        return {
            "homes": len(here),
            "sold": sum(home.sold for home in here),
            "unsold": sum(not home.sold for home in here),
            "people": people_in(here),
            "companies": len(
                {
                    home.owner.id_number or home.owner.name
                    for home in here
                    if home.owner and home.owner.kind == "company"
                }
            ),
            "spaces": len({space.code for space in spaces if space.code}),
            "plates": sum(len(space.plates) for space in spaces),
            "refused": refused,
        }


def _weighed(roll: Roll, estate_id: int | None) -> _Told:
    told, coming = _Told(roll), {home.home for home in roll.homes}
    with _working_in(NO_ESTATE_YET if estate_id is None else estate_id):
        for piece in pieces_of(roll):
            told.outcomes += weigh(piece, coming).outcomes
    return told


def _taken(roll: Roll, file: Path, estate_id: int) -> _Told:
    told, pieces = _Told(roll), pieces_of(roll)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    bar = click.progressbar(length=sum(map(_size, pieces)), label=f"import {file.name}")
    with _working_in(estate_id) as session, bar:
        for number, piece in enumerate(pieces, 1):
            open_for_writing(session)
            weighed, written = take_over(piece, Source(file.name[-80:], sha256, number, len(pieces)))
            session.commit()
            session.expunge_all()
            told.outcomes += weighed.outcomes
            told.written.update(written)
            bar.update(_size(piece))
    return told


def _size(piece: Piece) -> int:
    return len(piece.homes) + len(piece.spaces)


def _remarks(roll: Roll) -> Iterable[str]:
    """What else the office should know of its file."""
    for total in roll.totals:
        said = "agrees" if total.agrees else f"DISAGREES: {total.found} were found"
        yield f"{total.at.sheet} row {total.at.row}: total of {total.what} {total.said} {said}"
    for sheet, heading in roll.unknown_columns:
        yield f"{sheet}: the column “{heading}” was not understood and not taken"
    for skipped in roll.skipped:
        yield f"{skipped.sheet}: {word_reason(skipped.reason, 'zh')} / {word_reason(skipped.reason, 'en')}"


def _figures(counts: dict[str, int]) -> str:
    return " · ".join(f"{name} {count}" for name, count in counts.items())
