"""Fields of the types in forms.md: what a clerk types is read, or stays in the box with the reason below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from pmweb.domain.workflow import RuleBroken
from pmweb.web import fields
from pmweb.web.fields import Form, tidy


@pytest.fixture
def read(app: Flask) -> Iterator[Callable[..., Any]]:
    """Sends ``values`` into a form of one field and gives the field back, validated."""
    contexts = []

    def send(field: Any, *values: str) -> Any:
        form_class = type("OneForm", (Form,), {"one": field})
        context = app.test_request_context("/", method="POST", data={"one": list(values)})
        context.push()
        contexts.append(context)
        form = form_class()
        form.validate()
        return form.one

    yield send
    for context in reversed(contexts):
        context.pop()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  周文博 ", "周文博"),
        ("周\x00文\x07博", "周文博"),
        ("周\u202e文\u200b博", "周文博"),
        ("\ud800x", "x"),
        (None, None),
    ],
)
def test_text_is_tidied(typed: str | None, kept: str | None) -> None:
    assert tidy(typed) == kept


def test_a_text_has_a_longest(read: Callable[..., Any]) -> None:
    assert read(fields.text("姓名", 3), "周文博").errors == []
    assert read(fields.text("姓名", 3), "周文博士").errors == ["最多 3 个字。"]
    assert read(fields.note("说明"), "长" * 2001).errors == ["最多 2000 个字。"]


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "\x00"])
def test_what_is_needed_is_asked_for_by_its_name(read: Callable[..., Any], typed: str) -> None:
    assert read(fields.text("姓名", needed=True), typed).errors == ["请填写姓名。"]


def test_a_choice_is_asked_for_as_a_choice(read: Callable[..., Any]) -> None:
    assert read(fields.choice("性质", [("a", "甲")])).errors == ["请选择性质。"]
    assert read(fields.select("工种", [("", "请选择"), ("a", "甲")]), "").errors == ["请选择工种。"]


def test_what_is_not_needed_may_stay_empty(read: Callable[..., Any]) -> None:
    for field in (
        fields.text("a"),
        fields.note("a"),
        fields.day("a"),
        fields.moment("a"),
        fields.number("a"),
        fields.count("a"),
        fields.mobile("a"),
        fields.choice("a", [("a", "甲")], needed=False),
        fields.tick("a"),
    ):
        assert not read(field, "").errors
    assert not read(fields.several("a", [("a", "甲")])).errors


def test_a_code_that_is_not_offered_is_refused(read: Callable[..., Any]) -> None:
    for field in (
        fields.choice("a", [("a", "甲")]),
        fields.select("a", [("a", "甲")]),
        fields.several("a", [("a", "甲")]),
    ):
        assert read(field, "b").errors


def test_several_codes_come_as_a_list(read: Callable[..., Any]) -> None:
    assert read(fields.several("a", [("a", "甲"), ("b", "乙")]), "a", "b").data == ["a", "b"]


def test_days_and_times_are_read(read: Callable[..., Any]) -> None:
    assert read(fields.day("日期"), "2026-03-05").data == date(2026, 3, 5)
    assert read(fields.moment("时间"), "2026-03-05T14:30").data == datetime(2026, 3, 5, 14, 30)
    assert read(fields.moment("时间"), "2026-03-05 14:30").data == datetime(2026, 3, 5, 14, 30)


@pytest.mark.parametrize("typed", ["5/3/2026", "2026-02-30", "tomorrow", "20260305", "2026-03-05T25:00"])
def test_what_is_no_day_says_how_to_write_one(read: Callable[..., Any], typed: str) -> None:
    assert read(fields.day("日期"), typed).errors == ["日期写成 2026-03-05 这样。"]
    assert read(fields.moment("时间"), typed).errors == ["时间写成 2026-03-05 14:30 这样。"]


@pytest.mark.parametrize("year", ["0001", "0206", "1899", "2201", "9999"])
def test_a_strange_year_is_asked_about(read: Callable[..., Any], year: str) -> None:
    """Year 1 and year 9999 break the counting of time."""
    assert read(fields.day("日期"), f"{year}-01-01").errors == ["请核对年份。"]
    assert read(fields.moment("时间"), f"{year}-12-31T23:59").errors == ["请核对年份。"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12.5", "12.5"), ("１２.５", "12.5"), ("1,234.5", "1234.5"), (".5", "0.5"), ("007", "7")],
)
def test_numbers_are_read(read: Callable[..., Any], typed: str, kept: str) -> None:
    field = read(fields.number("读数"), typed)
    assert (field.data, field.errors) == (Decimal(kept), [])


@pytest.mark.parametrize(
    "typed",
    [
        "x",
        "1e5",
        "1e400000",
        "NaN",
        "Infinity",
        "-Infinity",
        "1_000",
        "--1",
        "0x10",
        "1.2.3",
        "²",
        "9" * 5000,
    ],
)
def test_what_is_no_number_is_refused(read: Callable[..., Any], typed: str) -> None:
    assert read(fields.number("读数"), typed).errors == ["请填数字，例如 12.5。"]


@pytest.mark.parametrize("typed", ["-1", "-0.001"])
def test_a_reading_is_not_negative(read: Callable[..., Any], typed: str) -> None:
    assert read(fields.number("读数"), typed).errors == ["不能小于 0。"]


@pytest.mark.parametrize("typed", ["1.2345", "1000000000", "99999999999999999999"])
def test_a_number_has_its_bounds(read: Callable[..., Any], typed: str) -> None:
    assert read(fields.number("读数"), typed).errors == ["最多 3 位小数，且不要太大。"]


@pytest.mark.parametrize("typed", ["0", "13", "-1", "1.5", "x", "9" * 5000])
def test_a_count_has_its_bounds(read: Callable[..., Any], typed: str) -> None:
    assert read(fields.count("数量", least=1, most=12), typed).errors
    assert not read(fields.count("数量", least=1, most=12), "12").errors


def test_a_tick_may_be_needed(read: Callable[..., Any]) -> None:
    assert read(fields.tick("同意", needed="请先勾选。")).errors == ["请先勾选。"]
    assert not read(fields.tick("同意", needed="请先勾选。"), "y").errors


def test_a_telephone_number_is_normalised(read: Callable[..., Any]) -> None:
    """IDN-5."""
    assert read(fields.mobile("手机"), "138 0013 8000").data == "13800138000"
    field = read(fields.mobile("手机"), "1380013800")
    assert field.errors
    assert field.data == "1380013800"


def test_what_was_typed_stays_in_the_box(read: Callable[..., Any]) -> None:
    for field, typed in ((fields.number("a"), "12,x"), (fields.day("a"), "5/3"), (fields.count("a"), "x")):
        assert f'value="{typed}"' in str(read(field, typed)())


class _TwoForm(Form):
    reason = fields.text("原因")


def _broken(**facts: Any) -> Callable[[], None]:
    def operation() -> None:
        raise RuleBroken("move.illegal", **facts)

    return operation


def test_a_broken_rule_stands_beside_its_field_or_on_top(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"reason": "x"}):
        form = _TwoForm()
        assert not form.carried_out(_broken(field="reason"))
        assert form.reason.errors == ["当前状态不能这样办理。请刷新页面，看看现在到了哪一步。"]
        other = _TwoForm()
        assert not other.carried_out(_broken())
        assert not other.carried_out(_broken(field="no such field"))
        assert len(other.form_errors) == 2


def test_an_invalid_form_carries_nothing_out(app: Flask) -> None:
    done: list[bool] = []
    with app.test_request_context("/", method="POST", data={"reason": "x" * 61}):
        assert not _TwoForm().carried_out(lambda: done.append(True))
    with app.test_request_context("/?reason=x"):
        assert not _TwoForm().carried_out(lambda: done.append(True))
    assert done == []


def test_a_carried_out_form_says_so(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"reason": "x"}):
        assert _TwoForm().carried_out(lambda: None)


class _Code(StrEnum):
    A = "a"


def test_a_code_of_an_enum_is_a_choice(read: Callable[..., Any]) -> None:
    assert read(fields.choice("a", [(_Code.A.value, "甲")]), "a").data == "a"


_FORGED = [
    (fields.choice("类别", [("a", "甲")]), "请从列出的选项里选。", "Choose one of the options listed."),
    (fields.select("类别", [("a", "甲")]), "请从列出的选项里选。", "Choose one of the options listed."),
    (
        fields.select("类别", [(1, "甲")], coerce=int),
        "请从列出的选项里选。",
        "Choose one of the options listed.",
    ),
    (fields.several("类别", [("a", "甲")]), "请从列出的选项里选。", "Choose one of the options listed."),
    (fields.count("数量"), "请填整数。", "Enter a whole number."),
    (fields.number("数量"), "请填数字，例如 12.5。", "Enter a number, for example 12.5."),
    (fields.text("姓名", 2), "最多 2 个字。", "At most 2 characters."),
]


@pytest.mark.parametrize(("locale", "place"), [("zh_CN", 1), ("en", 2)])
@pytest.mark.parametrize("case", _FORGED, ids=lambda case: case[0].field_class.__name__)
def test_wtforms_speaks_the_readers_language(
    read: Callable[..., Any], case: tuple[Any, str, str], locale: str, place: int
) -> None:
    with force_locale(locale):
        assert read(case[0], "x?!").errors == [case[place]]


def test_what_this_house_has_no_words_for_comes_from_wtforms_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Form(formdata=None)
        said = form.meta.get_translations(form)
        with force_locale("zh_CN"):
            assert said.gettext("Invalid URL.") == "无效的 URL。"
        assert said.ngettext("This field is required.", "", 1) == "请填写这一项。"
