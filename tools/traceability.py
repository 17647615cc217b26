"""From each requirement of the office procedure to the code that keeps it and the tests that prove it.

``tools/procedure.tsv`` is the list of all ids. A module or a test cites the id of what it keeps; this program collects
the citations into ``docs/traceability.md`` and checks that nothing that is built now stands without code or test.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IDS = ROOT / "tools" / "procedure.tsv"
PAGE = ROOT / "docs" / "traceability.md"
BUILT = {
    *(f"M-{number}" for number in range(1, 20)),
    *(f"T-{number}" for number in range(1, 7)),
    *(f"X-{number}" for number in (1, 2, 3, 4, 5, 12)),
    *(f"A-{number}" for number in range(5, 13)),
}
"""What has to have code and test by now; the next part of the procedure adds its ids."""
CHAPTERS = {
    "G": "General duties",
    "M": "Move-in",
    "H": "House in custody",
    "V": "Visits",
    "C": "Calls",
    "R": "Repairs",
    "W": "Follow-up",
    "F": "Fees",
    "D": "Decoration",
    "P": "Complaints",
    "T": "Counting of time",
    "A": "Ambiguities and their readings",
    "X": "Additions",
}
SHOWN = 5
"""How many places are named for one id; more are counted."""

_CITED = re.compile(rf"(?<![\w-])([{''.join(CHAPTERS)}]-[1-9][0-9]?)(?![\w-])")
_RANGE = re.compile(r"[A-Z]-[0-9]+ (?:to|…|–) [A-Z]-[0-9]+")
"""``M-1 to M-19`` says what a room is about; it proves nothing of one of them."""


@dataclass
class Requirement:
    """One id with its title, and where it is cited."""

    id: str
    title: str
    code: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)


def requirements(ids: Path = IDS) -> dict[str, Requirement]:
    """All requirements in the order of the list, without citations."""
    lines = ids.read_text(encoding="utf-8").splitlines()
    return {name: Requirement(name, title) for name, title in (line.split("\t") for line in lines)}


def cited(source: str) -> set[str]:
    """The ids that a text cites, one by one."""
    return set(_CITED.findall(_RANGE.sub("", source)))


def _sources(folder: Path) -> Iterator[Path]:
    for pattern in ("*.py", "*.html", "*.yaml", "*.js"):
        yield from folder.rglob(pattern)


def trace(root: Path = ROOT, ids: Path = IDS) -> dict[str, Requirement]:
    """The requirements with everything that cites them below ``pmweb`` and ``tests``."""
    found = requirements(ids)
    for folder in ("pmweb", "tests"):
        for path in sorted(_sources(root / folder)):
            place = path.relative_to(root).as_posix()
            if "/vendor/" in place or "/migrations/" in place:
                continue
            for name in cited(path.read_text(encoding="utf-8")) & found.keys():
                if folder == "pmweb":
                    found[name].code.append(place)
                elif path.name.startswith("test_"):
                    found[name].tests.append(place)
    return found


def page(found: dict[str, Requirement]) -> str:
    """The page for people."""
    lines = [
        "# Traceability",
        "",
        "Where each requirement of the office procedure is kept and proved, from the ids that code and tests cite.",
        "Made by `python -m tools.traceability update`; do not edit by hand. *Later*: no part built so far keeps it.",
        "",
        f"Built: {len(BUILT)} of {len(found)} requirements.",
    ]
    for prefix, chapter in CHAPTERS.items():
        lines += ["", f"## {chapter}", "", "| id | requirement | code | tests |", "|---|---|---|---|"]
        for name, one in found.items():
            if name.partition("-")[0] == prefix:
                lines.append(_row(one))
    return "\n".join(lines) + "\n"


def _row(one: Requirement) -> str:
    if one.id not in BUILT and not one.code:
        return f"| {one.id} | {one.title} | *later* | |"
    return f"| {one.id} | {one.title} | {_places(one.code)} | {_places(one.tests)} |"


def _places(paths: list[str]) -> str:
    named = [path.removeprefix("pmweb/").removeprefix("tests/") for path in paths[:SHOWN]]
    more = f" + {len(paths) - SHOWN}" if len(paths) > SHOWN else ""
    return ", ".join(f"`{path}`" for path in named) + more


def faults(found: dict[str, Requirement]) -> list[str]:
    """What is built and stands without code or without test, and what is cited but in no list."""
    bare = []
    for name in found:
        if name in BUILT:
            bare += [f"{name} ({found[name].title}): no code cites it"] if not found[name].code else []
            bare += [f"{name} ({found[name].title}): no test cites it"] if not found[name].tests else []
    return bare + [f"{name} is no id of {IDS.name}" for name in sorted(BUILT - found.keys())]


def main() -> None:
    """``python -m tools.traceability check|update``; status 1 when something is missing or the page is old."""
    parser = argparse.ArgumentParser(prog="python -m tools.traceability", description=__doc__)
    parser.add_argument("act", choices=("check", "update"))
    act = parser.parse_args().act
    found = trace()
    said = faults(found)
    if act == "update":
        PAGE.write_text(page(found), encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page(found):
        said.append(f"{PAGE.relative_to(ROOT)} is old: python -m tools.traceability update")
    print("\n".join(said) or f"{len(BUILT)} requirements have code and test")
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
