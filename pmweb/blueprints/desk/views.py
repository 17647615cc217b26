"""工作日志: the log of a day, a line added to it, and the day on paper (R-2, FM-31)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.desk import forms, operations, register
from pmweb.blueprints.desk.models import WorkLogEntry
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.web import cards
from pmweb.web.access import allowed, requires
from pmweb.web.pages import go, page
from pmweb.web.registers import paged
from pmweb.web.unit_of_work import captured_at
from pmweb.web.wording import word

bp = Blueprint("desk", __name__, url_prefix="/desk")

word({"desk.text": _l("请写明是什么事，接班的人要看。")})

_ORDER: tuple[InstrumentedAttribute[Any], ...] = (WorkLogEntry.at, WorkLogEntry.id)
_ON_PAPER = 500
"""So many lines are printed; no day of an office has as many."""


@bp.get("/")
@requires(Permission.DESK_READ)
def index() -> Response:
    """The log of today, or of the day ``?on=2026-03-05``; the newest line first."""
    return _shown(_asked_day(), forms.EntryForm(formdata=None))


@bp.post("/entries")
@requires(Permission.DESK_LOG)
def add() -> Response:
    """A line into the log of today."""
    form, at = forms.EntryForm(), captured_at()
    if form.carried_out(lambda: operations.log(form.kind.data, form.text.data or "", at)):
        flash(_("已记入工作日志"))
        return go("desk.index")
    return _shown(clock.today(), form)


@bp.get("/print")
@requires(Permission.DESK_READ)
def print_log() -> Response:
    """The log of a day on A4, in the order in which it was written."""
    on = _asked_day()
    lines = unit().execute(register.listed(on).order_by(*_ORDER).limit(_ON_PAPER)).all()
    return page("desk/print_log.html", on=on, lines=lines, words=forms.KIND_WORDS)


def _shown(on: date, form: forms.EntryForm) -> Response:
    today = clock.today()
    return page(
        "desk/index.html",
        "log",
        form=form if request.method == "POST" else None,
        entry=form if on == today and allowed(Permission.DESK_LOG) else None,
        found=paged(register.listed(on), _ORDER, descending=True, at="desk.index"),
        counts=register.counts(on),
        on=on,
        days=_days(on, today),
        words=forms.KIND_WORDS,
        tones=forms.TONES,
        matter_url=_matter_url,
    )


def _days(on: date, today: date) -> list[dict[str, Any]]:
    """The day before, this day, the day after and today, as chips; no day that has not come yet."""
    before, after = on - timedelta(days=1), on + timedelta(days=1)
    offered = [before, on, *([after] if after <= today else []), *([today] if after < today else [])]
    words = {today: _("今天"), today - timedelta(days=1): _("昨天")}
    return [
        {
            "url": url_for("desk.index", on=None if day == today else day.isoformat()),
            "word": words.get(day) or day.isoformat(),
            "n": None,
            "current": day == on,
        }
        for day in offered
    ]


def _asked_day() -> date:
    """The day of the address; a day that is none, or has not come yet, is a 404."""
    said = request.args.get("on", "")
    if not said:
        return clock.today()
    try:
        on = date.fromisoformat(said)
    except ValueError:
        abort(404)
    if not date(1900, 1, 2) <= on <= clock.today():
        abort(404)
    return on


def _matter_url(row: Any) -> str | None:
    """Where the matter of a line is, for who may see it."""
    card = cards.card_of(row.subject_kind) if row.subject_kind else None
    return card.subject_url[row.subject_kind](row.subject_id) if card and allowed(card.permission) else None
