"""A room of the tests: today, search and the card are tested without any real room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import db, unit
from pmweb.models import tasks
from pmweb.models.base import Subject
from pmweb.models.homes import Home
from pmweb.web import cards
from tests.office import MORNING


def letter(_number: str) -> list[cards.Matter]:
    return [cards.Matter("/letters/1", "渗水通知", "RZ-2026-000001", "待签", MORNING + timedelta(hours=5))]


def open_letters(home_ids: Any) -> list[cards.Matter]:
    return [
        cards.Matter(
            "/letters/1", "渗水通知", "XX-1", "待签", MORNING - timedelta(hours=2), next(iter(home_ids))
        )
    ]


CARD = cards.Card(
    room="letters",
    label="信函",
    icon="file",
    permission=Permission.HOUSEHOLDS_READ,
    subject_url={"letter": lambda letter_id: f"/letters/{letter_id}"},
    events={"letter.sent": "寄出 %(what)s"},
    tasks={"letter.send": "寄信：%(what)s"},
    actions=(cards.Action("写信", "file", "home.search", Permission.HOUSEHOLDS_READ),),
    open_matters=open_letters,
    search=letter,
)


_serial = iter(range(1, 100_000))


def promise(
    due_at: datetime | None, *, home: Home | None = None, what: str = "收费通知", **kwargs: Any
) -> tasks.Task:
    kwargs.setdefault("role", Role.RECEPTIONIST)
    task = tasks.promise(
        unit(),
        "letter.send",
        "X-5",
        Subject("letter", next(_serial)),
        event_at=MORNING - timedelta(days=3),
        due_at=due_at,
        home_id=home.id if home else None,
        what=what,
        **kwargs,
    )
    db.session.commit()
    return task
