"""What the fees show elsewhere: on a home's card, in search, in the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb import clock
from pmweb.blueprints.fees import register
from pmweb.blueprints.fees.forms import STATE_WORDS
from pmweb.blueprints.fees.register import Wanted
from pmweb.blueprints.fees.rules import ChargeState
from pmweb.data import defaults
from pmweb.domain.deadlines import end_of
from pmweb.domain.permissions import Permission
from pmweb.web.cards import Card, Matter
from pmweb.web.filters import named


def _added(facts: Mapping[str, Any]) -> str:
    item = named(defaults().fees.items[facts["item"]])
    return _("%(item)s %(amount)s，%(from_on)s 至 %(to_on)s", **{**facts, "item": item})


EVENTS = {
    "charge.added": _added,
    "charge.voided": _l("%(number)s 作废：%(reason)s"),
    "tariff.set": _l("%(day)s 起单价 %(price)s 元"),
    "tariff.voided": _l("单价作废：%(reason)s"),
}


def _url(charge_id: int) -> str:
    return url_for("fees.show", charge_id=charge_id)


def _prices_url(_tariff_id: int) -> str:
    return url_for("fees.tariffs")


def _due(due_on: date) -> datetime:
    return end_of(due_on, clock.zone())


def _matter(row: Any, home_id: int | None = None) -> Matter:
    return Matter(
        url=_url(row.id),
        title=f"{named(defaults().fees.items[row.item])} {row.amount}",
        number=row.number,
        state=str(STATE_WORDS[row.state]),
        due_at=_due(row.due_on) if row.state is ChargeState.OPEN else None,
        home_id=home_id,
    )


def _open_matters(home_ids: Iterable[int]) -> list[Matter]:
    return [_matter(row, row.home_id) for row in register.open_of_homes(home_ids)]


def _search(text: str) -> list[Matter]:
    if sum(sign.isdigit() for sign in text) < 3:
        return []
    return [_matter(row) for row in register.numbered(text)]


def _count_open() -> int:
    return register.totals(Wanted())[ChargeState.OPEN].count


CARD = Card(
    room="fees",
    label=_l("收费"),
    icon="yuan",
    permission=Permission.FEES_READ,
    subject_url={"charge": _url, "tariff": _prices_url},
    events=EVENTS,
    open_matters=_open_matters,
    search=_search,
    count_open=_count_open,
)
