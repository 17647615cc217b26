"""What the fees show elsewhere."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from pmweb.blueprints.fees import cards, operations
from pmweb.extensions import unit
from pmweb.models.journal import JournalEntry
from pmweb.web.cards import told
from tests.blueprints.fees.test_operations import charge_first, set_price
from tests.office import MORNING, Office


def test_every_event_reads_as_a_sentence(app: Flask, office: Office) -> None:
    tariff = set_price()
    operations.void_charge(charge_first(office.home()), "收楼日录错", MORNING)
    operations.void_tariff(tariff, "录错", MORNING)
    unit().commit()
    with app.test_request_context():
        entries = unit().scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        lines = [told(entry).text for entry in entries]
    assert {entry.event for entry in entries} == set(cards.EVENTS)
    assert lines == [
        "2026-01-01 起单价 2.50 元",
        "物业服务费 ¥194.79，2026-03-05 至 2026-03-31",
        "SF-2026-000001 作废：收楼日录错",
        "单价作废：录错",
    ]


def test_a_home_shows_what_it_owes_until_24_00_of_the_day(app: Flask, office: Office) -> None:
    set_price()
    home = office.home()
    charge_first(home)
    unit().commit()
    assert cards.CARD.open_matters is not None
    assert cards.CARD.search is not None
    assert cards.CARD.count_open is not None
    with app.test_request_context():
        (matter,) = cards.CARD.open_matters([home.id])
        assert (matter.title, matter.state, matter.home_id) == ("物业服务费 ¥194.79", "未付", home.id)
        assert matter.due_at is not None
        assert matter.due_at.isoformat() == "2026-04-04T16:00:00+00:00"
        assert [found.number for found in cards.CARD.search("SF-2026")] == ["SF-2026-000001"]
        assert cards.CARD.search("陈") == []
        assert cards.CARD.count_open() == 1
