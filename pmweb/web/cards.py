"""What each room shows outside its own pages: on a home's card, in search, in the timeline, on 今日.

A room declares one ``Card`` in its ``cards.py``; the factory registers it. Pages that show matters of all rooms
(today, a home, search) read only this registry, so that no room needs to know another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, not_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import db
from pmweb.models.base import Base
from pmweb.models.journal import JournalEntry
from pmweb.models.session_rules import RESIDENT, SYSTEM
from pmweb.models.tasks import PASSED_UP
from pmweb.web.access import allowed

Words = Mapping[str, Any]
"""Event or task kind → lazy sentence with ``%(fact)s`` places, or a function of the facts."""


class Promised(Protocol):
    """What is asked of a task to word it: a ``Task``, or a row of its columns."""

    @property
    def kind(self) -> str:
        """The kind of the task."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its sentence needs."""
        ...

    @property
    def subject_kind(self) -> str:
        """The table of the matter."""
        ...

    @property
    def subject_id(self) -> int:
        """The row of the matter."""
        ...


@dataclass(frozen=True)
class Matter:
    """One open matter as a row: where it is, what it is, what comes next, until when."""

    url: str
    title: str
    number: str
    state: str
    due_at: datetime | None = None
    home_id: int | None = None


@dataclass(frozen=True)
class Action:
    """Something that a role may start from a home's card; ``endpoint`` takes ``home=<id>``.

    ``offered`` says of a home whether there is anything to start.
    """

    label: Any
    icon: str
    endpoint: str
    permission: Permission
    offered: Callable[[int], bool] = lambda home_id: True


@dataclass(frozen=True)
class Card:
    """What one room shows elsewhere.

    ``task_url`` says by kind where a task is done, where that is not the page of its matter. ``task_more`` adds by kind
    what only the matters know, for many of them at once: ids → words. ``of_home`` is what the room says of a home in
    a word. ``on_site`` names the pages of matters that are taken along where there is no signal: address → version;
    ``at_hand`` those that are taken along whatever is due, such as the page on which something new is reported.
    ``log_permission`` is needed to read the room's part of a home's timeline, where that is not the room's own right.
    ``hidden`` are, by kind, the ids of matters of which nothing is shown to this person; ``opens`` says by kind who may
    look at what is attached to a matter, where the right to read files is not what decides.
    ``when_due`` is what the room does by itself when its time has come (``pmweb run-due``), each time in a transaction
    of its own, until it has nothing more to say of what it did.
    """

    room: str
    label: Any
    icon: str
    permission: Permission
    subject_url: Mapping[str, Callable[[int], str]] = field(default_factory=dict)
    events: Words = field(default_factory=dict)
    tasks: Words = field(default_factory=dict)
    task_url: Mapping[str, Callable[[int], str]] = field(default_factory=dict)
    task_more: Mapping[str, Callable[[Collection[int]], Mapping[int, str]]] = field(default_factory=dict)
    of_home: Callable[[int], str] | None = None
    actions: tuple[Action, ...] = ()
    open_matters: Callable[[Iterable[int]], list[Matter]] | None = None
    search: Callable[[str], list[Matter]] | None = None
    count_open: Callable[[], int] | None = None
    on_site: Callable[[Collection[int]], dict[str, str]] | None = None
    when_due: Callable[[datetime], Any] | None = None
    at_hand: Callable[[], dict[str, str]] | None = None
    log_permission: Permission | None = None
    hidden: Mapping[str, Callable[[], Select[Any]]] = field(default_factory=dict)
    opens: Mapping[str, Callable[[int], bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One entry of a timeline, worded."""

    at: datetime
    text: str
    who: str
    url: str | None = None
    room: Any = ""


def register(card: Card) -> None:
    """Add a room's card to the app being assembled."""
    current_app.extensions.setdefault("cards", {})[card.room] = card


def cards() -> list[Card]:
    """The cards that the signed-in person may see, in the order of the rooms."""
    return [card for card in everything() if allowed(card.permission)]


def everything() -> list[Card]:
    """The cards of all rooms, whoever asks."""
    return list(_all().values())


def _all() -> dict[str, Card]:
    registry: dict[str, Card] = current_app.extensions.get("cards", {})
    return registry


def shown_to_me(
    kind: InstrumentedAttribute[str], subject_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """That a row is not about a matter that is hidden from the signed-in person."""
    hidden = [(name, ids()) for card in everything() for name, ids in card.hidden.items()]
    return and_(true(), *(not_(and_(kind == name, subject_id.in_(ids))) for name, ids in hidden))


def card_of(subject_kind: str) -> Card | None:
    """The card of the room to which a subject belongs."""
    return next((card for card in _all().values() if subject_kind in card.subject_url), None)


def told(entry: JournalEntry) -> Line:
    """A journal entry as a line in the reader's language."""
    card = card_of(entry.subject_kind)
    if entry.event == PASSED_UP:
        text = _passed_up(card, entry.facts)
    else:
        text = _say(card.events if card else {}, entry.event, entry.facts)
    url = (
        card.subject_url[entry.subject_kind](entry.subject_id) if card and allowed(card.permission) else None
    )
    return Line(entry.at, text, actor_word(entry.actor_name), url, card.label if card else "")


def actor_word(actor_name: str) -> str:
    """Who did it, in the reader's language where it was no colleague."""
    return {SYSTEM.name: _("系统"), RESIDENT.name: _("住户")}.get(actor_name, actor_name)


def _passed_up(card: Card | None, facts: Mapping[str, Any]) -> str:
    """A promise that was late, in any room: what it was, and who was told."""
    what = _say(card.tasks if card else {}, facts["kind"], facts.get("what") or {})
    if facts["to"] == Role.OFFICE_MANAGER:
        return _("逾期，已上报管理处主任：%(what)s", what=what)
    return _("逾期，已上报主管：%(what)s", what=what)


def timeline_of(subject: Base, limit: int = 30) -> list[Line]:
    """What happened to a matter, the latest first."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.subject_kind == subject.__tablename__, JournalEntry.subject_id == subject.id)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(limit)
    )
    return [told(entry) for entry in db.session.scalars(query)]


def asked(task: Promised) -> str:
    """What a task asks for, in the reader's language."""
    card = card_of(task.subject_kind)
    return _say(card.tasks if card else {}, task.kind, task.facts)


def asked_in_full(tasks: Collection[Promised]) -> list[str]:
    """What each of these tasks asks for, with what its matter adds: one query for each kind that has more to say."""
    more: dict[tuple[str, int], str] = {}
    for kind in {task.kind for task in tasks}:
        of_kind = [task for task in tasks if task.kind == kind]
        card = card_of(of_kind[0].subject_kind)
        tell = card.task_more.get(kind) if card else None
        if tell is not None:
            said = tell([task.subject_id for task in of_kind])
            more |= {(kind, subject_id): words for subject_id, words in said.items()}
    return [
        " · ".join(part for part in (asked(task), more.get((task.kind, task.subject_id), "")) if part)
        for task in tasks
    ]


def task_url(task: Promised) -> str:
    """Where the task is done."""
    card = card_of(task.subject_kind)
    if card is None:
        return url_for("home.today")
    return card.task_url.get(task.kind, card.subject_url[task.subject_kind])(task.subject_id)


def _say(words: Words, code: str, facts: Mapping[str, Any]) -> str:
    said = words.get(code)
    if said is None:
        return code
    if callable(said):
        return str(said(facts))
    sentence = str(said)
    return (sentence % facts if "%(" in sentence else sentence).replace("： ", "：")  # where a fact is empty
