"""Trades have names in both languages, and an office may add its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pmweb.data import defaults, load

Slip = Callable[[str, str, str], str]

ROOFING = "{id: roofing, name_zh: 屋面, name_en: Roofing}"


def test_a_trade_is_known_by_its_names() -> None:
    trade = defaults().acceptance.trades["doors-windows"]
    assert (trade.name_zh, trade.name_en) == ("门窗", "Doors and windows")


def test_an_office_may_add_a_trade_with_its_names(folder: Path) -> None:
    for file in folder.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        text = text.replace("gas, intercom, other]", f"gas, intercom, other, {ROOFING}]")
        file.write_text(text, encoding="utf-8")
    assert load(folder).repairs.trades["roofing"].name_zh == "屋面"


def test_a_bare_new_trade_is_refused(slip: Slip) -> None:
    complaint = slip("acceptance-checklist.yaml", "gas, intercom, other]", "gas, roofing]")
    assert 'the trade "roofing" needs a name_zh and a name_en' in complaint


def test_both_files_name_the_same_trades(slip: Slip) -> None:
    complaint = slip("repair-categories.yaml", "intercom, other]", f"intercom, other, {ROOFING}]")
    assert "the trades differ from those of acceptance-checklist.yaml" in complaint
