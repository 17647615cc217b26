"""Identity numbers, passwords and scans are nowhere where nobody has to read them (promise 13, PRI-3, PRI-5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from pmweb.blueprints.households import operations as households
from pmweb.blueprints.staff import operations as staffing
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.audit import AccessEntry, AuditEntry
from pmweb.models.base import Base, EncryptedText
from pmweb.models.files import FileKind
from pmweb.models.journal import JournalEntry
from pmweb.models.people import IdKind, Person, Tie, TieKind
from pmweb.models.pictures import prepare
from pmweb.models.staff import Staff
from pmweb.models.submissions import Submission
from pmweb.models.watermarks import Mark
from tests import pictures
from tests.office import MORNING, Office, desk_of, visitor
from tests.policies.pages import addresses, everybody, opened

NUMBER = "440101202002290005"
ANOTHER = "110101190001010006"
WRONG_NUMBER = "440101202002290006"
PASSWORD = "correct horse 7 battery"
WRONG = "wrong horse 9 battery"


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield


@pytest.fixture
def person(office: Office) -> Person:
    person = office.owner(office.home())
    households.set_identity(person, IdKind.ID_CARD, NUMBER)
    unit().commit()
    return person


def _traces() -> str:
    """Everything that the office keeps about what was done."""
    kept = (AuditEntry, AccessEntry, JournalEntry, Submission)
    rows = [row for kind in kept for row in unit().scalars(select(kind))]
    return "\n".join(
        str({attr.key: getattr(row, attr.key) for attr in row.__mapper__.column_attrs}) for row in rows
    )


def _everywhere(app: Flask, folder: Path) -> dict[str, bytes]:
    """The bytes of the database with its log, and of every stored file."""
    unit().commit()
    places = [*Path(app.config["INSTANCE"]).glob("pmweb.db*"), *folder.rglob("*")]
    return {place.name: place.read_bytes() for place in places if place.is_file()}


@pytest.fixture
def staff(office: Office) -> Staff:
    """A receptionist who can sign in."""
    staff = office.staff(Role.RECEPTIONIST)
    staffing.set_password(staff, staffing.hashed(PASSWORD))
    unit().commit()
    return staff


@pytest.fixture
def left(app: Flask, folder: Path, caplog: pytest.LogCaptureFixture) -> Callable[[str], list[str]]:
    """Where a secret can be read: the log, the trail, the names of files."""

    def places(secret: str) -> list[str]:
        told = {"log": caplog.text, "trail": _traces()}
        found = [place for place, content in told.items() if secret in content]
        return found + [
            name for name, content in _everywhere(app, folder).items() if secret.encode() in content
        ]

    return places


def test_a_sign_in_leaves_no_password_anywhere(
    app: Flask, staff: Staff, left: Callable[[str], list[str]]
) -> None:
    client = visitor(app)
    for typed, status in ((WRONG, 422), (PASSWORD, 303)):
        answer = client.post("/login", data={"username": staff.username, "password": typed})
        assert answer.status_code == status
        assert typed not in answer.text
    for secret in (WRONG, PASSWORD, "horse"):
        assert left(secret) == []


def test_a_change_of_the_password_leaves_none_either(
    app: Flask, office: Office, staff: Staff, left: Callable[[str], list[str]]
) -> None:
    """Not in the trail, and not as a digest that could be guessed in what was sent."""
    client = desk_of(app, staff, office.estate)
    data = {"old": PASSWORD, "password": WRONG, "again": WRONG}
    assert client.post("/staff/me/password", data=data).status_code == 303
    for secret in (WRONG, PASSWORD):
        assert left(secret) == []
    assert "argon2" not in _traces()


def test_a_reveal_is_logged_and_the_number_is_not(
    app: Flask, office: Office, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """PRI-5: whose, what for, when – and nothing of the number itself."""
    client = desk_of(app, office.staff(Role.RECEPTIONIST), office.estate)
    page = client.get(f"/households/{person.id}")
    assert NUMBER not in page.text
    purpose = page.text.partition('name="purpose" value="')[2].partition('"')[0]
    answer = client.post(f"/households/{person.id}/reveal", data={"purpose": purpose})
    assert answer.status_code == 200
    assert NUMBER in answer.text
    (look,) = unit().scalars(select(AccessEntry))
    assert (look.subject_kind, look.subject_id) == ("person", person.id)
    assert look.purpose
    assert NUMBER not in caplog.text
    assert NUMBER not in _traces()


def test_a_number_that_is_entered_reaches_no_log(
    app: Flask, office: Office, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither one that is taken nor one that is refused, nor who is found by it."""
    client = desk_of(app, office.staff(Role.RECEPTIONIST), office.estate)
    home = office.home("0102")
    new = {"kind": "person", "name": "林静", "id_kind": "id_card"}
    for number, status in ((ANOTHER, 303), (NUMBER, 422), (WRONG_NUMBER, 422)):
        answer = client.post(
            f"/households/new?home={home.id}&kind=co_owner", data=new | {"id_number": number}
        )
        assert answer.status_code == status
        assert number not in caplog.text
        assert number not in _traces()
        assert number not in str(answer.location)


