"""Numbers of papers: gapless per estate, kind and year, given inside the transaction that uses them (promise 9)."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from pmweb.models.base import Base, InEstate


class NumberKind(StrEnum):
    """The prefix of a number: RZ move-in, BX free repair, YC paid repair, TS complaint, SF charge."""

    MOVE_IN = "RZ"
    REPAIR = "BX"
    PAID_REPAIR = "YC"
    COMPLAINT = "TS"
    CHARGE = "SF"


class NumberSeries(InEstate, Base):
    """The last number given of one kind in one year."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("estate_id", "kind", "year"),)

    kind: Mapped[str] = mapped_column(String(4))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


def next_number(session: Session, kind: NumberKind, year: int) -> str:
    """The next number, such as ``BX-2026-000147``. The row stays locked until the transaction ends."""
    series = _locked(session, kind, year) or _begun(session, kind, year)
    series.last += 1
    session.flush()
    return f"{kind.value}-{year}-{series.last:06d}"


def _locked(session: Session, kind: NumberKind, year: int) -> NumberSeries | None:
    return session.scalar(
        select(NumberSeries)
        .where(NumberSeries.kind == kind.value, NumberSeries.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _begun(session: Session, kind: NumberKind, year: int) -> NumberSeries:
    """The series for the first number of a year; a rival who began it a moment earlier is waited for."""
    try:
        with session.begin_nested():
            series = NumberSeries(kind=kind.value, year=year, last=0)
            session.add(series)
            session.flush()
    except IntegrityError:
        found = _locked(session, kind, year)
        if found is None:
            raise
        return found
    return series
