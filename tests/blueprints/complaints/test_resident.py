"""The resident's link: which one opens what, until when, and that nobody is named behind it (deliverable 6, PRI)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint, ComplaintWord
from pmweb.blueprints.complaints.operations import resident
from pmweb.blueprints.complaints.views.links import read_token, token_of
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.tasks import Task
from tests.blueprints.complaints.cases import Cast
from tests.databases import KINDS
from tests.office import MORNING, Office

BOTH_DATABASES = pytest.mark.parametrize("database_kind", KINDS, indirect=True)
TICK = timedelta(microseconds=1)
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


@pytest.fixture
def pair(cast: Cast) -> tuple[Complaint, Complaint]:
    """The complaints of two residents, each with a link."""
    made = (cast.take(), cast.take(home=cast.office.home("0202"), name="李四", phone="13700137000"))
    for complaint in made:
        resident.issue_link(complaint, MORNING)
    return made


def serial(complaint: Complaint) -> str:
    assert complaint.link_serial is not None
    return complaint.link_serial


@BOTH_DATABASES
def test_a_link_opens_its_own_complaint_and_no_other(pair: tuple[Complaint, Complaint]) -> None:
    first, second = pair
    assert resident.opened_by(first.id, serial(first), MORNING) is first
    assert resident.opened_by(second.id, serial(first), MORNING) is None
    assert resident.opened_by(first.id, serial(second), MORNING) is None
    assert resident.opened_by(first.id, "", MORNING) is None


@BOTH_DATABASES
def test_a_link_ends_at_its_instant_and_not_before(cast: Cast) -> None:
    complaint = cast.take()
    resident.issue_link(complaint, MORNING)
    until = complaint.link_until_at
    assert until == rules.link_ends(MORNING, clock.zone())
    assert until is not None
    assert resident.opened_by(complaint.id, serial(complaint), until - TICK) is complaint
    assert resident.is_open(complaint, until - TICK)
    assert resident.opened_by(complaint.id, serial(complaint), until) is None
    assert not resident.is_open(complaint, until)


@BOTH_DATABASES
def test_an_older_link_opens_nothing_once_there_is_a_new_one(cast: Cast) -> None:
    complaint = cast.take()
    old = resident.issue_link(complaint, MORNING)
    new = resident.issue_link(complaint, MORNING)
    assert resident.opened_by(complaint.id, old, MORNING) is None
    assert resident.opened_by(complaint.id, new, MORNING) is complaint
    resident.withdraw_link(complaint, MORNING)
    assert resident.opened_by(complaint.id, new, MORNING) is None


# --- tokens


def test_a_token_is_read_as_it_was_written(app: Flask, pair: tuple[Complaint, Complaint]) -> None:
    first, second = pair
    assert read_token(token_of(first)) == (first.estate_id, first.id, first.link_serial)
    assert token_of(first) != token_of(second)


def _swapped(first: str, second: str) -> set[str]:
    """Every way to put a part of the one token into the other."""
    mine, theirs = first.split("."), second.split(".")
    whole = {
        f"{mine[0]}.{theirs[1]}",
        f"{theirs[0]}.{mine[1]}",
        f"{mine[0]}.",
        f".{mine[1]}",
        mine[0],
        mine[1],
    }
    return whole | {first[:cut] + second[cut:] for cut in range(1, len(first))}


def _one_sign_other(token: str) -> set[str]:
    return {
        token[:place] + sign + token[place + 1 :]
        for place in range(len(token))
        for sign in SIGNS
        if sign != token[place]
    }


def _bits_flipped(token: str) -> set[str]:
    raw = token.encode()
    turned = (
        raw[:place] + bytes([raw[place] ^ (1 << bit)]) + raw[place + 1 :]
        for place in range(len(raw))
        for bit in range(7)
    )
    return {one.decode() for one in turned}


def _longer(token: str) -> set[str]:
    return {f"{token}{more}" for more in ("=", "==", ".", "A", " ", "\n", "é", "\u202e")} | {
        f"{more}{token}" for more in ("=", ".", "A", " ")
    }


@pytest.mark.parametrize("change", [_one_sign_other, _bits_flipped, _longer])
def test_a_token_with_anything_changed_is_none(
    app: Flask, pair: tuple[Complaint, Complaint], change: Callable[[str], set[str]]
) -> None:
    """Base64 has up to four spellings of its last sign: they are none, too."""
    token = token_of(pair[0])
    taken = [other for other in change(token) if read_token(other) is not None]
    assert taken == []


def test_parts_of_two_tokens_make_no_third(app: Flask, pair: tuple[Complaint, Complaint]) -> None:
    first, second = map(token_of, pair)
    own = {first, second}
    mixed = _swapped(first, second) | _swapped(second, first)
    assert len(mixed - own) > 100
    assert [token for token in mixed - own if read_token(token) is not None] == []


def test_another_secret_signs_no_token_of_ours(app: Flask, pair: tuple[Complaint, Complaint]) -> None:
    token = token_of(pair[0])
    ours, app.secret_key = app.secret_key, "another"
    try:
        assert read_token(token) is None
    finally:
        app.secret_key = ours


# --- what is written


@BOTH_DATABASES
def test_what_the_resident_writes_is_read_on_the_same_day(cast: Cast) -> None:
    complaint = cast.take()
    before = complaint.written
    resident.write(complaint, "还在施工", MORNING, key="k")
    query = select(Task).where(Task.kind == rules.WORD, Task.done_at.is_(None))
    promised = unit().scalars(query).one()
    assert promised.staff_id == cast.receiver.id
    assert promised.due_at is not None
    assert clock.local(promised.due_at - TICK).date() == clock.local(MORNING).date()
    assert complaint.written == before  # no form of the office depends on it


@BOTH_DATABASES
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([("a", "还在施工"), ("a", "还在施工")], 1),
        ([("a", "还在施工"), ("b", "还在施工")], 2),
        ([("a", "还在施工"), ("a", "已经停了")], 2),
    ],
)
def test_the_same_form_sent_twice_is_one_message(cast: Cast, sent: list[tuple[str, str]], kept: int) -> None:
    complaint = cast.take()
    for key, text in sent:
        resident.write(complaint, text, MORNING, key=key)
    words = unit().scalars(select(ComplaintWord).where(ComplaintWord.by_id.is_(None))).all()
    assert len(words) == kept


def test_the_same_message_to_two_complaints_is_two(pair: tuple[Complaint, Complaint]) -> None:
    for complaint in pair:
        resident.write(complaint, "还在施工", MORNING, key="a")
    assert [len(resident.said(complaint)) for complaint in pair] == [1, 1]


def test_who_has_written_very_often_is_asked_to_call(cast: Cast) -> None:
    complaint = cast.take()
    for number in range(rules.MOST_WORDS):
        resident.write(complaint, f"第 {number} 次", MORNING, key=str(number))
    with pytest.raises(RuleBroken, match=r"complaint\.words_many"):
        resident.write(complaint, "再说一次", MORNING, key="more")
    assert resident.write(complaint, "第 0 次", MORNING, key="0").text == "第 0 次"


# --- nobody is named

NAMES = ("王小二", "王小", "林静", "Li Qiang", " ", "")
HIDDEN = [
    "13900139000",
    "139 0013 9000",
    "139-0013-9000",
    "139.0013.9000",
    "１３９００１３９０００",
    "+8613900139000",
    "0591-87654321",
    "(0591)87654321",
    "010 8765 4321",
    "87654321",
    "8765432",
]
STAYS = [
    "TS-2026-000012",
    "2026-03-05 14:30",
    "2026年3月5日",
    "1,234.50 元",
    "12345",
    "3-2-1003，电钻声；明天再来。",
]


@pytest.mark.parametrize("number", HIDDEN)
def test_no_number_can_be_dialled(number: str) -> None:
    shown = rules.without_people(f"请打 {number}，谢谢", ())
    assert shown.startswith("请打 ")
    assert shown.endswith("，谢谢")
    plain = "".join(sign for sign in number if sign.isdigit())
    assert plain[3:-2] not in "".join(sign for sign in shown if sign.isdigit())
    assert "*" in shown


@pytest.mark.parametrize("text", STAYS)
def test_other_figures_stay_what_they_are(text: str) -> None:
    assert rules.without_people(text, ()) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("王小二投诉林静", "王**投诉林**"),
        ("王小来过", "王**来过"),
        ("Li Qiang came", "L** came"),
        ("小王来过", "小王来过"),
    ],
)
def test_no_name_is_written_out(text: str, shown: str) -> None:
    assert rules.without_people(text, NAMES) == shown


@BOTH_DATABASES
def test_what_the_office_said_of_its_people_and_the_neighbours_is_masked(cast: Cast) -> None:
    """Staff, the owner of the home, who complained and who was complained of; also by a word of the resident."""
    cast.office.owner(cast.home, name="周文博")
    complaint = cast.take(against_name="陈大文")
    for name in ("赵勇", "周文博", "王小二", "陈大文"):
        resident.write(complaint, f"{name}来过 13900139000", MORNING, key=name)
    shown = resident.said(complaint)
    assert [one.text for one in shown] == [
        f"{name[0]}**来过 139******00" for name in ("赵勇", "周文博", "王小二", "陈大文")
    ]
    assert not any(one.by_office for one in shown)
