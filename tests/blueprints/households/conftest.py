"""A home with one owner, and the desk that looks after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from pmweb.blueprints.households import operations
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.homes import Home
from pmweb.models.people import IdKind, Person, TieKind
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]
CARD = "11010519491231002X"


@pytest.fixture
def home(office: Office) -> Home:
    """1-1-1201, owned by 陈建国 whose identity number is known."""
    home = office.home("1201")
    owner = operations.add_person(
        "陈建国", mobile="13800138000", id_kind=IdKind.ID_CARD, id_number=CARD, address="五四路 158 号"
    )
    operations.tie(home, owner, TieKind.OWNER, since_on=date(2024, 6, 1))
    db.session.commit()
    return home


@pytest.fixture
def owner(home: Home) -> Person:
    return unit().scalars(select(Person)).one()


@pytest.fixture
def desk(client_for: ClientFor) -> CheckingClient:
    return client_for(Role.RECEPTIONIST)
