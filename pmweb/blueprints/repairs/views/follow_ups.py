"""The queue of the follow-ups, and how many of them are handled this month (W-1, R-9)."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.repairs import asking, queue
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.views.base import bp
from pmweb.data import defaults
from pmweb.domain.deadlines import end_of, first_of_month, last_of_month
from pmweb.domain.permissions import Permission
from pmweb.web.access import requires
from pmweb.web.pages import page
from pmweb.web.registers import paged

_ORDERS: dict[bool, tuple[InstrumentedAttribute[Any], ...]] = {
    False: (Repair.follow_up_due_at, Repair.id),
    True: (Repair.queue_at, Repair.id),
}
"""By the end of the period; what the supervisor looks at by the end of the supervisor's own."""


@bp.get("/follow-ups")
@requires(Permission.REPAIRS_READ)
def follow_ups() -> Response:
    """What is to be followed up, the latest first, and the rate of the month."""
    part, now, today = request.args.get("part", "all"), clock.now(), clock.today()
    if part not in queue.PARTS:
        abort(404)
    to_check = part == queue.TO_CHECK
    found = paged(queue.listed(part, now), _ORDERS[to_check])
    figures = queue.counts(now)
    start, end = (end_of(last_of_month(first_of_month(today, n)), clock.zone()) for n in (-1, 0))
    parts = [
        {
            "url": url_for("repairs.follow_ups", part=None if one == "all" else one),
            "word": asking.PART_WORDS[one],
            "n": figures[one],
            "current": one == part,
        }
        for one in queue.PARTS
    ]
    return page(
        "repairs/follow_ups.html",
        found=found,
        parts=parts,
        part=part,
        to_check=to_check,
        tried={} if to_check else queue.tried(found.rows),
        answers=queue.answers(found.rows) if to_check else {},
        owners={} if to_check else queue.owners(found.rows),
        tones=asking.RESULT_TONES,
        rate=queue.follow_up_rate(start, end, now),
        target=defaults().repairs.follow_up_target_percent,
    )
