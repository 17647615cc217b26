"""The English catalogue: complete, fresh, with the same placeholders."""

from __future__ import annotations

from babel.messages.catalog import Catalog

from tools import catalogue


def texts(*messages: str | tuple[str, str]) -> Catalog:
    made = Catalog()
    for message in messages:
        made.add(message)
    return made


def english(**strings: str) -> Catalog:
    made = Catalog(locale="en")
    for text, string in strings.items():
        made.add(text, string)
    return made


def test_a_complete_catalogue_has_no_faults() -> None:
    assert catalogue.faults(texts("收楼"), english(收楼="Move-in")) == []


def test_each_kind_of_fault_is_named() -> None:
    held = english(空="", 收楼="收楼", 旧="old")
    held.add("共%(n)s户", "homes")
    held.add("草", "draft", flags=["fuzzy"])
    found = catalogue.faults(texts("空", "收楼", "共%(n)s户", "草", "新"), held)
    assert sorted(fault.split(":")[0].split(" (")[0] for fault in found) == [
        "fuzzy",
        "missing",
        "no longer used",
        "not translated",
        "placeholders differ",
        "still Chinese",
    ]


def test_a_singular_may_leave_its_number_out() -> None:
    wanted, held = texts(("%(n)s户", "共%(n)s户")), Catalog(locale="en")
    held.add(("%(n)s户", "共%(n)s户"), ("one home", "%(n)s homes"))
    assert catalogue.faults(wanted, held) == []
    held = Catalog(locale="en")
    held.add(("%(n)s户", "共%(n)s户"), ("one home", "homes"))
    assert len(catalogue.faults(wanted, held)) == 1


def test_the_texts_of_code_and_templates_are_found() -> None:
    found = {message.id for message in catalogue.source_texts() if message.id}
    assert "跳到内容" in found  # a template
    assert "没有权限" in found  # code, marked with lazy_gettext
