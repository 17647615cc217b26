"""What is signed and handed out at move-in (M-6, M-7, A-7)."""

from __future__ import annotations

from collections.abc import Callable

from pmweb.blueprints.movein.rules import MANDATORY_THINGS, THINGS
from pmweb.data import defaults

Slip = Callable[[str, str, str], str]
FILE = "movein.yaml"


def test_at_least_one_agreement_is_mandatory_and_each_has_its_meaning() -> None:
    """A-7, A-38: rules are signed for as read, agreements are concluded."""
    agreements = defaults().movein.agreements
    assert any(agreement.mandatory for agreement in agreements.values())
    assert {agreement.meaning for agreement in agreements.values()} == {"acknowledge", "agree"}
    for agreement in agreements.values():
        assert agreement.text_zh, agreement.id
        assert agreement.text_en, agreement.id
        assert agreement.version, agreement.id


def test_the_things_are_those_of_the_rules() -> None:
    """M-7."""
    things = defaults().movein.things
    assert set(things) <= set(THINGS)
    assert set(MANDATORY_THINGS) <= set(things)
    assert all(things[kind].usual >= 1 for kind in MANDATORY_THINGS)


def test_every_trade_has_its_reasons_in_both_languages() -> None:
    data = defaults()
    for trade, reasons in data.movein.reasons.items():
        assert trade in data.repairs.trades
        assert len(reasons.zh) == len(reasons.en) > 0


def test_a_trade_that_nobody_knows_stops_the_start(slip: Slip) -> None:
    assert "there is no trade plumbing2" in slip(FILE, "  plumbing:", "  plumbing2:")


def test_a_meaning_that_nobody_knows_stops_the_start(slip: Slip) -> None:
    slip(FILE, "meaning: agree", "meaning: perhaps")


def test_a_door_has_no_words_of_a_window() -> None:
    """FM-05: what a tap puts into the description fits the item."""
    data = defaults()
    items = data.acceptance.items
    assert set(data.movein.item_reasons) <= set(items)
    assert "排水孔堵塞" not in data.movein.reasons_of(items["ENT-01"]).zh
    assert "排水孔堵塞" in data.movein.reasons_of(items["LIV-08"]).zh
    for item in items.values():
        reasons = data.movein.reasons_of(item)
        assert len(reasons.zh) == len(reasons.en) > 0


def test_an_item_that_nobody_knows_stops_the_start(slip: Slip) -> None:
    assert "ENT-99" in slip(FILE, "items: [ENT-03]", "items: [ENT-99]")


def test_an_item_that_stands_twice_stops_the_start(slip: Slip) -> None:
    assert "stands twice" in slip(FILE, "items: [ENT-03]", "items: [ENT-01]")
