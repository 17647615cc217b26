"""派单板 and 我的工单: who does what when, and what a repairer has to do on site (R-6)."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import board as jobs
from pmweb.blueprints.repairs import forms, register, rules
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.moves import table
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.operations.work import AFTER
from pmweb.blueprints.repairs.rules import Verb
from pmweb.blueprints.repairs.views.base import TONES, bp, forward, rights
from pmweb.data import defaults
from pmweb.data.repairs import Priority
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.web.access import person, requires
from pmweb.web.filters import named
from pmweb.web.pages import asked_row, page

SHOWN = 2
"""So many photos of each job are on a repairer's list."""


@bp.get("/board")
@requires(Permission.REPAIRS_DISPATCH)
def board() -> Response:
    """What nobody has yet, emergencies first, beside the people with their jobs; one tap gives a job to the best."""
    trades = defaults().repairs.trades
    trade = request.args.get("trade", "")
    trade = trade if trade in trades else ""
    workers = register.workers()
    waiting = jobs.waiting(trade)
    figures = jobs.figures(clock.now())
    shown = [w for w in workers if not trade or not w.trades or trade in w.trades.split(",")]
    chips = [
        {"url": url_for("repairs.board"), "word": _("全部"), "n": figures.waiting, "current": not trade},
        *(
            {
                "url": url_for("repairs.board", trade=name),
                "word": named(trades[name]),
                "n": figures.trades.get(name, 0),
                "current": name == trade,
            }
            for name in trades
            if figures.trades.get(name) or name == trade
        ),
    ]
    return page(
        "repairs/board.html",
        "board",
        figures=figures,
        chips=chips,
        trade=trade,
        waiting=waiting,
        best={row.id: rules.best_for(row.trade, workers) for row in waiting},
        agreed={row.id: _still_to_come(row) for row in waiting},
        workers=sorted(shown, key=lambda worker: (worker.load, worker.name)),
        jobs=jobs.jobs_of([worker.id for worker in shown]),
        targets=[_target(priority) for priority in defaults().repairs.priorities.values()],
        trades_of=_trades_of,
        tones=TONES,
    )


def _target(priority: Priority) -> str:
    """``紧急 30 分钟``."""
    minutes = int(priority.response.total_seconds()) // 60
    words = {"name": named(priority)}
    if minutes % 60:
        return _("%(name)s %(n)s 分钟", n=minutes, **words)
    return _("%(name)s %(n)s 小时", n=minutes // 60, **words)


def _trades_of(worker: Any) -> list[str]:
    trades = defaults().repairs.trades
    return [named(trades[name]) for name in worker.trades.split(",") if name in trades]


def _still_to_come(row: Any) -> Any:
    """The time that suits the resident, while it is to come: then it is the appointment."""
    wanted = row.preferred_from_at
    return clock.local(wanted) if wanted and wanted > clock.now() else None


@bp.get("/mine")
@requires(Permission.REPAIRS_WORK)
def mine() -> Response:
    """A repairer's own jobs on a phone: where, whom to call, what it looks like, and the next thing to record."""
    rows = jobs.own_jobs(person().id)
    asked = asked_row("job")
    taken = shelf.attachments(unit(), Repair.__tablename__, [row.id for row in rows])
    return page(
        "repairs/mine.html",
        "job",
        rows=rows,
        job=next((row for row in rows if row.id == asked), None),
        verb_of=_next_verb,
        verbs=forms.VERBS,
        due_of=forms.DUE_WORDS,
        tones=TONES,
        photos={
            repair_id: [photo for photo in photos if photo.caption != AFTER][:SHOWN]
            for repair_id, photos in taken.items()
        },
        owners=register.owners_to_call({row.home_id for row in rows if row.home_id is not None}),
        at_once=(Verb.ACCEPT, Verb.ARRIVE),
        to_agree=_to_agree,
    )


def _next_verb(row: Any) -> Verb | None:
    return forward(rules.offered(table(), row.state, rights(), own=True, nature=nature_of(row)))


def _to_agree(row: Any) -> bool:
    """Whether the resident has still to agree to the price before the repairer comes (X-6)."""
    return nature_of(row).paid and row.estimate_accepted_at is None
