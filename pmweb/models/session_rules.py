"""What no query and no write can forget: the estate, the actor, the trail (promises 2, 3 and 8).

Installed once on the session factory. A session belongs to one actor and one estate for its whole life; whatever
is read is scoped to that estate, whatever is written must belong to it, and every change of an ``Audited`` row
leaves an ``AuditEntry`` in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import Table, event, false, inspect, select
from sqlalchemy.orm import (
    Mapper,
    ORMExecuteState,
    Session,
    UOWTransaction,
    sessionmaker,
    with_loader_criteria,
)
from sqlalchemy.orm.util import identity_key

from pmweb import clock
from pmweb.domain.money import Money
from pmweb.models.audit import AccessEntry, AuditEntry
from pmweb.models.base import Audited, Base, EncryptedText, InEstate, Subject, subject_of

HIDDEN = "***"


class ScopeBroken(RuntimeError):
    """A query or a write outside the estate of the session: a fault of ours, never of the person."""


class NoActor(RuntimeError):
    """A write that nobody answers for."""


class NothingIsDeleted(RuntimeError):
    """Audited records are voided with a reason, never deleted (X-2)."""


@dataclass(frozen=True)
class Actor:
    """Who answers for a write: a member of staff, the system, or the holder of a public token."""

    code: str
    name: str

    @classmethod
    def staff(cls, staff_id: int, name: str) -> Actor:
        """A member of the office."""
        return cls(f"staff:{staff_id}", name)


SYSTEM = Actor("system", "system")


def open_session(
    session: Session, *, actor: Actor | None, estate_id: int | None, reason: str | None = None
) -> None:
    """Say once per unit of work who acts and where.

    Raises ScopeBroken when the session already works in another estate: rows of the first would stay in its
    identity map and leak into the second.
    """
    known = session.info.get("estate_id")
    if known is not None and known != estate_id:
        raise ScopeBroken("a session cannot change its estate")
    session.info.update(actor=actor, estate_id=estate_id, reason=reason)


def close_session(session: Session) -> None:
    """Forget actor and estate together with every row that was loaded for them."""
    session.expunge_all()
    session.info.clear()


def actor_of(session: Session) -> Actor:
    """Who acts. Raises NoActor when nobody was named."""
    actor = session.info.get("actor")
    if not isinstance(actor, Actor):
        raise NoActor("nobody was named who answers for this write")
    return actor


def estate_of(session: Session) -> int:
    """The estate of the session. Raises ScopeBroken when none was chosen."""
    estate_id = session.info.get("estate_id")
    if not isinstance(estate_id, int):
        raise ScopeBroken("no estate was chosen")
    return estate_id


@contextmanager
def bulk_work(session: Session, what: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Write many rows under one audit entry: its parameters and, filled in by the caller, its counts."""
    counts: dict[str, Any] = {}
    session.info["bulk"] = True
    try:
        yield counts
        session.flush()
    finally:
        session.info.pop("bulk", None)
    entry = _entry(session, "bulk", what, 0, {"parameters": parameters, "counts": counts})
    session.connection().execute(_audit_table().insert(), [entry])


def log_look(session: Session, subject: Base | Subject, what: str, purpose: str, *, at: datetime) -> None:
    """Write down that somebody looked at personal data in full: whose, what of it, what for (PRI-5, X-3)."""
    subject = subject_of(subject)
    session.add(
        AccessEntry(
            at=at,
            estate_id=estate_of(session),
            actor=actor_of(session).code,
            subject_kind=subject.kind,
            subject_id=subject.id,
            what=what,
            purpose=purpose,
        )
    )


def install(factory: sessionmaker[Any]) -> None:
    """Put the rules on every session of this factory. Call once."""
    event.listen(factory, "do_orm_execute", _scope)
    event.listen(factory, "before_flush", _refuse)
    event.listen(factory, "after_flush", _leave_trail)


