"""What a room shows outside its own pages reaches those who may see it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g
from flask_babel import lazy_gettext as _l

from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.base import Subject
from pmweb.models.journal import JournalEntry, note
from pmweb.web.cards import Card, asked, card_of, cards, register, task_url, timeline_of, told
from tests.office import MORNING, Office


@pytest.fixture(autouse=True)
def toy_card(app: Flask) -> Iterator[None]:
    """The card of a room that only this test has."""
    known = dict(app.extensions["cards"])
    card = Card(
        room="toys",
        label=_l("玩具"),
        icon="key",
        permission=Permission.MOVEIN_READ,
        subject_url={"toy": lambda toy_id: f"/toys/{toy_id}"},
        events={"toy.lost": _l("%(what)s不见了"), "toy.found": lambda facts: f"found {facts['what']}"},
        tasks={"toy.seek": _l("找%(what)s")},
    )
    with app.test_request_context("/"):
        register(card)
        g.rights = frozenset({Permission.MOVEIN_READ})
        yield
    app.extensions["cards"] = known


def _entry(event: str, **facts: Any) -> JournalEntry:
    return note(unit(), Subject("toy", 3), event, at=MORNING, **facts)


def _task(kind: str) -> Any:
    return SimpleNamespace(kind=kind, facts={"what": "熊"}, subject_kind="toy", subject_id=3)


def test_a_room_is_seen_by_those_who_may_enter_it() -> None:
    assert "toys" in [card.room for card in cards()]
    g.rights = frozenset()
    assert cards() == []


def test_an_event_is_told_in_words_with_its_facts(office: Office) -> None:
    line = told(_entry("toy.lost", what="熊"))
    assert (line.text, line.at, line.who, line.url) == ("熊不见了", MORNING, "系统", "/toys/3")
    assert told(_entry("toy.found", what="熊")).text == "found 熊"


def test_an_event_without_words_is_told_by_its_code(office: Office) -> None:
    """A room that has gone, a word that was forgotten: the timeline still stands."""
    assert told(_entry("toy.sold")).text == "toy.sold"


def test_a_matter_that_one_may_not_open_is_no_link(office: Office) -> None:
    g.rights = frozenset()
    assert told(_entry("toy.lost", what="熊")).url is None


def test_a_promise_is_asked_for_in_words_and_leads_to_its_matter() -> None:
    assert asked(_task("toy.seek")) == "找熊"
    assert asked(_task("toy.feed")) == "toy.feed"
    assert task_url(_task("toy.seek")) == "/toys/3"


def test_a_subject_belongs_to_one_room(app: Flask) -> None:
    """Else two rooms would tell the same event."""
    found: dict[str, str] = {}
    for card in app.extensions["cards"].values():
        for kind in card.subject_url:
            assert kind not in found, f"{kind} belongs to {found.get(kind)} and {card.room}"
            found[kind] = card.room
    assert card_of("toy") is not None
    assert card_of("nothing") is None


def test_a_timeline_begins_with_the_latest(office: Office) -> None:
    home = office.home()
    for event in ("first", "second"):
        note(unit(), home, event, at=MORNING)
    unit().flush()
    assert [line.text for line in timeline_of(home)] == ["second", "first"]
