"""The import of a home roll in the browser: brought, confirmed, written piece by piece, done or dropped."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.estate import rules
from pmweb.blueprints.estate.models import RollImport
from pmweb.blueprints.estate.operations.takeover import Source, Weighed, take_over
from pmweb.blueprints.estate.roll import Piece
from pmweb.blueprints.estate.rules import MOVES, ImportState
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.session_rules import actor_of


def receive(file_name: str, sha256: str, folder: str, pieces: int, found: dict[str, Any]) -> RollImport:
    """A file was read and waits to be confirmed; ``found`` are its figures, ``folder`` where its pieces lie."""
    brought = RollImport(
        folder=folder,
        file_name=file_name[-80:],
        sha256=sha256,
        pieces=pieces,
        found=found,
        uploaded_at=clock.now(),
        uploaded_by=actor_of(unit()).name[:40],
    )
    unit().add(brought)
    unit().flush()
    return brought


def start(brought: RollImport) -> None:
    """Somebody has looked at the preview and says yes.

    Raises ``RuleBroken``: ``move.illegal``, ``import.over``, ``import.empty``.
    """
    if rules.is_over(brought.state, brought.uploaded_at, clock.now()):
        raise RuleBroken("import.over")
    if not brought.pieces:
        raise RuleBroken("import.empty")
    brought.state = MOVES.move(brought.state, ImportState.RUNNING)
    brought.started_at = clock.now()
    unit().flush()


def go_on(brought: RollImport, piece: Piece) -> Weighed:
    """Write the next piece. The last one makes the import done. Raises ``RuleBroken("move.illegal")``."""
    if brought.state is not ImportState.RUNNING:
        raise RuleBroken("move.illegal", state=brought.state, to=ImportState.RUNNING)
    source = Source(brought.file_name, brought.sha256, brought.done + 1, brought.pieces)
    weighed, written = take_over(piece, source)
    homes = "homes" if piece.homes else "spaces"
    counts = {f"{homes}_{name}": count for name, count in weighed.counts.items()} | written
    brought.taken = {
        name: brought.taken.get(name, 0) + counts.get(name, 0) for name in brought.taken | counts
    }
    brought.done += 1
    if brought.done == brought.pieces:
        brought.state = MOVES.move(brought.state, ImportState.DONE)
        brought.finished_at = clock.now()
    unit().flush()
    return weighed


def drop(brought: RollImport) -> None:
    """Nobody wants the file, or the rest of it; what was written stays. Raises ``RuleBroken("move.illegal")``."""
    brought.state = MOVES.move(brought.state, ImportState.DROPPED)
    unit().flush()


def folders_in_use() -> set[str]:
    """Where the pieces lie that are still wanted; what waited too long is dropped with this."""
    now, kept = clock.now(), set()
    for brought in unit().scalars(
        select(RollImport).where(RollImport.uploaded_at > now - max(rules.KEPT, rules.WAITS))
    ):
        if not rules.is_over(brought.state, brought.uploaded_at, now):
            kept.add(brought.folder)
        elif brought.state is ImportState.WAITING:
            drop(brought)
    return kept
