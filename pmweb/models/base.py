"""The ground every table stands on: types, naming, and what a row may promise about itself."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from pmweb.domain.money import Money
from pmweb.models.vault import vault


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC (T-6). A naive value is refused: nobody may guess its zone."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """An instant, so that a register can read its key from an address."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in, naive UTC out. Raises ValueError for a naive value."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC in, aware out."""
        return None if value is None else value.replace(tzinfo=UTC)


class MoneyColumn(TypeDecorator[Money]):
    """Money as whole fen. The database column is named ``*_fen``."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        """Fen of the amount."""
        return None if value is None else value.fen

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:
        """The amount of these fen."""
        return None if value is None else Money(value)


class Quantity(TypeDecorator[Decimal]):
    """A Decimal kept exactly as thousandths (m², m³, kWh): SQLite has no decimal of its own."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Thousandths. Raises ValueError when more than three places would be lost."""
        if value is None:
            return None
        scaled = value * 1000
        if scaled != scaled.to_integral_value():
            raise ValueError("a quantity has three decimal places at most")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """The quantity of these thousandths."""
        return None if value is None else Decimal(value) / 1000


class EncryptedText(TypeDecorator[str]):
    """Text that lies encrypted in the database and is plain only in the hands of an operation."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt with the data key of the instance."""
        return None if value is None else vault().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt; raises Sealed when the key is another one or the bytes were changed."""
        return None if value is None else vault().decrypt(value).decode()


class Base(DeclarativeBase):
    """All tables; one naming convention, so that migrations are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        Money: MoneyColumn,
        Decimal: Quantity,
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=40,
            validate_strings=True,
            values_callable=lambda kinds: [kind.value for kind in kinds],
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Subject:
    """What a task, a journal entry, a signature or an attachment is about: a table and a row of it.

    Rooms that do not know each other meet here: a repair can owe something to the move-in it came from.
    """

    kind: str
    id: int


def subject_of(row: Base | Subject) -> Subject:
    """The subject that a row is."""
    return row if isinstance(row, Subject) else Subject(row.__tablename__, row.id)


class InEstate:
    """A row of one estate. Every ORM query on it is scoped (``session_rules``)."""

    @declared_attr
    def estate_id(cls) -> Mapped[int]:
        """The estate that the row belongs to; set by the session, never by hand.

        It has no index of its own: SQLite, which knows no better without statistics, would take that one instead
        of the index of a join, and read the whole estate for every row.
        """
        return mapped_column(ForeignKey("estate.id"))


class Audited:
    """A row whose every change leaves who, when, why and old → new in the same transaction (X-2)."""

    not_in_trail: frozenset[str] = frozenset()
    """Columns whose values never reach the trail in clear; the trail says only that they changed."""


class Evidence:
    """A row that stands as it was written: a trace, a signature, a reading, a bill (promises 3 and 8).

    A correction is another row. ``changeable`` are the columns that say what became of it: voided, taken off.
    """

    changeable: frozenset[str] = frozenset()


class Versioned:
    """A row that counts its changes; a change says which version it saw (promise 6)."""

    @declared_attr
    def version(cls) -> Mapped[int]:
        """Starts at 1 and grows with every change."""
        return mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


__all__ = [
    "Audited",
    "Base",
    "EncryptedText",
    "Evidence",
    "InEstate",
    "MoneyColumn",
    "Quantity",
    "Subject",
    "UtcDateTime",
    "Versioned",
    "subject_of",
]
