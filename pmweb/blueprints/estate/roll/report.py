"""What became of every row: what the reading and the register said about it, put together for people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pmweb.blueprints.estate.roll.reasons import Language, word_parts, word_reasons, word_same
from pmweb.blueprints.estate.roll.result import (
    Imported,
    OtherRow,
    Outcome,
    Reason,
    Refused,
    RowRef,
    SameAs,
)

What: TypeAlias = Literal["new", "known", "same", "refused", "other"]

WHAT: Mapping[What, Mapping[Language, str]] = {
    "new": {"zh": "导入", "en": "imported"},
    "known": {"zh": "已登记", "en": "in the register already"},
    "same": {"zh": "与别行相同", "en": "the same as another row"},
    "refused": {"zh": "未导入", "en": "refused"},
    "other": {"zh": "不是数据", "en": "no data"},
}
HEADS = ("工作表 Sheet", "行 Row", "结果", "Outcome", "房号 Home", "说明", "Explanation")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the workbook: what became of it, and why or with which doubts."""

    at: RowRef
    what: What
    home: str = ""
    reasons: tuple[Reason, ...] = ()
    other: RowRef | None = None
    text: str = ""

    def said(self, language: Language) -> str:
        """The explanation in one line."""
        if self.other is not None:
            return word_same(self.other, language, sheet=self.at.sheet)
        return self.text or word_reasons(self.reasons, language, sheet=self.at.sheet)

    def why(self, language: Language) -> list[tuple[str, str]]:
        """Each reason as the heading of its column and the sentence."""
        return [word_parts(reason, language, sheet=self.at.sheet) for reason in self.reasons]


def lines_of(read: Iterable[Outcome], weighed: Iterable[Outcome], labels: Mapping[RowRef, str]) -> list[Line]:
    """One line for each row that was read, in its order.

    ``weighed`` is what the register said: of a home first, then of the spaces in its row. A space that is refused
    beside a home that is not is only a doubt of that row. ``labels`` are the homes of the rows.
    """
    said: dict[RowRef, list[Outcome]] = defaultdict(list)
    for outcome in weighed:
        said[outcome.at].append(outcome)
    return [_line(outcome, said.get(outcome.at, []), labels) for outcome in read]


def other_lines(rows: Iterable[OtherRow]) -> list[Line]:
    """The rows that are no data, so that none is left out."""
    return [Line(row.at, "other", text=row.text) for row in rows]


def counted(lines: Iterable[Line]) -> Counter[What]:
    """How many rows became what."""
    return Counter(line.what for line in lines)


def report_rows(lines: Iterable[Line]) -> Iterator[tuple[str | int, ...]]:
    """The lines as rows of a workbook under ``HEADS``, sheet by sheet and from the top."""
    sheets: dict[str, int] = {}
    for line in sorted(lines, key=lambda one: (sheets.setdefault(one.at.sheet, len(sheets)), one.at.row)):
        words = WHAT[line.what]
        yield (
            *(line.at.sheet, line.at.row, words["zh"], words["en"], line.home),
            *(line.said("zh"), line.said("en")),
        )


def _line(read: Outcome, weighed: list[Outcome], labels: Mapping[RowRef, str]) -> Line:
    home = labels.get(read.at, "")
    if isinstance(read, Refused):
        return Line(read.at, "refused", home, read.reasons)
    if isinstance(read, SameAs):
        return Line(read.at, "same", home or labels.get(read.other, ""), other=read.other)
    notes = list(read.notes)
    for outcome in weighed:
        said = outcome.reasons if isinstance(outcome, Refused) else getattr(outcome, "notes", ())
        notes += [note for note in said if note not in notes]
    if weighed and isinstance(weighed[0], Refused):
        return Line(read.at, "refused", home, tuple(notes))
    known = bool(weighed) and not any(isinstance(outcome, Imported) for outcome in weighed)
    return Line(read.at, "known" if known else "new", home, tuple(notes))
