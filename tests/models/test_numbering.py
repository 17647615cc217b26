"""Numbers of papers: gapless per estate, kind and year, in one order, whoever comes at once (promise 9, X-2)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb.extensions import db, unit
from pmweb.models.engine import open_for_writing
from pmweb.models.estate import Estate
from pmweb.models.numbering import NumberKind, NumberSeries, next_number
from pmweb.models.session_rules import SYSTEM, ScopeBroken, close_session, open_session
from tests.office import Office
from tests.races import at_once


def _next(kind: NumberKind = NumberKind.REPAIR, year: int = 2026) -> str:
    return next_number(unit(), kind, year)


def test_numbers_begin_with_one_and_leave_no_gap(office: Office) -> None:
    assert [_next() for _ in range(3)] == ["BX-2026-000001", "BX-2026-000002", "BX-2026-000003"]


def test_each_kind_and_each_year_counts_for_itself(office: Office) -> None:
    _next()
    assert _next(NumberKind.MOVE_IN) == "RZ-2026-000001"
    assert _next(year=2027) == "BX-2027-000001"
    assert _next() == "BX-2026-000002"


def test_each_estate_counts_for_itself(office: Office) -> None:
    other = office.other_estate()
    _next()
    unit().commit()
    office.enter(other)
    assert _next() == "BX-2026-000001"


def test_a_number_that_was_not_used_is_given_again(office: Office) -> None:
    """The number belongs to the transaction: a refused form leaves no gap."""
    assert _next() == "BX-2026-000001"
    unit().rollback()
    assert _next() == "BX-2026-000001"
    unit().commit()
    assert _next() == "BX-2026-000002"
    unit().rollback()
    assert _next() == "BX-2026-000002"


def test_without_an_estate_there_is_no_number(office: Office) -> None:
    close_session(unit())
    with pytest.raises(ScopeBroken):
        _next()


def _taker(app: Flask, estate_id: int, times: int, together: threading.Barrier) -> Callable[[], list[str]]:
    """Somebody who takes numbers, each in a transaction of its own; every third one is thrown away.

    The first transactions are all open before anybody asks – where more than one may be.
    """
    postgres = "postgresql" in app.config["SQLALCHEMY_DATABASE_URI"]

    def take() -> list[str]:
        taken = []
        with app.app_context():
            for turn in range(times):
                open_for_writing(unit())
                if postgres and turn == 0:
                    unit().scalar(select(Estate.id).limit(1))
                    together.wait(30)
                open_session(unit(), actor=SYSTEM, estate_id=estate_id)
                number = _next()
                if turn % 3 == 2:
                    unit().rollback()
                else:
                    unit().commit()
                    taken.append(number)
            close_session(unit())
            db.session.remove()
        return taken

    return take


@pytest.mark.parametrize("begun", [False, True], ids=["first number of the year", "later"])
def test_many_at_once_get_different_numbers_without_a_gap(app: Flask, office: Office, begun: bool) -> None:
    """On PostgreSQL nobody holds a lock before the first number of a year is there."""
    estate_id = office.estate.id
    if begun:
        _next()
    unit().commit()
    taker = _taker(app, estate_id, 6, threading.Barrier(5))
    taken = [number for some in at_once(*[taker] * 5) for number in some]
    first = 2 if begun else 1
    assert sorted(taken) == [f"BX-2026-{n:06d}" for n in range(first, first + len(taken))]
    unit().rollback()
    unit().expire_all()
    assert unit().scalar(select(NumberSeries.last)) == first + len(taken) - 1
