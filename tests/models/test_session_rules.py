"""What no query and no write can forget: estate, actor, trail (promises 2, 3 and 8; X-2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Select, Table, case, delete, exists, extract, func, insert, literal, select, update
from sqlalchemy.orm import Bundle, aliased, joinedload, selectinload

from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.audit import AccessEntry, AuditEntry
from pmweb.models.base import Audited, Base, Evidence, Subject
from pmweb.models.estate import Estate
from pmweb.models.homes import (
    Building,
    Home,
    Meter,
    MeterKind,
    MeterReading,
    Occupancy,
    ReadingPurpose,
)
from pmweb.models.journal import JournalEntry, note
from pmweb.models.people import IdKind, Person, Tie, TieKind
from pmweb.models.session_rules import (
    SYSTEM,
    Actor,
    EvidenceStands,
    NoActor,
    NothingIsDeleted,
    ScopeBroken,
    bulk_work,
    close_session,
    estate_of,
    keep_house,
    log_look,
    open_session,
)
from pmweb.models.staff import SignInAttempt, Staff
from pmweb.models.tasks import Task, promise
from tests.office import MORNING, Office


class Two(NamedTuple):
    """The ids of one home, its building, owner and tie in each of two estates."""

    here: int
    there: int
    estate_there: int
    building_there: int


@pytest.fixture
def two(office: Office) -> Two:
    """A home with its owner in each of two estates; the session works in the first."""
    here = office.home("0101")
    office.owner(here, "周文博")
    elsewhere = office.other_estate()
    office.enter(elsewhere)
    building = Building(name="9")
    db.session.add(building)
    db.session.flush()
    there = Home(
        building_id=building.id,
        building_name="9",
        number="0909",
        label="9-0909",
        sort_key="9",
        floor_area=Decimal(80),
        chargeable_area=Decimal(80),
    )
    db.session.add(there)
    db.session.flush()
    office.owner(there, "外人")
    ids = Two(here.id, there.id, elsewhere.id, building.id)
    office.enter(office.estate)
    return ids


# --- reading: each shape of a query sees this estate only


def _numbers(query: Any) -> set[Any]:
    return set(unit().scalars(query))


def _recursive() -> Select[Any]:
    steps = select(Home.number, literal(0).label("step")).cte("steps", recursive=True)
    again = select(Home.number, steps.c.step + 1).join(steps, steps.c.step < 1)
    return select(steps.union_all(again).c.number)


def _there() -> Any:
    return select(Home.id).where(Home.number == "0909")


SEES_ONE: dict[str, Callable[[], set[Any]]] = {
    "entity": lambda: {home.number for home in unit().scalars(select(Home))},
    "columns": lambda: _numbers(select(Home.number)),
    "labelled": lambda: _numbers(select(Home.number.label("word"))),
    "bundle": lambda: {few.number for few in unit().scalars(select(Bundle[Any]("few", Home.number)))},
    "aggregate": lambda: _numbers(select(func.max(Home.number))),
    "window": lambda: _numbers(select(func.max(Home.number).over()).select_from(Home)),
    "filtered aggregate": lambda: _numbers(
        select(func.max(Home.number).filter(Home.sold.is_not(None))).select_from(Home)
    ),
    "aliased": lambda: _numbers(select(aliased(Home).number)),
    "aliased subquery": lambda: _numbers(select(aliased(Home, select(Home).subquery()).number)),
    "subquery": lambda: _numbers(select(select(Home.number).subquery().c.number)),
    "CTE": lambda: _numbers(select(select(Home.number).cte().c.number)),
    "aliased CTE": lambda: _numbers(select(aliased(Home, select(Home).cte()).number)),
    "recursive CTE": lambda: _numbers(_recursive()),
    "union": lambda: _numbers(select(Home.number).union(select(Home.number))),
    "union in a subquery": lambda: _numbers(
        select(select(Home.number).union_all(select(Home.number)).subquery().c.number)
    ),
    "entities from a union": lambda: {
        home.number for home in unit().scalars(select(Home).from_statement(select(Home).union(select(Home))))
    },
    "scalar subquery": lambda: _numbers(select(select(func.max(Home.number)).scalar_subquery())),
    "join": lambda: _numbers(select(Home.number).join(Home.building)),
    "join from a table without estate": lambda: _numbers(
        select(Home.number).select_from(Estate).join(Home, Home.estate_id == Estate.id)
    ),
    "outer join from a table without estate": lambda: (
        _numbers(select(Home.number).select_from(Estate).outerjoin(Home, Home.estate_id == Estate.id))
        - {None}
    ),
    "tables in the condition": lambda: _numbers(select(Home.number).where(Home.estate_id == Estate.id)),
    "IN": lambda: _numbers(select(Home.number).where(Home.id.in_(select(Tie.home_id)))),
    "relationship in a condition": lambda: _numbers(select(Home.number).where(Home.building.has())),
    "lazy relationship": lambda: {tie.home.number for tie in unit().scalars(select(Tie))},
    "joined relationship": lambda: {
        tie.home.number for tie in unit().scalars(select(Tie).options(joinedload(Tie.home)))
    },
    "selectin relationship": lambda: {
        tie.home.number for tie in unit().scalars(select(Tie).options(selectinload(Tie.home)))
    },
    "old style": lambda: {home.number for home in unit().query(Home)},
}
COUNTS_NONE: dict[str, Callable[[], Any]] = {
    "EXISTS": lambda: unit().scalar(select(exists().where(Home.number == "0909"))),
    "EXISTS of a select": lambda: unit().scalar(select(_there().exists())),
    "EXISTS in a condition": lambda: unit().scalar(select(func.count(Estate.id)).where(_there().exists())),
    "relationship of another row": lambda: unit().scalar(
        select(func.count(Tie.id)).where(Tie.home.has(Home.number == "0909"))
    ),
    "CASE": lambda: unit().scalar(select(case((_there().exists(), 1), else_=0))),
    "correlated count": lambda: unit().scalar(
        select(select(func.count(Home.id)).where(Home.estate_id == Estate.id).scalar_subquery()).where(
            Estate.code == "B"
        )
    ),
    "EXCEPT": lambda: len(
        unit().execute(select(Home.id).except_(select(Home.id).where(Home.number == "0101"))).all()
    ),
}


@pytest.mark.parametrize("shape", SEES_ONE)
def test_every_shape_of_a_query_sees_this_estate_only(two: Two, shape: str) -> None:
    assert SEES_ONE[shape]() == {"0101"}


@pytest.mark.parametrize("shape", COUNTS_NONE)
def test_no_condition_can_ask_about_another_estate(two: Two, shape: str) -> None:
    assert not COUNTS_NONE[shape]()


def test_a_count_counts_this_estate_only(two: Two) -> None:
    assert unit().scalar(select(func.count()).select_from(Home)) == 1
    assert unit().query(Home).count() == 1


def test_an_id_of_another_estate_is_unknown(two: Two) -> None:
    assert unit().get(Home, two.here) is not None
    assert unit().get(Home, two.there) is None


def test_the_same_query_in_two_estates_gives_two_answers(office: Office, two: Two) -> None:
    """The scope is a parameter of the statement, not part of its cached text."""
    query = select(Home.number)
    assert _numbers(query) == {"0101"}
    other = unit().scalars(select(Estate).where(Estate.code == "B")).one()
    office.enter(other)
    assert _numbers(query) == {"0909"}
    office.enter(office.estate)
    assert _numbers(query) == {"0101"}


BARE: dict[str, Callable[[], Any]] = {
    "table": lambda: select(_homes()),
    "column of a table": lambda: select(_homes().c.number),
    "alias of a table": lambda: select(_homes().alias().c.number),
    "window": lambda: select(func.max(Home.number).over()),
    "filtered aggregate": lambda: select(func.count(Home.id).filter(Home.sold)),
    "extract": lambda: select(extract("year", Home.handed_over_on)),
    "comparison": lambda: select(~Home.sold),
    "in a subquery": lambda: select(select(func.max(Home.number).over().label("n")).subquery().c.n),
    "in EXISTS": lambda: select(exists(select(func.max(Home.number).over()))),
    "in a condition": lambda: select(Estate.code).where(Estate.id.in_(select(_homes().c.estate_id))),
    "in a union": lambda: select(_homes().c.number).union(select(Home.number)),
    "joined to a model": lambda: select(literal(1)).select_from(
        _homes().join(Building.__table__, _homes().c.building_id == Building.__table__.c.id)
    ),
}


def _homes() -> Table:
    assert isinstance(Home.__table__, Table)
    return Home.__table__


@pytest.mark.parametrize("shape", BARE)
def test_a_query_that_cannot_be_scoped_is_refused(two: Two, shape: str) -> None:
    """SQLAlchemy scopes only what it knows as a query of a model; these it does not."""
    with pytest.raises(ScopeBroken):
        unit().execute(BARE[shape]())


@pytest.mark.parametrize("shape", [*SEES_ONE, *COUNTS_NONE])
def test_without_a_chosen_estate_a_query_raises_or_finds_nothing(two: Two, shape: str) -> None:
    close_session(unit())
    try:
        found = (SEES_ONE | COUNTS_NONE)[shape]()
    except ScopeBroken:
        return
    assert not found or found == {None}


@pytest.mark.parametrize("shape", ["entity", "columns", "aliased", "aggregate", "join", "old style"])
def test_without_a_chosen_estate_a_plain_query_raises(two: Two, shape: str) -> None:
    close_session(unit())
    with pytest.raises(ScopeBroken):
        SEES_ONE[shape]()
    with pytest.raises(ScopeBroken):
        unit().get(Home, two.here)


def test_what_belongs_to_no_estate_is_found_without_one(two: Two) -> None:
    close_session(unit())
    assert set(unit().scalars(select(Estate.code))) == {"A", "B"}


def test_a_session_stays_in_its_estate(two: Two) -> None:
    """Rows of the first estate would stay in its memory."""
    with pytest.raises(ScopeBroken):
        open_session(unit(), actor=SYSTEM, estate_id=two.estate_there)
    with pytest.raises(ScopeBroken):
        open_session(unit(), actor=SYSTEM, estate_id=None)


def test_a_closed_session_remembers_nothing(two: Two) -> None:
    home = unit().get(Home, two.here)
    close_session(unit())
    assert home not in unit()
    with pytest.raises(ScopeBroken):
        estate_of(unit())


# --- writing: only into this estate, only with a name, never away


def _building(**kwargs: Any) -> Building:
    return Building(name="7", **kwargs)


def test_a_new_row_gets_the_estate_of_the_session(office: Office) -> None:
    row = _building()
    unit().add(row)
    unit().flush()
    assert row.estate_id == office.estate.id


def test_a_row_is_not_written_into_another_estate(two: Two) -> None:
    unit().add(_building(estate_id=two.estate_there))
    with pytest.raises(ScopeBroken):
        unit().flush()


def test_a_row_does_not_move_to_another_estate(two: Two) -> None:
    home = unit().get_one(Home, two.here)
    home.estate_id = two.estate_there
    with pytest.raises(ScopeBroken):
        unit().flush()


def test_without_a_chosen_estate_nothing_of_an_estate_is_written(two: Two) -> None:
    close_session(unit())
    open_session(unit(), actor=SYSTEM, estate_id=None)
    unit().add(_building())
    with pytest.raises(ScopeBroken):
        unit().flush()


def test_a_new_row_does_not_point_into_another_estate(two: Two) -> None:
    unit().add(Tie(home_id=two.there, person_id=_owner_here(), kind=TieKind.USER, since_on=date(2026, 1, 1)))
    with pytest.raises(ScopeBroken):
        unit().flush()
    unit().rollback()
    assert unit().scalar(select(func.count(Tie.id))) == 1


def test_a_changed_row_does_not_point_into_another_estate(two: Two) -> None:
    unit().get_one(Home, two.here).building_id = two.building_there
    with pytest.raises(ScopeBroken):
        unit().flush()


def test_a_row_from_another_session_does_not_slip_in_through_a_relationship(office: Office, two: Two) -> None:
    other = unit().scalars(select(Estate).where(Estate.code == "B")).one()
    office.enter(other)
    there = unit().get_one(Home, two.there)
    office.enter(office.estate)
    owner = unit().get_one(Person, _owner_here())
    unit().add(Tie(home=there, person=owner, kind=TieKind.USER, since_on=date(2026, 1, 1)))
    with pytest.raises(ScopeBroken):
        unit().flush()


def test_rows_that_come_together_may_point_at_each_other(office: Office) -> None:
    home, person = office.home("0301"), Person(name="新人")
    tie = Tie(home=home, person=person, kind=TieKind.USER, since_on=date(2026, 1, 1))
    unit().add(tie)
    unit().flush()
    assert tie.person_id == person.id


def _owner_here() -> int:
    return unit().scalars(select(Person.id)).one()


BULK: dict[str, Callable[[int], Any]] = {
    "update": lambda _: unit().execute(update(Home).values(remark="x")),
    "delete": lambda _: unit().execute(delete(Home)),
    "insert": lambda estate: unit().execute(insert(Building).values(name="q", estate_id=estate)),
    "insert of many": lambda estate: unit().execute(
        insert(Building), [{"name": "q", "estate_id": estate}, {"name": "r", "estate_id": estate}]
    ),
    "insert that returns": lambda estate: (
        unit().scalars(insert(Building).returning(Building), [{"name": "q", "estate_id": estate}]).all()
    ),
    "old update": lambda _: unit().query(Home).update({"remark": "x"}),
    "old delete": lambda _: unit().query(Home).delete(),
    "update of an audited row without estate": lambda _: unit().execute(update(Staff).values(name="x")),
    "delete of a trace": lambda _: unit().execute(delete(AuditEntry)),
}


@pytest.mark.parametrize("statement", BULK)
def test_bulk_statements_are_refused(two: Two, statement: str) -> None:
    """They would leave no trail, and an insert would pass every check."""
    with pytest.raises(ScopeBroken):
        BULK[statement](two.estate_there)


def test_house_keeping_is_for_rows_without_estate(two: Two) -> None:
    unit().add(SignInAttempt(at=MORNING, username="x", address="10.0.0.1"))
    unit().flush()
    keep_house(unit(), delete(SignInAttempt))
    assert unit().scalar(select(func.count(SignInAttempt.id))) == 0
    with pytest.raises(ScopeBroken):
        keep_house(unit(), delete(Home))


@pytest.mark.parametrize("kind", [Home, Task, JournalEntry, AuditEntry, Staff])
def test_nothing_is_deleted(office: Office, kind: type[Any]) -> None:
    """Not a record, not a promise, not a trace (X-2)."""
    home = office.home()
    note(unit(), home, "home.changed", at=MORNING)
    promise(unit(), "x", "M-1", home, event_at=MORNING, due_at=None, role=Role.GUARD)
    office.staff(Role.GUARD)
    unit().delete(unit().scalars(select(kind)).first())
    with pytest.raises(NothingIsDeleted):
        unit().flush()


def _journal(home: Home) -> JournalEntry:
    return note(unit(), home, "home.changed", at=MORNING)


def _look(home: Home) -> AccessEntry:
    log_look(unit(), home, "id_number", "check", at=MORNING)
    unit().flush()
    return unit().scalars(select(AccessEntry)).one()


def _trail(home: Home) -> AuditEntry:
    return unit().scalars(select(AuditEntry).where(AuditEntry.subject_kind == "Home")).one()


@pytest.mark.parametrize("trace", [_journal, _look, _trail])
def test_a_trace_is_not_changed(office: Office, trace: Callable[[Home], Any]) -> None:
    entry = trace(office.home())
    unit().flush()
    entry.actor = "somebody else"
    with pytest.raises(EvidenceStands):
        unit().flush()


def test_of_a_reading_only_what_became_of_it_changes(office: Office) -> None:
    """FM-06, M-10: a wrong reading is voided with a reason, and read again."""
    home = office.home()
    meter = Meter(home_id=home.id, kind=MeterKind.WATER, meter_no="0071")
    unit().add(meter)
    unit().flush()
    about = {"purpose": ReadingPurpose.HANDOVER, "seal_ok": True, "read_at": MORNING, "read_by": "林静"}
    reading = MeterReading(meter_id=meter.id, home_id=home.id, reading=Decimal("0.35"), **about)
    unit().add(reading)
    unit().flush()
    reading.voided_at, reading.void_reason = MORNING, "读错"
    unit().flush()
    reading.reading = Decimal("0.36")
    with pytest.raises(EvidenceStands, match="reading"):
        unit().flush()


def test_what_an_office_may_be_held_to_stands() -> None:
    """Promise 8: these are never written over, whatever a room does with them."""
    standing = {
        mapper.class_.__name__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Evidence)
    }
    assert standing >= {
        *("AuditEntry", "AccessEntry", "JournalEntry", "Signature", "StoredFile", "Attachment"),
        *("MeterReading", "Consent", "Charge", "Tariff", "KeyEntry", "RepairRound"),
    }


@pytest.mark.parametrize(
    "row",
    [
        lambda home: Building(name="7"),
        lambda home: Task(kind="x", rule="M-1", subject_kind="home", subject_id=home, event_at=MORNING),
        lambda home: SignInAttempt(at=MORNING, username="x", address="10.0.0.1"),
    ],
    ids=["record", "promise", "attempt"],
)
def test_nobody_writes_without_a_name(office: Office, row: Callable[[int], Any]) -> None:
    home = office.home()
    unit().info["actor"] = None
    unit().add(row(home.id))
    with pytest.raises(NoActor):
        unit().flush()


def test_nobody_changes_without_a_name(office: Office) -> None:
    home = office.home()
    unit().info["actor"] = None
    home.remark = "x"
    with pytest.raises(NoActor):
        unit().flush()


def test_an_unchanged_row_needs_no_name(office: Office) -> None:
    home = office.home()
    unit().info["actor"] = None
    home.remark = home.remark
    unit().flush()


# --- the trail


def _entries(kind: str) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.subject_kind == kind).order_by(AuditEntry.id)
    return list(unit().scalars(query))


def test_a_change_says_who_when_what_for_and_old_to_new(office: Office) -> None:
    home = office.home()
    close_session(unit())
    open_session(
        unit(), actor=Actor.staff(7, "林静"), estate_id=office.estate.id, reason="households.occupancy"
    )
    again = unit().get_one(Home, home.id)
    again.occupancy, again.floor_area = Occupancy.LET, Decimal("90.5")
    unit().flush()
    entry = _entries("Home")[-1]
    assert (entry.action, entry.actor, entry.at) == ("change", "staff:7", MORNING)
    assert (entry.estate_id, entry.subject_id, entry.reason) == (
        office.estate.id,
        home.id,
        "households.occupancy",
    )
    assert entry.changes == {"occupancy": ["vacant", "let"], "floor_area": ["89.46", "90.5"]}


def test_a_new_record_leaves_its_beginning(office: Office) -> None:
    home = office.home()
    (entry,) = _entries("Home")
    assert (entry.action, entry.subject_id) == ("create", home.id)
    assert entry.changes["number"] == [None, "0101"]


def test_a_change_that_is_taken_back_leaves_nothing(office: Office) -> None:
    home = office.home()
    home.remark = "x"
    unit().flush()
    unit().rollback()
    assert len(_entries("Home")) == 1


def test_each_change_leaves_one_line(office: Office) -> None:
    """The listeners are installed once: an app made twice must not write twice."""
    home = office.home()
    home.remark = "x"
    unit().flush()
    unit().flush()
    assert [entry.action for entry in _entries("Home")] == ["create", "change"]


def test_personal_numbers_do_not_reach_the_trail(office: Office) -> None:
    """The trail says that they changed, not what they were (promise 13, PRI-5)."""
    home = office.home()
    person = office.owner(home, id_kind=IdKind.ID_CARD, id_number="11010519491231002X")
    person.id_number, person.mobile = "440524188001010014", "13900139000"
    person.id_fingerprint, person.other_phones = "f", "02150001234"
    unit().flush()
    entry = _entries("Person")[-1]
    assert entry.changes["id_number"] == ["***", "***"]
    assert entry.changes["mobile"] == ["***", "***"]
    said = str([line.changes for line in _entries("Person")])
    for secret in ("11010519491231002X", "440524188001010014", "13800138000", "13900139000", "02150001234"):
        assert secret not in said


def test_no_column_with_a_personal_number_reaches_the_trail() -> None:
    """Whatever room adds such a column has to say so (promise 3)."""
    wanted = re.compile(r"mobile|phones|id_number|fingerprint|password_hash")
    forgotten = [
        f"{mapper.class_.__name__}.{attr.key}"
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Audited)
        for attr in mapper.column_attrs
        if wanted.search(attr.key) and attr.key not in mapper.class_.not_in_trail
    ]
    assert not forgotten


def test_bulk_work_is_one_line_with_parameters_and_counts(office: Office) -> None:
    with bulk_work(unit(), "import_homes", {"file": "homes.xlsx"}) as counts:
        unit().add_all([Building(name="7"), Building(name="8")])
        counts["buildings"] = 2
    assert [entry.subject_id for entry in _entries("Building")] == [office.building.id]
    (entry,) = _entries("import_homes")
    assert (entry.action, entry.actor) == ("bulk", "system")
    assert entry.changes == {"parameters": {"file": "homes.xlsx"}, "counts": {"buildings": 2}}


def test_what_was_waiting_before_the_bulk_work_leaves_its_own_trail(office: Office) -> None:
    home = office.home()
    home.remark = "x"
    with bulk_work(unit(), "import_homes", {}):
        unit().add(Building(name="8"))
    assert [entry.action for entry in _entries("Home")] == ["create", "change"]


def test_bulk_work_stays_in_the_estate_and_needs_a_name(two: Two) -> None:
    with pytest.raises(ScopeBroken), bulk_work(unit(), "import_homes", {}):
        unit().add(_building(estate_id=two.estate_there))
    unit().rollback()
    unit().info["actor"] = None
    with pytest.raises(NoActor), bulk_work(unit(), "import_homes", {}):
        unit().add(_building())


def test_after_broken_bulk_work_the_trail_is_written_again(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), bulk_work(unit(), "import_homes", {}):
        raise ZeroDivisionError
    unit().add(_building())
    unit().flush()
    assert len(_entries("Building")) == 2


def test_a_look_at_personal_data_says_whose_and_what_for(office: Office) -> None:
    """PRI-5, X-3."""
    log_look(unit(), Subject("person", 5), "id_number", "核对证件", at=MORNING)
    unit().flush()
    (look,) = unit().scalars(select(AccessEntry))
    assert (look.actor, look.subject_kind, look.subject_id) == ("system", "person", 5)
    assert (look.what, look.purpose, look.at, look.estate_id) == (
        "id_number",
        "核对证件",
        MORNING,
        office.estate.id,
    )
