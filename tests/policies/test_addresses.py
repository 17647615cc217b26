"""Whatever somebody writes behind the question mark has an answer that is no fault."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.office import Office
from tests.policies.pages import addresses, everybody

NAMES = (
    *("q", "who", "group", "state", "trade", "do", "home", "after", "before"),
    *("more", "purpose", "next", "wait", "endpoint", "part", "department", "from"),
)
HALF = (len(NAMES) + 1) // 2
URL_FOR = ("_scheme", "_external", "_anchor", "_method")
"""What ``url_for`` would obey if it were handed on."""
ODD = ("", "²", "-1", "99999999999999999999", "%", "'", "null", "W10=", "x" * 3000, "\u202e")
ANSWERS = (200, 302, 303, 400, 404, 422)


@pytest.mark.parametrize("turn", range(4))
def test_odd_questions_have_an_answer(app: Flask, office: Office, turn: int) -> None:
    """Each name with one of the values at each address, two at a time; over all addresses every pair comes up."""
    client = everybody(app, office)
    for place, (_endpoint, address) in enumerate(addresses(app, office)):
        values = [ODD[(place + number) % len(ODD)] for number in range(len(NAMES))]
        for number in range((place + turn) % 4, HALF, 4):
            odd = {NAMES[n]: values[n] for n in (number, number + HALF) if n < len(NAMES)}
            answer = client.get(address, query_string=odd)
            assert answer.status_code in ANSWERS, f"{address}?{odd}"


def test_nobody_writes_our_links(app: Flask, office: Office) -> None:
    client = everybody(app, office)
    for endpoint, address in addresses(app, office):
        if endpoint not in ("archive.file", "archive.thumbnail"):
            answer = client.get(address, query_string=dict.fromkeys(URL_FOR, "javascript"))
            assert answer.status_code in ANSWERS, address
            if answer.mimetype == "text/html":
                assert "javascript:" not in answer.text, address


def test_a_sign_that_no_database_takes_is_no_question(app: Flask, office: Office) -> None:
    """NUL: PostgreSQL would answer with a fault."""
    client = everybody(app, office)
    for _endpoint, address in addresses(app, office):
        assert client.get(address, query_string={"q": "a\x00b"}).status_code == 400, address
