"""What no query and no write can forget: the estate, the actor, the trail (promises 2, 3 and 8).

Installed once on the session factory. A session belongs to one actor and one estate for its whole life; whatever
is read is scoped to that estate, whatever is written must belong to it, and every change of an ``Audited`` row
leaves an ``AuditEntry`` in the same transaction. Nothing is deleted, and ``Evidence`` is not changed either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import Alias, Executable, FromClause, Join, Select, Table, event, false, inspect, select
from sqlalchemy.orm import (
    Mapper,
    ORMExecuteState,
    Session,
    UOWTransaction,
    sessionmaker,
    with_loader_criteria,
)
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.visitors import iterate

from pmweb import clock
from pmweb.domain.money import Money
from pmweb.models.audit import AccessEntry, AuditEntry
from pmweb.models.base import Audited, Base, EncryptedText, Evidence, InEstate, Subject, subject_of

HIDDEN = "***"
_HOUSEKEEPING = "pmweb_housekeeping"


class ScopeBroken(RuntimeError):
    """A query or a write outside the estate of the session: a fault of ours, never of the person."""


class NoActor(RuntimeError):
    """A write that nobody answers for."""


class NothingIsDeleted(RuntimeError):
    """Records are voided with a reason, never deleted (X-2)."""


class EvidenceStands(RuntimeError):
    """A trace, a signature, a bill is not changed afterwards; a correction is a new record."""


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
RESIDENT = Actor("resident", "resident")
"""Whoever holds a link that the office gave out: it opens one matter, and nobody signs in."""


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
    """Write many rows under one audit entry: its parameters and, filled in by the caller, its counts.

    Whatever was waiting to be written before leaves its own trail.
    """
    session.flush()
    counts: dict[str, Any] = {}
    session.info["bulk"] = True
    try:
        yield counts
        session.flush()
    finally:
        session.info.pop("bulk", None)
    entry = _entry(session, "bulk", what, 0, {"parameters": parameters, "counts": counts})
    session.connection().execute(_audit_table().insert(), [entry])


def keep_house(session: Session, statement: Executable) -> None:
    """Carry out a bulk statement that changes no record of the office: the time of a sign-in, spent attempts.

    It leaves no trail and may not touch rows of an estate. A policy test names the places that may call this.
    """
    session.execute(statement, execution_options={_HOUSEKEEPING: True})


def log_export(session: Session, register: str, filters: dict[str, Any], rows: int) -> None:
    """Write down that somebody took these rows of a register out of the house (PRI-5); in the shape of bulk work."""
    session.add(
        AuditEntry(
            **_entry(session, "export", register, 0, {"parameters": filters, "counts": {"rows": rows}})
        )
    )


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
    event.listen(factory, "after_flush", _refuse_foreign_references)
    event.listen(factory, "after_flush", _leave_trail)


def _scope(state: ORMExecuteState) -> None:
    touched = [mapper for mapper in state.all_mappers if issubclass(mapper.class_, InEstate)]
    if state.is_update or state.is_delete or state.is_insert:
        if touched or not state.execution_options.get(_HOUSEKEEPING):
            raise ScopeBroken("bulk statements are not used: they leave no trail")
        return
    if not state.is_select or state.is_column_load:
        return
    _refuse_unscoped(state.statement)
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


def _refuse_unscoped(statement: Any) -> None:
    """Refuse a select that SQLAlchemy does not know as one of a model, and so cannot scope.

    That is any on a bare table, and one whose columns are only ``count().filter(…)``, a window function,
    ``extract`` or a comparison: ``select_from(Model)`` makes it known.
    """
    for part in iterate(statement):
        if isinstance(part, Select) and part._propagate_attrs.get("compile_state_plugin") != "orm":
            bare = {name for origin in part.get_final_froms() for name in _tables_named(origin)}
            if bare & _tables_of_estates():
                raise ScopeBroken(
                    f"a query on {', '.join(sorted(bare))} would not be scoped: add select_from()"
                )


def _tables_named(origin: FromClause) -> Iterator[str]:
    if isinstance(origin, Table):
        yield origin.name
    elif isinstance(origin, Join):
        yield from _tables_named(origin.left)
        yield from _tables_named(origin.right)
    elif isinstance(origin, Alias) and isinstance(origin.element, FromClause):
        yield from _tables_named(origin.element)


@cache
def _tables_of_estates() -> frozenset[str]:
    tables = (m.local_table for m in Base.registry.mappers if issubclass(m.class_, InEstate))
    return frozenset(table.name for table in tables if isinstance(table, Table))


def _refuse(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Before anything is written: nobody answers for it, it deletes, changes evidence, or lies elsewhere."""
    for row in session.deleted:
        raise NothingIsDeleted(f"{type(row).__name__} is voided, not deleted")
    changed = [row for row in session.dirty if session.is_modified(row)]
    if session.new or changed:
        actor_of(session)
    for row in changed:
        if isinstance(row, Evidence):
            _refuse_other_words(row)
    for row in (*session.new, *changed):
        if isinstance(row, InEstate):
            _refuse_elsewhere(session, row)


def _refuse_other_words(row: Evidence) -> None:
    state = inspect(row)
    changed = {attr.key for attr in state.mapper.column_attrs if state.attrs[attr.key].history.has_changes()}
    if changed - row.changeable:
        raise EvidenceStands(
            f"{sorted(changed - row.changeable)} of a {type(row).__name__} was to be changed"
        )


def _refuse_elsewhere(session: Session, row: Any) -> None:
    estate_id = estate_of(session)
    if row.estate_id is None:
        row.estate_id = estate_id
    if row.estate_id != estate_id:
        raise ScopeBroken(f"a {type(row).__name__} of another estate was written")


def _refuse_foreign_references(session: Session, _context: UOWTransaction) -> None:
    """A row may point only at rows of its own estate; unknown ones are asked for once per table.

    After the flush, because only then the relationships have become numbers; the error undoes it.
    """
    wanted: dict[Mapper[Any], set[int]] = defaultdict(set)
    written = {(inspect(row).mapper, row.id) for row in session.new if isinstance(row, Base)}
    for row in (*session.new, *session.dirty):
        if isinstance(row, InEstate):
            state = inspect(row)
            for key, target in _scoped_references(state.mapper):
                for value in state.attrs[key].history.added or ():
                    if value is not None and (target, value) not in written:
                        wanted[target].add(value)
    for target, ids in wanted.items():
        unknown = {row_id for row_id in ids if not _is_known_here(session, target, row_id)}
        here = select(target.class_.id).where(target.class_.id.in_(unknown))
        if unknown and unknown - set(session.scalars(here)):
            raise ScopeBroken(f"a reference to {target.class_.__name__} of another estate was written")


def _is_known_here(session: Session, target: Mapper[Any], row_id: int) -> bool:
    """Whether the row is in the hands of the session, with an estate that needs no asking."""
    row = session.identity_map.get(identity_key(target.class_, row_id))
    return row is not None and inspect(row).dict.get("estate_id") == estate_of(session)


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
