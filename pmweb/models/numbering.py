"""Numbers of papers: gapless per estate, kind and year, given inside the transaction that uses them (promise 9)."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pmweb.models.base import Base, InEstate


class NumberKind(StrEnum):
    """The prefix of a number: RZ move-in, BX free repair, YC paid repair, SF charge."""

    MOVE_IN = "RZ"
    REPAIR = "BX"
    PAID_REPAIR = "YC"
    CHARGE = "SF"


class NumberSeries(InEstate, Base):
    """The last number given of one kind in one year."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("estate_id", "kind", "year"),)

    kind: Mapped[str] = mapped_column(String(4))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


def next_number(session: Session, kind: NumberKind, year: int) -> str:
    """The next number, such as ``BX-2026-000147``. The row stays locked until the transaction ends.

    On PostgreSQL the first number of a year may meet a rival; the unique constraint then refuses one of the two
    transactions, which the unit of work repeats.
    """
    series = session.scalar(
        select(NumberSeries)
        .where(NumberSeries.kind == kind.value, NumberSeries.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if series is None:
        series = NumberSeries(kind=kind.value, year=year, last=0)
        session.add(series)
    series.last += 1
    session.flush()
    return f"{kind.value}-{year}-{series.last:06d}"
