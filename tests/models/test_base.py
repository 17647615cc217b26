"""The types of columns and the shape of all tables (promises 6 and 12, T-6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import BigInteger, Date, DateTime, Enum, Float, Numeric, Table, select, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.exc import StaleDataError

import pmweb.rooms  # noqa: F401 - brings the tables of every room
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.base import (
    Audited,
    Base,
    EncryptedText,
    InEstate,
    MoneyColumn,
    Subject,
    UtcDateTime,
    Versioned,
    subject_of,
)
from pmweb.models.homes import Home, Meter, MeterKind, MeterReading, ReadingPurpose
from pmweb.models.people import Person, Tie, TieKind
from pmweb.models.tasks import Task
from tests.office import MORNING, Office

SHANGHAI = timezone(timedelta(hours=8))


def _task(home: Home, at: datetime) -> Task:
    return Task(kind="x", rule="M-1", subject_kind="home", subject_id=home.id, event_at=at, role=Role.GUARD)


def test_an_instant_is_kept_in_utc_and_comes_back_with_its_zone(office: Office) -> None:
    """T-6: whatever the zone of the writer and of the database."""
    task = _task(office.home(), datetime(2026, 3, 5, 23, 30, tzinfo=SHANGHAI))
    unit().add(task)
    unit().commit()
    unit().expire_all()
    assert task.event_at == datetime(2026, 3, 5, 15, 30, tzinfo=UTC)
    assert task.event_at.tzinfo is UTC
    assert str(unit().execute(text("SELECT event_at FROM task")).scalar_one())[:19] == "2026-03-05 15:30:00"


def test_an_instant_without_a_zone_is_refused(office: Office) -> None:
    unit().add(_task(office.home(), datetime(2026, 3, 5, 9, 0)))
    with pytest.raises(Exception, match="without a time zone"):
        unit().flush()


def test_instants_compare_in_the_database_as_instants(office: Office) -> None:
    home = office.home()
    unit().add(_task(home, MORNING))
    unit().flush()
    same = MORNING.astimezone(SHANGHAI)
    assert unit().scalar(select(Task.id).where(Task.event_at == same)) is not None
    assert unit().scalar(select(Task.id).where(Task.event_at > same)) is None


def test_money_is_kept_as_whole_fen() -> None:
    column, dialect = MoneyColumn(), DefaultDialect()
    assert column.process_bind_param(Money(123450), dialect) == 123450
    assert column.process_result_value(123450, dialect) == Money(123450)
    assert column.process_bind_param(None, dialect) is None


@pytest.mark.parametrize("amount", ["89.46", "0.001", "12345678.9", "0"])
def test_a_quantity_comes_back_exactly(office: Office, amount: str) -> None:
    home = office.home(floor_area=Decimal(amount))
    unit().expire_all()
    assert home.floor_area == Decimal(amount)


def test_a_quantity_that_would_lose_places_is_refused(office: Office) -> None:
    home = office.home()
    home.floor_area = Decimal("89.4567")
    with pytest.raises(Exception, match="three decimal places"):
        unit().flush()


def test_a_choice_is_kept_by_its_code_and_nothing_else_is_taken(office: Office) -> None:
    home, person = office.home(), Person(name="周文博")
    unit().add(person)
    unit().flush()
    unit().add(Tie(home_id=home.id, person_id=person.id, kind=TieKind.CO_OWNER, since_on=date(2026, 1, 1)))
    unit().flush()
    assert unit().execute(text("SELECT kind FROM tie")).scalar_one() == "co_owner"
    unit().add(Tie(home_id=home.id, person_id=person.id, kind="neighbour", since_on=date(2026, 1, 1)))
    with pytest.raises(Exception, match="neighbour"):
        unit().flush()


def test_facts_that_belong_together_are_tied_in_the_database(office: Office) -> None:
    """A CHECK stands behind the rules: a tie does not end before it began."""
    home, person = office.home(), Person(name="周文博")
    unit().add(person)
    unit().flush()
    days = {"since_on": date(2026, 2, 1), "until_on": date(2026, 1, 1)}
    unit().add(Tie(home_id=home.id, person_id=person.id, kind=TieKind.USER, **days))
    with pytest.raises(IntegrityError):
        unit().flush()


def test_a_reference_to_nothing_is_refused(office: Office) -> None:
    """Foreign keys are on, also in SQLite, where they are off by themselves."""
    meter = Meter(home_id=office.home().id, kind=MeterKind.WATER, meter_no="0071")
    unit().add(meter)
    unit().commit()
    with pytest.raises(IntegrityError):
        unit().execute(text("DELETE FROM home"))


def test_a_version_grows_with_each_change(office: Office) -> None:
    """Promise 6."""
    home = office.home()
    assert home.version == 1
    home.remark = "x"
    unit().flush()
    assert home.version == 2


def test_a_change_of_what_somebody_else_changed_is_not_written(office: Office) -> None:
    """Promise 6: the last word of the database, behind what the form says."""
    home = office.home()
    unit().execute(text("UPDATE home SET version = 5"))
    home.remark = "x"
    with pytest.raises(StaleDataError):
        unit().flush()


def test_a_subject_is_a_table_and_a_row(office: Office) -> None:
    assert subject_of(office.building) == Subject("building", office.building.id)
    assert subject_of(Subject("repair", 3)) == Subject("repair", 3)


def test_a_reading_is_never_negative(office: Office) -> None:
    home = office.home()
    meter = Meter(home_id=home.id, kind=MeterKind.GAS, meter_no="0072")
    unit().add(meter)
    unit().flush()
    about = {"purpose": ReadingPurpose.HANDOVER, "seal_ok": True, "read_at": MORNING, "read_by": "林静"}
    unit().add(MeterReading(meter_id=meter.id, home_id=home.id, reading=Decimal(-1), **about))
    with pytest.raises(IntegrityError):
        unit().flush()


# --- the shape of all tables, of every room

WITHOUT_ESTATE = {
    "Estate": "the estate itself",
    "Staff": "works where the roles say",
    "StaffRole": "says where somebody works",
    "SignInAttempt": "nobody is in an estate before the sign-in",
    "Submission": "one person, in whichever estate",
    "AuditEntry": "what belongs to no estate is changed too",
    "AccessEntry": "read by the auditor of all estates",
}
WITHOUT_TRAIL = {
    "AuditEntry": "the trail itself",
    "AccessEntry": "is a trace itself",
    "JournalEntry": "is a trace itself, and stands",
    "WorkLogEntry": "is a log itself, and stands",
    "ComplaintClock": "follows from what is in the trail, and stands; only its end is written",
    "ComplaintReminder": "is a trace itself, and stands",
    "Submission": "what was sent, not what was changed",
    "SignInAttempt": "house-keeping",
    "NumberSeries": "each number stands on its paper",
    "Task": "what was promised follows from what was done",
    "RollImport": "is itself the trail of an import",
}


def _mappers() -> list[Mapper[Base]]:
    return list(Base.registry.mappers)


def _tables() -> list[Table]:
    return list(Base.metadata.sorted_tables)


def test_no_column_is_a_float_and_money_is_named_so() -> None:
    """Promise 12: money is whole fen, a quantity an exact decimal."""
    for mapper in _mappers():
        for attr in mapper.column_attrs:
            column = attr.columns[0]
            where = f"{mapper.class_.__name__}.{attr.key}"
            assert not isinstance(column.type, Float | Numeric), where
            if isinstance(column.type, MoneyColumn):
                assert column.name.endswith("_fen"), f"{where}: the column of an amount is named *_fen"
                assert isinstance(column.type.impl_instance, BigInteger), where


def test_every_instant_knows_its_zone_and_is_named_so() -> None:
    """``*_at`` instants in UTC, ``*_on`` dates."""
    for table in _tables():
        for column in table.columns:
            assert not isinstance(column.type, DateTime), f"{column} is not of type UtcDateTime"
            if isinstance(column.type, UtcDateTime):
                assert column.name == "at" or column.name.endswith("_at"), column
            elif isinstance(column.type, Date):
                assert column.name.endswith(("_on", "_from", "_to", "_until")), column


def test_nothing_is_of_no_estate_without_a_reason() -> None:
    """Promise 2: a new table that forgets ``InEstate`` would be read across all estates."""
    everywhere = {mapper.class_.__name__ for mapper in _mappers() if not issubclass(mapper.class_, InEstate)}
    assert everywhere == WITHOUT_ESTATE.keys()


def test_nothing_goes_without_a_trail_without_a_reason() -> None:
    """Promise 3: a new table that forgets ``Audited`` would change without a word."""
    silent = {mapper.class_.__name__ for mapper in _mappers() if not issubclass(mapper.class_, Audited)}
    assert silent == WITHOUT_TRAIL.keys()


def test_nothing_disappears_with_something_else() -> None:
    """Promise 8: an orphan is deleted after the session has looked, a cascade behind its back."""
    for mapper in _mappers():
        for relation in mapper.relationships:
            assert not relation.cascade.delete, relation
            assert not relation.cascade.delete_orphan, relation
            assert relation.secondary is None, relation
    for table in _tables():
        for reference in table.foreign_keys:
            assert reference.ondelete is reference.onupdate is None, reference.parent


def test_every_row_of_an_estate_is_of_one_and_is_found_by_it() -> None:
    for mapper in _mappers():
        if issubclass(mapper.class_, InEstate):
            column = mapper.columns["estate_id"]
            assert not column.nullable, mapper
            assert column.foreign_keys, mapper


def test_every_constraint_has_a_name_of_the_house() -> None:
    """Else a migration could not name it again, and names would differ between the databases."""
    for table in _tables():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"
        for index in table.indexes:
            assert index.name, f"{table.name}: {index}"
            assert len(str(index.name)) <= 63, f"{index.name} is too long for PostgreSQL"


def test_a_choice_lies_as_text_with_room_for_more() -> None:
    """No native enums: a new choice needs no migration of a type."""
    for table in _tables():
        for column in table.columns:
            if isinstance(column.type, Enum):
                assert not column.type.native_enum, column
                assert column.type.length == 40, column


def test_no_secret_lies_in_a_plain_column() -> None:
    """Promise 13: an identity number is an encrypted column wherever a room may put one."""
    for table in _tables():
        for column in table.columns:
            if "id_number" in column.name:
                assert isinstance(column.type, EncryptedText), column


def test_changeable_records_count_their_versions() -> None:
    """Promise 6: what staff edit in a form says which version it saw."""
    assert issubclass(Home, Versioned)
    assert issubclass(Person, Versioned)
    assert issubclass(Tie, Versioned)
