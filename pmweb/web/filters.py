"""How figures, dates and names are written on screen and paper (ux.md, "Words")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from pmweb import clock
from pmweb.domain import id_numbers
from pmweb.domain.money import Money

_WEEK_ZH = "一二三四五六日"
_WEEK_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def install(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.jinja_env.filters.update(
        day=day,
        when=when,
        until=until,
        due=due,
        lateness=lateness,
        phone=id_numbers.format_phone,
        masked_name=id_numbers.mask_name,
        masked_phone=id_numbers.mask_phone,
        stamp=stamp,
        until_stamp=until_stamp,
        money=money,
        area=area,
        quantity=quantity,
        named=named,
        listed=listed,
        whole=whole,
    )


def chinese() -> bool:
    """Whether the page speaks Chinese."""
    locale = get_locale()
    return locale is None or locale.language == "zh"


def named(thing: Any) -> str:
    """The name of a bilingual thing of the data files in the reader's language."""
    return str(thing.name_zh if chinese() else thing.name_en)


def listed(words: Iterable[Any]) -> str:
    """Several words in a line, with the sign that the reader's language puts between them."""
    return ("、" if chinese() else ", ").join(str(word) for word in words)


_TAG_OR_NUMBER = re.compile(r"<[^>]*>|(?<![\w-])[A-Z0-9]{1,6}(?:-\d{1,8})+\b|\w*\*{4,}\w*")
_KEPT = Markup('<span class="nw">{}</span>')


def whole(text: Any) -> Markup:
    """The same text, where no number breaks at its hyphens: ``3-2-1003``, ``BX-2026-000061``, ``2026-03-05``."""
    shown = escape(text)
    parts: list[Markup] = []
    at = 0
    for found in _TAG_OR_NUMBER.finditer(shown):
        part = shown[found.start() : found.end()]
        parts += [shown[at : found.start()], part if part.startswith("<") else _KEPT.format(part)]
        at = found.end()
    return Markup("").join([*parts, shown[at:]])


def day(value: date | None) -> str:
    """``2026-03-05 周四``."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return f"{value.isoformat()} {_weekday(value)}"


def _weekday(value: date) -> str:
    return f"周{_WEEK_ZH[value.weekday()]}" if chinese() else _WEEK_EN[value.weekday()]


def when(value: datetime | None) -> str:
    """An instant in words: ``今天 14:30``, ``昨天 16:20``, else the day with its time."""
    if value is None:
        return ""
    here = clock.local(value)
    return f"{_relative_day(here.date())} {here:%H:%M}"


def stamp(value: datetime | None) -> str:
    """An instant as a paper keeps it, whenever it is read: ``2026-03-05 14:30``."""
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if value is not None else ""


def until_stamp(value: datetime | None) -> str:
    """A deadline as a paper keeps it: ``2026-03-07 24:00``; midnight is 24:00 of the day before."""
    if value is None:
        return ""
    here = clock.local(value)
    return f"{here.date() - timedelta(days=1)} 24:00" if _is_midnight(here) else stamp(value)


def _relative_day(value: date) -> str:
    words = {0: _("今天"), 1: _("明天"), -1: _("昨天")}
    return words.get((value - clock.today()).days) or f"{value.isoformat()} {_weekday(value)}"


def due(value: datetime | None) -> str:
    """A deadline in words: ``逾期 2 天``, ``今天 16:30 前``; midnight is 24:00 of the day before."""
    if value is None:
        return _("等待他人")
    now = clock.now()
    if now >= value:
        return _overdue(now - value)
    here = clock.local(value)
    if _is_midnight(here):
        return _("%(day)s 24:00 前", day=_relative_day(here.date() - timedelta(days=1)))
    return _("%(day)s %(time)s 前", day=_relative_day(here.date()), time=f"{here:%H:%M}")


def until(value: datetime | None) -> str:
    """The end of a period, past or not: as ``when``, and midnight is 24:00 of the day before."""
    if value is None:
        return ""
    here = clock.local(value)
    return f"{_relative_day(here.date() - timedelta(days=1))} 24:00" if _is_midnight(here) else when(value)


def _is_midnight(here: datetime) -> bool:
    return here.hour == here.minute == 0


def _overdue(span: timedelta) -> str:
    if span.days:
        return ngettext("逾期 %(num)s 天", "逾期 %(num)s 天", span.days)
    hours, minutes = span.seconds // 3600, max(span.seconds // 60, 1)
    if hours:
        return ngettext("逾期 %(num)s 小时", "逾期 %(num)s 小时", hours)
    return ngettext("逾期 %(num)s 分钟", "逾期 %(num)s 分钟", minutes)


def lateness(value: datetime | None) -> str:
    """``late``, ``soon`` (today) or nothing: what the design calls ``data-when``."""
    if value is None:
        return ""
    now = clock.now()
    if now >= value:
        return "late"
    return "soon" if clock.local(value - timedelta(seconds=1)).date() <= clock.today() else ""


def money(value: Money | None) -> str:
    """``¥1,234.50``."""
    return "" if value is None else str(value)


def area(value: Decimal | None) -> str:
    """Square metres with two places."""
    return "" if value is None else f"{value:,.2f} m²"


def quantity(value: Decimal | None) -> str:
    """A reading without needless zeros, two places at least: ``0.35``, ``8,905.00``, ``1.125``."""
    if value is None:
        return ""
    return f"{value:,.3f}" if value * 1000 % 10 else f"{value:,.2f}"
