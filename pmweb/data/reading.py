"""Reading YAML so that every fault names its file, its line and its reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import NoReturn, Protocol, TypeVar

import yaml

from pmweb.domain.bilingual import Choice


class BrokenData(Exception):
    """A data file of the office cannot be used; the message says where and why, in one sentence."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        """Name the file, its line (from 1) and the reason, which is a clause without a full stop."""
        super().__init__(f"{file}, line {line}: {reason}.")
        self.file = file
        self.line = line
        self.reason = reason


class HasId(Protocol):
    """Anything that is known by an id."""

    @property
    def id(self) -> str:
        """The id that other data and the database use."""
        ...


# The C loader is ten times faster where it was built; both give the same nodes and marks.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

T = TypeVar("T")
Row = TypeVar("Row", bound=HasId)

_WORDS = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "float": "a number",
    "null": "empty",
}


class Entry:
    """A value of a file together with its place; reading it in the wrong way raises ``BrokenData``."""

    def __init__(self, file: str, name: str, node: yaml.Node) -> None:
        """``name`` is what the value is called in messages: its key, or the kind of row."""
        self.file = file
        self.name = name
        self._node = node
        self.line: int = node.start_mark.line + 1
        self._fields: dict[str, Entry] | None = None

    def fail(self, reason: str) -> NoReturn:
        """Refuse this value: ``reason`` is a clause such as ``the trade is unknown``."""
        raise BrokenData(self.file, self.line, reason)

    # --- mappings ---

    def fields(self) -> dict[str, Entry]:
        """The keys and values of a mapping, in their order; a key that stands twice is refused."""
        if self._fields is not None:
            return self._fields
        if not isinstance(self._node, yaml.MappingNode):
            self.fail(f"{self.name} must be a list of keys and values")
        found: dict[str, Entry] = {}
        for key, value in self._node.value:
            name = str(key.value)
            if name in found:
                raise BrokenData(
                    self.file, key.start_mark.line + 1, f"the key {name} stands twice in {self.name}"
                )
            found[name] = Entry(self.file, name, value)
        self._fields = found
        return found

    def __getitem__(self, key: str) -> Entry:
        """The value of a key that must be there."""
        found = self.fields().get(key)
        if found is None:
            self.fail(f"{self.name} has no {key}")
        return found

    def get(self, key: str) -> Entry | None:
        """The value of a key that may be missing or ``null``."""
        found = self.fields().get(key)
        return None if found is None or found.is_null() else found

    def knows(self, *keys: str) -> None:
        """Refuse keys that nobody reads, which are slips of the pen."""
        for key, value in self.fields().items():
            if key not in keys:
                value.fail(f"{self.name} has an unknown key {key}")

    # --- lists ---

    def rows(self) -> tuple[Entry, ...]:
        """The rows of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.fail(f"{self.name} must be a list")
        return tuple(Entry(self.file, f"a row of {self.name}", row) for row in self._node.value)

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(row.text() for row in self.rows())

    # --- single values ---

    def is_null(self) -> bool:
        """Whether the value is ``null`` or left out."""
        return self._tag() == "null"

    def is_mapping(self) -> bool:
        """Whether the value has keys of its own."""
        return isinstance(self._node, yaml.MappingNode)

    def text(self) -> str:
        """A text that is not empty."""
        value = self._scalar("str")
        if not value.strip():
            self.fail(f"{self.name} must not be empty")
        return value

    def whole(self, least: int = 0) -> int:
        """A whole number of at least ``least``."""
        value = self._scalar("int").replace("_", "")
        if not value.lstrip("+-").isdecimal() or int(value) < least:
            self.fail(f"{self.name} must be a whole number of at least {least}, not {value}")
        return int(value)

    def exact(self) -> Decimal:
        """A number with its decimals exactly as written, quoted or not; never a float."""
        value = self._scalar("str", "int", "float")
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.fail(f'{self.name} must be a number such as 2.50, not "{value}"')
        return number

    def flag(self) -> bool:
        """True or false."""
        return self._scalar("bool").lower() in ("true", "yes", "on")

    def among(self, known: Collection[str]) -> str:
        """One of the known texts."""
        value = self.text()
        if value not in known:
            self.fail(f'{self.name} "{value}" is not one of {", ".join(known)}')
        return value

    def made(self, make: Callable[[str], T]) -> T:
        """The text turned into something else; a ``ValueError`` of ``make`` becomes the reason."""
        value = self.text()
        try:
            return make(value)
        except ValueError as fault:
            self.fail(str(fault))

    def _tag(self) -> str:
        return self._node.tag.rpartition(":")[2]

    def _scalar(self, *tags: str) -> str:
        if not isinstance(self._node, yaml.ScalarNode) or self._tag() not in tags:
            self.fail(f"{self.name} must be {_WORDS[tags[0]]}")
        return str(self._node.value)


def read(file: str, text: str, kind: str) -> Entry:
    """The whole of a file, after its kind and its version were checked; comments are ignored."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise BrokenData(file, mark.line + 1 if mark else 1, f"this is not YAML: {fault.problem}") from None
    except yaml.YAMLError as fault:
        raise BrokenData(file, 1, f"this is not YAML: {fault}") from None
    if node is None:
        raise BrokenData(file, 1, "the file is empty")
    top = Entry(file, "the file", node)
    top["kind"].among([kind])
    if top["schema_version"].whole() != 1:
        top["schema_version"].fail("this version of pmweb reads files of schema_version 1")
    return top


def table(rows: Iterable[Entry], build: Callable[[Entry], Row]) -> Mapping[str, Row]:
    """The rows by their id, in their order; an id that stands twice is refused."""
    found: dict[str, Row] = {}
    for row in rows:
        thing = build(row)
        if thing.id in found:
            row["id"].fail(f'the id "{thing.id}" stands twice')
        found[thing.id] = thing
    return MappingProxyType(found)


def choices(entry: Entry, *also: str) -> Mapping[str, Choice]:
    """A list of ids with their names in both languages; keys in ``also`` may be there and are not read."""

    def build(row: Entry) -> Choice:
        row.knows("id", "name_zh", "name_en", *also)
        return Choice(row["id"].text(), row["name_zh"].text(), row["name_en"].text())

    return table(entry.rows(), build)
