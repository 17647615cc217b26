"""What the quality guarantee book of a building promises, and what a repair makes of it (WAR-4, A-16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pmweb.blueprints.estate.operations.terms import agree_term, terms_of, void_term
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.intake import Call, take_call
from pmweb.blueprints.repairs.rules import Part, RepairSource
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.session_rules import EvidenceStands
from tests.office import MORNING, Office

ClientFor = Callable[..., Any]
YEARS_AGO = date(2017, 3, 1)


@pytest.fixture
def old_home(office: Office) -> Home:
    """Its minimum terms have run out."""
    office.building.completed_on = date(2017, 1, 10)
    return office.home("0505", handed_over_on=YEARS_AGO)


def leak(home: Home, **more: Any) -> Repair:
    call = Call(
        source=RepairSource.PHONE,
        home=home,
        part=Part.PRIVATE,
        place="主卫",
        category="bathroom_leak",
        description="滴水",
        caller_name="周文博",
        caller_phone="13800138000",
    )
    return take_call(call, [], at=more.get("at", MORNING))


def test_a_longer_promise_of_the_book_makes_it_free(office: Office, old_home: Home) -> None:
    assert leak(old_home).verdict is Verdict.PAID
    agree_term(office.building, "waterproof", 10, "year", MORNING - timedelta(days=1))
    repair = leak(old_home)
    assert (repair.verdict, repair.warranty_ends_on) == (Verdict.WARRANTY, date(2027, 3, 1))


def test_a_shorter_one_takes_nothing_away(office: Office) -> None:
    home = office.home("0606", handed_over_on=date(2026, 3, 1))
    agree_term(office.building, "waterproof", 1, "month", MORNING - timedelta(days=1))
    assert leak(home).verdict is Verdict.WARRANTY


def test_a_voided_term_decides_nothing_any_more_and_nothing_anew(
    client_for: ClientFor, office: Office, old_home: Home
) -> None:
    """T-6: the repair of before is still explained by the term of then."""
    term = agree_term(office.building, "waterproof", 10, "year", MORNING - timedelta(days=1))
    before = leak(old_home)
    void_term(term, "录错", MORNING + timedelta(days=2))
    assert leak(old_home, at=MORNING + timedelta(days=3)).verdict is Verdict.PAID
    shown = client_for(Role.RECEPTIONIST).get(f"/repairs/{before.id}").text
    assert "交付 2017-03-01 + 10 年 = 2027-03-01" in re.sub(r"<[^>]+>", "", shown)


@pytest.mark.parametrize(
    ("category", "code"), [("public_part", "term.category"), ("unknown", "term.category")]
)
def test_what_has_no_term_gets_none(office: Office, category: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        agree_term(office.building, category, 2, "year", MORNING)
    assert refused.value.code == code


def test_a_term_stands_until_it_is_voided_with_a_reason(office: Office) -> None:
    term = agree_term(office.building, "waterproof", 8, "year", MORNING)
    with pytest.raises(RuleBroken, match=r"term\.exists"):
        agree_term(office.building, "waterproof", 9, "year", MORNING)
    with pytest.raises(RuleBroken, match=r"term\.reason"):
        void_term(term, " ", MORNING)
    void_term(term, "录错", MORNING)
    assert list(terms_of(office.building)) == []
    with pytest.raises(RuleBroken, match=r"term\.voided"):
        void_term(term, "录错", MORNING)
    unit().commit()
    term.value = 9
    with pytest.raises(EvidenceStands):
        unit().flush()
    unit().rollback()


def test_whoever_keeps_the_estate_writes_them_down(client_for: ClientFor, office: Office) -> None:
    admin, address = client_for(Role.ADMIN), f"/estate/buildings/{office.building.id}/terms"
    said = {"category": "waterproof", "value": "8", "unit": "year"}
    assert admin.post(address, data=said).status_code == 303
    assert "交付后 8 年" in admin.get(address).text
    assert admin.post(address, data=said).status_code == 422
    (term,) = terms_of(office.building)
    assert "作废：" in admin.get(f"{address}?void={term.id}").text
    assert admin.post(f"/estate/terms/{term.id}/void", data={"reason": "录错"}).status_code == 303
    assert "没有另外约定" in admin.get(address).text
    reader = client_for(Role.GUARD)
    assert reader.get(address).status_code == 200
    assert reader.post(address, data=said).status_code == 403