def test_without_a_purpose_nothing_is_revealed(app: Flask, office: Office, person: Person) -> None:
    client = desk_of(app, office.staff(Role.RECEPTIONIST), office.estate)
    answer = client.post(f"/households/{person.id}/reveal", data={})
    assert answer.status_code == 422
    assert NUMBER not in answer.text
    assert list(unit().scalars(select(AccessEntry))) == []


def test_no_page_shows_a_number_by_itself(app: Flask, office: Office) -> None:
    """The owner of the move-in that ``pages`` walks through has this number."""
    for _endpoint, address, answer in opened(app, office):
        assert NUMBER not in answer.text, address
    assert NUMBER in list(unit().scalars(select(Person.id_number)))


def test_whoever_takes_a_workbook_leaves_a_line(app: Flask, office: Office) -> None:
    """PRI-5: which register, with which filters, how many rows; not the number that somebody looked for."""
    client = everybody(app, office)
    taken = [
        endpoint
        for endpoint, address in addresses(app, office)
        if address.endswith(".xlsx") and client.get(f"{address}?q={NUMBER}&kind=").status_code == 200
    ]
    lines = unit().scalars(select(AuditEntry).where(AuditEntry.action == "export")).all()
    assert [line.subject_kind for line in lines] == taken
    assert set(taken) >= {f"{room}.export" for room in ("estate", "fees", "households", "repairs", "staff")}
    for line in lines:
        assert line.actor.startswith("staff:")
        assert line.estate_id == office.estate.id
        assert line.changes["counts"]["rows"] >= 0
        assert line.changes["parameters"]["q"] == ["440*************05"]
    assert NUMBER not in _traces()


def test_numbers_are_unreadable_in_the_database(
    app: Flask, office: Office, person: Person, folder: Path
) -> None:
    for name, content in _everywhere(app, folder).items():
        assert NUMBER.encode() not in content, name
    assert NUMBER not in _traces()


def test_scans_are_unreadable_on_the_disk(app: Flask, office: Office, folder: Path) -> None:
    """Photos too: nothing on the shelf opens without the data key, and nothing is readable by others."""
    mark = Mark.of("入住办理", "moving in", date(2026, 3, 5))
    shelf.put(unit(), prepare(pictures.jpeg(), mark=mark), FileKind.IDENTITY, at=MORNING)
    shelf.put(unit(), prepare(pictures.jpeg(pictures.drawing((90, 60)))), FileKind.PHOTO, at=MORNING)
    stored = [path for path in folder.rglob("*") if path.is_file()]
    assert len(stored) >= 3
    for path in stored:
        content = path.read_bytes()
        for beginning in (b"\xff\xd8\xff", b"\x89PNG", b"%PDF", b"JFIF", b"Exif"):
            assert beginning not in content[:200], path.name
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_fault_in_the_log_names_no_resident(office: Office, person: Person) -> None:
    """The database says which constraint, not whose data."""
    tie = {"home_id": 1, "person_id": person.id, "kind": TieKind.USER, "since_on": date(2026, 1, 1)}
    unit().add(Tie(**tie, relation="保密的亲戚", share_permille=5000))
    with pytest.raises(IntegrityError) as broken:
        unit().flush()
    assert "保密的亲戚" not in str(broken.value)
    unit().rollback()
    unit().add(Person(name="保密的人", id_number=12345))
    with pytest.raises(StatementError) as torn:
        unit().flush()
    assert "保密的人" not in str(torn.value)


def test_every_column_that_holds_a_number_is_encrypted() -> None:
    """By its name: whoever adds such a column cannot forget it."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name in ("id_number", "passport_no", "uscc", "id_card_no"):
                assert isinstance(column.type, EncryptedText), column
