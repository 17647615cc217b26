"""One act signs all papers of a moment, each for itself, and later changes show (X-4, SIG-1 to SIG-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.base import Subject
from pmweb.models.pictures import prepare, prepare_signature
from pmweb.models.signatures import Meaning, Signature, SignerSide, SignMethod, digest
from pmweb.models.signing import (
    Change,
    Coverage,
    Manner,
    OnPaper,
    Pad,
    Paper,
    Refused,
    Signer,
    changes,
    coverage,
    fingerprint,
    marks,
    plain,
    sign,
    standing,
)
from tests import pictures
from tests.office import MORNING

SUBJECT = Subject("move_in", 31)
RULES = Paper("house_rules", Meaning.ACKNOWLEDGE, "2026-01", {"home": "5-1802"})
RECEIPT = Paper(
    "handover_receipt",
    Meaning.RECEIVE,
    "1",
    {
        "home": "5-1802",
        "keys": [{"kind": "entrance_key", "count": 3}],
        "water": Decimal("0.350"),
        "fee": Money(123_450),
        "handed_over_on": date(2026, 3, 5),
        "inspected_at": datetime(2026, 3, 5, 16, 48, tzinfo=timezone(timedelta(hours=8))),
    },
)
OWNER = Signer("周文博")
pytestmark = pytest.mark.usefixtures("office", "folder")


@pytest.fixture
def pad() -> Pad:
    return Pad(prepare_signature(pictures.signature_png()), [[[60, 60, 0, 500], [300, 180, 180, 620]]])


def signed(manner: Manner, *papers: Paper, signer: Signer = OWNER, **kwargs: Any) -> list[Signature]:
    kwargs = {"at": MORNING, "locale": "zh_CN", "device": "Tablet", **kwargs}
    return sign(unit(), SUBJECT, papers or (RULES, RECEIPT), signer, manner, **kwargs)


def test_one_act_gives_each_paper_its_own_row_and_its_own_hash(pad: Pad) -> None:
    first, second = signed(pad, device="T" * 300)
    assert first.act == second.act
    assert first.image_id == second.image_id is not None
    assert first.sha256 != second.sha256
    assert (first.paper, first.meaning, second.meaning) == (
        "house_rules",
        Meaning.ACKNOWLEDGE,
        Meaning.RECEIVE,
    )
    assert first.strokes == [[[60, 60, 0, 500], [300, 180, 180, 620]]]
    assert (first.signed_at, first.locale, first.method) == (MORNING, "zh_CN", SignMethod.PAD)
    assert len(first.device) == 200
    assert first.snapshot == {
        "paper": "house_rules",
        "wording_version": "2026-01",
        "locale": "zh_CN",
        "facts": {"home": "5-1802"},
    }


def test_what_comes_back_from_the_database_hashes_like_what_was_signed(pad: Pad) -> None:
    """SIG-2: the same facts cover, however they are written down in between."""
    signed(pad)
    unit().commit()
    unit().expunge_all()
    row = standing(unit(), SUBJECT)["handover_receipt", SignerSide.RESIDENT]
    assert digest(row.snapshot) == row.sha256
    same = {
        **RECEIPT.facts,
        "water": Decimal("0.35"),
        "inspected_at": datetime(2026, 3, 5, 8, 48, tzinfo=UTC),
        "keys": ({"count": 3, "kind": "entrance_key"},),
    }
    assert coverage(row, same) is Coverage.COVERS


def test_a_later_change_shows_the_signature_as_no_longer_covering(pad: Pad) -> None:
    row = signed(pad)[1]
    changed = {**RECEIPT.facts, "fee": Money(123_451), "note": "钥匙补一把"}
    assert coverage(row, changed) is Coverage.CHANGED
    assert coverage(None, changed) is Coverage.MISSING


@pytest.mark.parametrize(
    ("then", "now", "changed"),
    [
        pytest.param({"n": 1}, {"n": 1}, [], id="the same"),
        pytest.param({"n": 1}, {"n": 2}, [Change("sheet", "n")], id="a fact"),
        pytest.param(
            {"lines": [1, 2, 3]}, {"lines": [1, 5, 3]}, [Change("sheet", "lines", 1)], id="one line"
        ),
        pytest.param(
            {"lines": [1, 2]}, {"lines": [1, 2, 3]}, [Change("sheet", "lines")], id="another length"
        ),
        pytest.param({}, {"pets": []}, [Change("sheet", "pets")], id="a fact that is new"),
    ],
)
def test_the_owner_is_told_what_changed_while_the_tablet_had_no_signal(
    then: dict[str, Any], now: dict[str, Any], changed: list[Change]
) -> None:
    """SIG-2: what a page showed is compared part by part (offline.md)."""
    shown = marks([Paper("sheet", Meaning.CONFIRM, "1", then)])
    assert changes(shown, [Paper("sheet", Meaning.CONFIRM, "1", now)]) == changed


def test_a_paper_that_came_or_went_is_a_change_too() -> None:
    one, other = (Paper(kind, Meaning.CONFIRM, "1", {}) for kind in ("sheet", "readings"))
    assert changes(marks([one]), [other]) == [Change("readings"), Change("sheet")]
    reworded = Paper("sheet", Meaning.CONFIRM, "2", {})
    assert changes(marks([one]), [reworded]) == [Change("sheet", "wording")]


def test_a_paper_signed_by_hand_keeps_the_photo_of_the_sheet() -> None:
    row = signed(OnPaper(prepare(pictures.phone_photo())))[0]
    assert row.method is SignMethod.PAPER
    assert row.image_id
    assert row.strokes is None


def test_a_refusal_needs_its_reason_and_a_witness() -> None:
    with pytest.raises(RuleBroken, match=r"signature\.reason") as broken:
        signed(Refused(" ", "林静"))
    assert broken.value.facts["field"] == "reason"
    with pytest.raises(RuleBroken, match=r"signature\.witness"):
        signed(Refused("对墙面不满意", ""))
    row = signed(Refused("对墙面不满意", "林静"))[0]
    assert (row.method, row.reason, row.witness, row.image_id) == (
        SignMethod.REFUSED,
        "对墙面不满意",
        "林静",
        None,
    )
    assert coverage(row, RULES.facts) is Coverage.REFUSED


def test_nobody_signs_without_a_name_and_no_act_without_papers(pad: Pad) -> None:
    with pytest.raises(RuleBroken, match=r"signature\.signer"):
        signed(pad, signer=Signer("  "))
    with pytest.raises(ValueError, match="at least one paper"):
        sign(unit(), SUBJECT, [], OWNER, pad, at=MORNING, locale="zh_CN")


def test_what_was_changed_since_it_was_shown_is_not_signed(pad: Pad, folder: Path) -> None:
    """SIG-2: the person signs what stood on the screen, nothing else."""
    seen = fingerprint([RULES, RECEIPT], "zh_CN")
    assert seen != fingerprint([RULES, RECEIPT], "en")
    now = Paper(RECEIPT.kind, RECEIPT.meaning, RECEIPT.wording_version, {**RECEIPT.facts, "home": "5-1803"})
    with pytest.raises(RuleBroken, match=r"signature\.changed"):
        signed(pad, RULES, now, seen=seen)
    assert list(folder.rglob("*")) == []
    assert len(signed(pad, RULES, RECEIPT, seen=seen)) == 2


def test_the_latest_signature_of_each_paper_and_side_stands(
    pad: Pad, queries: Callable[[Callable[[], Any]], int]
) -> None:
    signed(Refused("先看合同", "林静"), RULES)
    later = MORNING + timedelta(hours=1)
    agent = Signer("周一鸣", on_behalf_of="周文博")
    latest = signed(pad, RULES, signer=agent, at=later)[0]
    office = signed(pad, RULES, signer=Signer("高师傅", SignerSide.OFFICE))[0]
    second_round = signed(pad, Paper("acceptance_sheet", Meaning.CONFIRM, "1", {}, round=2))[0]
    unit().commit()

    found = standing(unit(), SUBJECT)
    assert found["house_rules", SignerSide.RESIDENT] is latest
    assert found["house_rules", SignerSide.RESIDENT].on_behalf_of == "周文博"
    assert found["house_rules", SignerSide.OFFICE] is office
    assert list(standing(unit(), SUBJECT, round=2).values()) == [second_round]
    assert standing(unit(), Subject("move_in", 32)) == {}
    assert queries(lambda: standing(unit(), SUBJECT)) == 1


def test_facts_have_one_way_to_be_written() -> None:
    assert plain({"a": (1, True, None), Meaning.AGREE: SignMethod.PAD}) == {
        "a": [1, True, None],
        "agree": "pad",
    }
    assert [plain(Decimal(text)) for text in ("100", "1.50", "0.000")] == ["100", "1.5", "0"]
    assert plain(Money(5)) == 5


@pytest.mark.parametrize("value", [0.1, {1: "x"}, {"a", "b"}, b"x", datetime(2026, 3, 5)])
def test_what_has_no_one_way_to_be_written_is_not_signed(value: Any) -> None:
    with pytest.raises(TypeError):
        plain(value)
