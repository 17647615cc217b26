"""A fault in a data file is a sentence with the file, the line and the reason."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pmweb.data.reading import BrokenData, Entry, choices, read

HEAD = "schema_version: 1\nkind: test\n"


def top(text: str) -> Entry:
    return read("test.yaml", HEAD + text, "test")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "test.yaml, line 1: the file is empty."),
        ("- a\n", "test.yaml, line 1: the file must be a list of keys and values."),
        ("kind: other\n", 'test.yaml, line 1: kind "other" is not one of test.'),
        ("kind: test\n", "test.yaml, line 1: the file has no schema_version."),
        (
            "kind: test\nschema_version: 2\n",
            "test.yaml, line 2: this version of pmweb reads files of schema_version 1.",
        ),
        (HEAD + "a: [1\nb: 2\n", "test.yaml, line 4: this is not YAML"),
        (HEAD + "a: \tb: c\n", "test.yaml, line 3: this is not YAML"),
        ("\x00", "test.yaml, line 1: this is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(text: str, message: str) -> None:
    with pytest.raises(BrokenData) as broken:
        read("test.yaml", text, "test")
    assert str(broken.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "use", "message"),
    [
        ("a: 1", lambda e: e["b"], "line 1: the file has no b."),
        ("a: 1\na: 2", lambda e: e["a"], "line 4: the key a stands twice in the file."),
        (
            "a: 1\nc: 2",
            lambda e: e.knows("schema_version", "kind", "a"),
            "line 4: the file has an unknown key c.",
        ),
        ("a: 1", lambda e: e["a"].text(), "line 3: a must be text."),
        ("a: yes", lambda e: e["a"].text(), "line 3: a must be text."),
        ('a: " "', lambda e: e["a"].text(), "line 3: a must not be empty."),
        ("a: [x]", lambda e: e["a"].text(), "line 3: a must be text."),
        ("a: b", lambda e: e["a"].whole(), "line 3: a must be a whole number."),
        ("a: 1.5", lambda e: e["a"].whole(), "line 3: a must be a whole number."),
        ("a: -1", lambda e: e["a"].whole(), "line 3: a must be a whole number of at least 0, not -1."),
        ("a: 0x1f", lambda e: e["a"].whole(), "line 3: a must be a whole number of at least 0, not 0x1f."),
        ("a: cheap", lambda e: e["a"].exact(), 'line 3: a must be a number such as 2.50, not "cheap".'),
        ("a: .inf", lambda e: e["a"].exact(), 'line 3: a must be a number such as 2.50, not ".inf".'),
        ("a: maybe", lambda e: e["a"].flag(), "line 3: a must be true or false."),
        ("a: x", lambda e: e["a"].rows(), "line 3: a must be a list."),
        ("a: [x, 1]", lambda e: e["a"].texts(), "line 3: a row of a must be text."),
        ("a: x", lambda e: e["a"].among(["y", "z"]), 'line 3: a "x" is not one of y, z.'),
        ("a: x", lambda e: e["a"].fields(), "line 3: a must be a list of keys and values."),
    ],
)
def test_a_value_of_the_wrong_kind(text: str, use: Callable[[Entry], object], message: str) -> None:
    with pytest.raises(BrokenData) as broken:
        use(top(text))
    assert str(broken.value).endswith(message)


def test_values_of_the_right_kind() -> None:
    entry = top('a: 12\nb: 0.70\nc: "2.50"\nd: true\ne: [x, y]\nf: null\ng: 1_000')
    assert entry["a"].whole() == 12
    assert entry["b"].exact() == Decimal("0.70")
    assert entry["c"].exact() == Decimal("2.50")
    assert entry["d"].flag() is True
    assert entry["e"].texts() == ("x", "y")
    assert entry["f"].is_null()
    assert entry.get("f") is None
    assert entry.get("z") is None
    assert entry["g"].whole() == 1000


def test_a_reason_of_another_rule_gets_its_place() -> None:
    def refuse(text: str) -> str:
        raise ValueError(f"{text} is too old")

    with pytest.raises(BrokenData, match="line 3: x is too old"):
        top("a: x")["a"].made(refuse)


def test_an_id_may_stand_once_only() -> None:
    rows = "a:\n  - {id: x, name_zh: 一, name_en: One}\n  - {id: x, name_zh: 二, name_en: Two}\n"
    with pytest.raises(BrokenData, match='line 5: the id "x" stands twice'):
        choices(top(rows)["a"])


def test_choices_keep_their_order_and_cannot_be_changed() -> None:
    found: Any = choices(
        top("a:\n  - {id: y, name_zh: 一, name_en: One}\n  - {id: x, name_zh: 二, name_en: Two}\n")["a"]
    )
    assert list(found) == ["y", "x"]
    with pytest.raises(TypeError):
        found["z"] = found["x"]
