"""Read an uploaded home roll before the write lock is taken, and keep what was read for the steps that follow."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from werkzeug.datastructures import FileStorage

from pmweb import clock
from pmweb.blueprints.estate import rules
from pmweb.blueprints.estate.forms import BroughtRoll
from pmweb.blueprints.estate.models import RollImport
from pmweb.blueprints.estate.operations import imports
from pmweb.blueprints.estate.operations.takeover import weigh
from pmweb.blueprints.estate.roll import Outcome, Piece, Roll, RowRef, people_in, pieces_of, read_roll
from pmweb.blueprints.estate.roll.plain import (
    outcome_of,
    piece_of,
    plain_outcome,
    plain_piece,
    plain_reason,
    reason_of,
)
from pmweb.blueprints.estate.roll.reasons import word_reason
from pmweb.blueprints.estate.roll.report import Line, counted, lines_of
from pmweb.blueprints.estate.tray import FOLDER, Tray, sweep
from pmweb.config import UPLOAD_LIMIT
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.session_rules import estate_of
from pmweb.web.filters import chinese
from pmweb.web.uploads import bare_name

_one_at_a_time = threading.Lock()
"""Twenty thousand rows take 150 MB while they are read; two at once would take twice that."""


def read_upload(file: FileStorage) -> BroughtRoll | RuleBroken:
    """The roll in an uploaded file, or why there is none. Called before the lock is taken."""
    content = file.stream.read(UPLOAD_LIMIT + 1)
    if len(content) > UPLOAD_LIMIT:
        return RuleBroken("upload.size")
    if not content:
        return RuleBroken("upload.torn")
    try:
        with _one_at_a_time:
            roll = read_roll(io.BytesIO(content), clock.today())
    except RuleBroken as broken:
        return broken
    return BroughtRoll(bare_name(file.filename or ""), hashlib.sha256(content).hexdigest(), roll)


def keep(brought: BroughtRoll) -> RollImport:
    """Lay what was read on a tray, and clear the trays that nobody wants any more."""
    place = current_app.config["INSTANCE"] / FOLDER / str(estate_of(unit()))
    sweep(place, imports.folders_in_use(), clock.now() - timedelta(hours=24))
    roll, pieces = brought.roll, pieces_of(brought.roll)
    tray = Tray.new(place)
    for number, piece in enumerate(pieces):
        tray.put(f"piece-{number}", plain_piece(piece))
    tray.put("read", _plain(roll))
    found = asdict(roll.counts) | {"people": people_in(roll.homes)}
    return imports.receive(brought.name, brought.arrived, tray.name, len(pieces), found)


def tray_of(brought: RollImport) -> Tray:
    """Where what was read lies."""
    return Tray(current_app.config["INSTANCE"] / FOLDER / str(brought.estate_id), brought.folder)


def piece_on(tray: Tray, number: int) -> Piece:
    """One piece. Raises Gone."""
    return piece_of(tray.get(f"piece-{number}"))


def keep_result(tray: Tray, number: int, outcomes: Iterable[Outcome]) -> None:
    """What the register said to a piece, for the report."""
    tray.put(f"result-{number}", [plain_outcome(outcome) for outcome in outcomes])


def forget_pieces(tray: Tray, pieces: int) -> None:
    """The pieces are written: the numbers in them need not lie here any longer."""
    for number in range(pieces):
        tray.drop(f"piece-{number}")


@dataclass(frozen=True)
class Told:
    """What the page says of a roll: every row, the totals, what was not understood, the first homes.

    The first ``homes`` of the lines are rows of homes, the others of parking spaces.
    """

    lines: list[Line]
    others: list[Line]
    first: Piece
    estate_name: str
    totals: list[dict[str, Any]]
    unknown: list[list[str]]
    skipped: list[tuple[str, str]]
    sheets: int
    homes: int

    def of(self, what: str) -> list[Line]:
        """The lines of one kind."""
        return [line for line in self.lines if line.what == what]

    @property
    def figures(self) -> dict[str, int]:
        """How many rows became what; the new ones of homes and of parking spaces apart."""
        rows = counted(self.lines)
        spaces = sum(line.what == "new" for line in self.lines[self.homes :])
        return dict(rows.items()) | {"homes": rows["new"] - spaces, "spaces": spaces}

    @property
    def doubted(self) -> list[Line]:
        """The rows that are taken, yet the office should look at them."""
        return [line for line in self.lines if line.what != "refused" and line.reasons]


def tell(brought: RollImport) -> Told:
    """Put the reading and the register together: as it would be now, or as it was when it was written.

    Raises Gone.
    """
    tray = tray_of(brought)
    kept = tray.get("read")
    waiting = brought.state is rules.ImportState.WAITING
    first = Piece()
    outcomes: list[Outcome] = []
    if waiting:
        pieces = [piece_on(tray, number) for number in range(brought.pieces)]
        coming = {home.home for piece in pieces for home in piece.homes}
        outcomes = [outcome for piece in pieces for outcome in weigh(piece, coming).outcomes]
        first = pieces[0] if pieces else first
    else:
        for number in range(brought.done):
            outcomes += [outcome_of(one) for one in tray.get(f"result-{number}")]
    labels = {RowRef(sheet, row): label for sheet, row, label in kept["labels"]}
    read = [outcome_of(one) for one in kept["outcomes"]]
    return Told(
        lines=lines_of(read, outcomes, labels),
        others=[Line(RowRef(sheet, row), "other", text=text) for sheet, row, text in kept["others"]],
        first=first,
        estate_name=kept["estate_name"],
        totals=kept["totals"],
        unknown=kept["unknown"],
        skipped=[(sheet, word_reason(reason_of(why), language())) for sheet, why in kept["skipped"]],
        sheets=len({outcome.at.sheet for outcome in read}),
        homes=kept["rows"],
    )


def language() -> Any:
    """The language of the page, as the reasons of the roll name it."""
    return "zh" if chinese() else "en"


def _plain(roll: Roll) -> dict[str, Any]:
    """What the pages need of the roll besides its pieces."""
    labels = {home.at: home.home.label for home in roll.homes}
    labels |= {space.at: space.home.label for space in roll.spaces if space.home}
    return {
        "estate_name": roll.estate_name,
        "rows": len(roll.outcomes),
        "outcomes": [plain_outcome(one) for one in (*roll.outcomes, *roll.space_outcomes)],
        "labels": [[at.sheet, at.row, label] for at, label in labels.items()],
        "others": [[row.at.sheet, row.at.row, row.text] for row in roll.other_rows],
        "totals": [
            {
                "sheet": total.at.sheet,
                "row": total.at.row,
                "what": total.what,
                "said": str(total.said),
                "found": str(total.found),
                "agrees": total.agrees,
            }
            for total in roll.totals
        ],
        "unknown": [list(column) for column in roll.unknown_columns],
        "skipped": [[one.sheet, plain_reason(one.reason)] for one in roll.skipped],
    }
