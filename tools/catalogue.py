"""The English catalogue: ``check`` that it is complete and fresh, or ``update`` it from the source texts.

Source texts are Chinese, so Chinese needs no catalogue. English must have every text, none empty, none fuzzy,
none left over, with the same placeholders.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pmweb"
ENGLISH = PACKAGE / "translations" / "en" / "LC_MESSAGES" / "messages.po"

_PLACEHOLDER = re.compile(r"%\((\w+)\)")
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS = {"**.html": {"silent": "false"}, "templates/**.html": {"silent": "false"}}
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}


def source_texts() -> Catalog:
    """Every text that the code and the templates show, as a catalogue without translations.

    Raises the template's own syntax error when it cannot be read.
    """
    texts = Catalog(project="pmweb", fuzzy=False)
    found = extract_from_dir(
        PACKAGE, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=("i18n:",), strip_comment_tags=True
    )
    for filename, line, text, comments, context in found:
        texts.add(text, None, [(f"pmweb/{filename}", line)], auto_comments=comments, context=context)
    return texts


def faults(texts: Catalog, english: Catalog) -> list[str]:
    """What is wrong with the English catalogue, one sentence each; empty when it is complete and fresh."""
    wanted = {_key(message): message for message in texts if message.id}
    held = {_key(message): message for message in english if message.id}
    found = [f"missing: {_where(message)}{message.id}" for key, message in wanted.items() if key not in held]
    found += [f"no longer used: {message.id}" for key, message in held.items() if key not in wanted]
    found += [f"obsolete entry: {message.id}" for message in english.obsolete.values()]
    for key, message in held.items():
        if key in wanted:
            found += [f"{fault}: {_where(wanted[key])}{message.id}" for fault in _faults_of(message, english)]
    return found


def _faults_of(message: Message, catalogue: Catalog) -> list[str]:
    held = message.string if isinstance(message.string, tuple | list) else [message.string]
    strings = [string for string in held if string]
    if len(strings) < len(held) or not strings:
        return ["not translated"]
    found = ["fuzzy"] if message.fuzzy else []
    if any(_CHINESE.search(string) for string in strings):
        found.append("still Chinese")
    if not _same_placeholders(message.id, strings):
        found.append("placeholders differ")
    return found + [f"placeholders ({problem})" for problem in message.check(catalogue)]


def _same_placeholders(source: str | Sequence[str], strings: Sequence[str]) -> bool:
    """The same ``%(names)s``; a singular may leave some out (one home, not %(n)d homes)."""
    wanted = set(_PLACEHOLDER.findall(source if isinstance(source, str) else " ".join(source)))
    held = [set(_PLACEHOLDER.findall(string)) for string in strings]
    return held[-1] == wanted and all(names <= wanted for names in held)


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _where(message: Message) -> str:
    return f"{message.locations[0][0]}:{message.locations[0][1]}: " if message.locations else ""


def read() -> Catalog:
    """The English catalogue, or an empty one where there is none yet."""
    if not ENGLISH.is_file():
        return Catalog(
            locale="en",
            project="pmweb",
            header_comment="# English texts of pmweb; `make translations` keeps them in step with the code.",
            last_translator="pmweb",
            language_team="English",
            msgid_bugs_address="",
            fuzzy=False,
        )
    with ENGLISH.open("rb") as source:
        return read_po(source, locale="en")


def update() -> None:
    """Add what is new with an empty translation, drop what is no longer used, keep the rest."""
    english, texts = read(), source_texts()
    texts.creation_date = english.creation_date  # a date that changes at each run would only make noise
    english.update(texts, no_fuzzy_matching=True)
    english.project, english.version, english.msgid_bugs_address = "pmweb", "1", "-"
    english.revision_date = english.creation_date
    english.obsolete.clear()
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as target:
        write_po(target, english, width=110, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    empty = sum(1 for message in english if message.id and "not translated" in _faults_of(message, english))
    print(f"{ENGLISH.relative_to(ROOT)}: {len(english)} texts, {empty} to translate")


def main() -> None:
    """``python -m tools.catalogue check|update``; check exits 1 when something is wrong."""
    if sys.argv[1:] == ["update"]:
        update()
        return
    if sys.argv[1:] != ["check"]:
        sys.exit("usage: python -m tools.catalogue check|update")
    found = faults(source_texts(), read())
    for fault in found[:60]:
        print(fault)
    if found:
        sys.exit(f"{len(found)} faults in {ENGLISH.relative_to(ROOT)}; `make translations` adds what is new.")
    print("English catalogue complete and fresh")


if __name__ == "__main__":
    main()
