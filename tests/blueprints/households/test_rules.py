"""The rules of the household register as tables of cases (FM-01, IDN, PRI-2)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

import pytest

from pmweb.blueprints.households.rules import (
    DETAILS,
    StandingTie,
    check_child,
    check_emergency,
    check_end,
    check_lease,
    check_new_tie,
    check_shares,
    initials_of,
    percent,
    plain_number,
    read_identity,
)
from pmweb.domain.workflow import RuleBroken
from pmweb.models.people import TieKind

TODAY = date(2026, 3, 5)
OWNER = StandingTie(1, "owner")


def test_each_kind_of_tie_says_which_details_it_has() -> None:
    assert set(DETAILS) == {kind.value for kind in TieKind}
    assert DETAILS["emergency"].needed == {"relation", "mobile"}
    assert "id_number" not in DETAILS["family"].personal, "the smallest scope (PRI-1)"


@pytest.mark.parametrize(
    ("person", "kind", "share", "beside", "code"),
    [
        (2, "co_owner", None, [OWNER], None),
        (2, "owner", None, [OWNER], "tie.owner_exists"),
        (1, "owner", None, [OWNER], "tie.known"),
        (1, "emergency", None, [OWNER], "emergency.owner"),
        (1, "owner", None, [StandingTie(1, "emergency")], "emergency.owner"),
        (2, "emergency", None, [OWNER, StandingTie(2, "co_owner")], None),
        (2, "co_owner", 500, [StandingTie(1, "owner", 500)], None),
        (2, "co_owner", 501, [StandingTie(1, "owner", 500)], "share.over"),
        (2, "co_owner", None, [StandingTie(1, "owner", 1000)], None),
        (2, "tenant", None, [], None),
    ],
)
def test_who_may_be_tied_to_a_home(
    person: int, kind: str, share: int | None, beside: list[StandingTie], code: str | None
) -> None:
    """FM-01: one owner, an emergency contact who is not the owner, shares within 100 %."""
    if code is None:
        check_new_tie(person, kind, share, beside)
        return
    with pytest.raises(RuleBroken) as broken:
        check_new_tie(person, kind, share, beside)
    assert broken.value.code == code


@pytest.mark.parametrize(
    ("shares", "total"),
    [
        ([None, None], None),
        ([500, 500], None),
        ([333, 333, 334], None),
        ([600, None], None),
        ([500, 300], "80"),
        ([1000, None], "100"),
        ([700, 400], "110"),
    ],
)
def test_shares_add_up_to_a_hundred_if_given(shares: list[int | None], total: str | None) -> None:
    if total is None:
        check_shares(shares)
        return
    with pytest.raises(RuleBroken) as broken:
        check_shares(shares)
    assert broken.value.facts["total"] == total


@pytest.mark.parametrize(("mobile", "refused"), [("13800138000", True), ("13900139000", False), ("", False)])
def test_an_emergency_contact_has_another_number_than_the_owner(mobile: str, refused: bool) -> None:
    """FM-01."""
    with pytest.raises(RuleBroken, match=r"emergency\.owner") if refused else nullcontext():
        check_emergency(mobile, ["13800138000", ""])


def test_a_lease_ends_in_the_future() -> None:
    check_lease(None, TODAY)
    check_lease(date(2026, 3, 6), TODAY)
    with pytest.raises(RuleBroken, match=r"lease\.past"):
        check_lease(TODAY, TODAY)


def test_a_tie_ends_between_its_beginning_and_today() -> None:
    check_end(TODAY, TODAY, TODAY)
    with pytest.raises(RuleBroken, match=r"tie\.end_early"):
        check_end(TODAY, date(2026, 3, 4), TODAY)
    with pytest.raises(RuleBroken, match=r"tie\.end_future"):
        check_end(TODAY, date(2026, 3, 6), TODAY)


def test_a_child_is_written_down_only_with_the_guardians_consent() -> None:
    """PRI-2."""
    check_child("minor", False)
    check_child("child", True)
    with pytest.raises(RuleBroken, match=r"child\.consent"):
        check_child("child", False)


@pytest.mark.parametrize(
    ("kind", "text", "company", "stored"),
    [
        ("id_card", "11010519491231002x", False, "11010519491231002X"),
        ("id_card", "１１０１０５ 19491231 002X", False, "11010519491231002X"),
        ("uscc", "91350100m000100y43", True, "91350100M000100Y43"),
        ("passport", " e1234 5678", False, "E12345678"),
        ("permit", "H12345678", False, "H12345678"),
        ("other", "闽字-1", False, "identity.form"),
        ("other", "A-2019/77", True, "A-2019/77"),
        ("id_card", "110105194912310021", False, "id_card.check_digit"),
        ("id_card", "11010519491231002X", True, "identity.kind"),
        ("uscc", "91350100M000100Y43", False, "identity.kind"),
        ("uscc", "91350100M000100Y44", True, "uscc.check_digit"),
    ],
)
def test_numbers_are_read_by_their_kind(kind: str, text: str, company: bool, stored: str) -> None:
    """IDN-1 to IDN-4; an error names the field and never holds the number."""
    if "." in stored and stored.islower():
        with pytest.raises(RuleBroken) as broken:
            read_identity(kind, text, company=company, today=TODAY)
        assert broken.value.code == stored
        assert broken.value.facts["field"] in ("id_number", "id_kind")
        assert plain_number(text) not in repr(broken.value)
        return
    identity = read_identity(kind, text, company=company, today=TODAY)
    assert identity.number == stored
    assert stored not in repr(identity)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("陈建国", "cjg"),
        ("曾国藩", "zgf"),
        ("单雄信", "sxx"),
        ("单于明", "cym"),
        ("欧阳修", "oyx"),
        ("解晓东", "xxd"),
        ("阿依古丽·买买提", "ayglmmt"),
        ("John Smith", "js"),
        ("陈　建国", "cjg"),
        ("", ""),
    ],
)
def test_a_name_is_found_by_its_typed_initials(name: str, letters: str) -> None:
    assert initials_of(name) == letters


def test_a_company_is_read_as_words_and_not_as_a_surname() -> None:
    assert initials_of("解放路小学", company=True) == "jflxx"
    assert initials_of("曾经书店", company=True) == "cjsd"


def test_shares_are_written_in_per_cent() -> None:
    assert [percent(n) for n in (1000, 333, 500)] == ["100", "33.3", "50"]