def _scope(state: ORMExecuteState) -> None:
    touched = [mapper for mapper in state.all_mappers if issubclass(mapper.class_, InEstate)]
    if touched and (state.is_update or state.is_delete or state.is_insert):
        raise ScopeBroken("bulk statements on rows of an estate are not used")
    if not state.is_select or state.is_column_load:
        return
    estate_id = state.session.info.get("estate_id")
    if estate_id is None:
        if touched:
            raise ScopeBroken(f"{touched[0].class_.__name__} was asked for without an estate")
        nothing = with_loader_criteria(InEstate, lambda cls: false(), include_aliases=True)
        state.statement = state.statement.options(nothing)
        return
    state.statement = state.statement.options(
        with_loader_criteria(InEstate, lambda cls: cls.estate_id == estate_id, include_aliases=True)
    )


def _refuse(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    for row in session.deleted:
        if isinstance(row, Audited):
            raise NothingIsDeleted(f"{type(row).__name__} is voided, not deleted")
    changed = [row for row in (*session.new, *session.dirty) if isinstance(row, InEstate)]
    if not changed:
        return
    estate_id = estate_of(session)
    for row in changed:
        if row.estate_id is None:
            row.estate_id = estate_id
        if row.estate_id != estate_id:
            raise ScopeBroken(f"a {type(row).__name__} of another estate was written")
    _refuse_foreign_references(session, changed)


def _refuse_foreign_references(session: Session, changed: list[InEstate]) -> None:
    """A row may point only at rows of its own estate; unknown ones are asked for once per table."""
    wanted: dict[Mapper[Any], set[int]] = defaultdict(set)
    for row in changed:
        state = inspect(row)
        for key, target in _scoped_references(state.mapper):
            history = state.attrs[key].history
            for value in history.added or ():
                if value is not None and identity_key(target.class_, value) not in session.identity_map:
                    wanted[target].add(value)
    with session.no_autoflush:
        for target, ids in wanted.items():
            found = set(session.scalars(select(target.class_.id).where(target.class_.id.in_(ids))))
            if found != ids:
                raise ScopeBroken(f"a reference to {target.class_.__name__} of another estate was written")


_references: dict[Mapper[Any], list[tuple[str, Mapper[Any]]]] = {}


def _scoped_references(mapper: Mapper[Any]) -> list[tuple[str, Mapper[Any]]]:
    if mapper not in _references:
        by_table = {m.local_table: m for m in Base.registry.mappers if issubclass(m.class_, InEstate)}
        _references[mapper] = [
            (attr.key, by_table[foreign.column.table])
            for attr in mapper.column_attrs
            for foreign in attr.columns[0].foreign_keys
            if foreign.column.table in by_table
        ]
    return _references[mapper]


def _leave_trail(session: Session, _context: UOWTransaction) -> None:
    if session.info.get("bulk"):
        return
    entries = [
        _entry(session, action, type(row).__name__, row.id, changes)
        for action, rows in (("create", session.new), ("change", session.dirty))
        for row in rows
        if isinstance(row, Audited) and isinstance(row, Base)
        for changes in [_changes(row)]
        if changes
    ]
    if entries:
        session.connection().execute(_audit_table().insert(), entries)


def _entry(
    session: Session, action: str, kind: str, subject_id: int, changes: dict[str, Any]
) -> dict[str, Any]:
    return {
        "at": clock.now(),
        "estate_id": session.info.get("estate_id"),
        "actor": actor_of(session).code,
        "reason": session.info.get("reason"),
        "action": action,
        "subject_kind": kind,
        "subject_id": subject_id,
        "changes": changes,
    }


def _audit_table() -> Table:
    table = AuditEntry.__table__
    assert isinstance(table, Table)
    return table


def _changes(row: Audited) -> dict[str, list[Any]]:
    state = inspect(row)
    changes: dict[str, list[Any]] = {}
    for attr in state.mapper.column_attrs:
        history = state.attrs[attr.key].history
        if not history.has_changes() or attr.key in ("id", "estate_id", "version"):
            continue
        secret = attr.key in row.not_in_trail or isinstance(attr.columns[0].type, EncryptedText)
        old, new = _plain(history.deleted, secret), _plain(history.added, secret)
        if old != new or secret:
            changes[attr.key] = [old, new]
    return changes


def _plain(values: Any, secret: bool) -> Any:
    value = values[0] if values else None
    if value is None:
        return None
    if secret:
        return HIDDEN
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return HIDDEN
    return value
