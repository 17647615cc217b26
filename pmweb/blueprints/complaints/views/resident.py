"""What the resident sees and writes through the link, without signing in: no names, no numbers of anybody."""

from __future__ import annotations

from typing import Any

from flask import flash, g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.forms import PROMISED_WORDS, STAGE_WORDS, WordForm
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import resident as operations
from pmweb.blueprints.complaints.views.base import bp
from pmweb.blueprints.complaints.views.links import read_token
from pmweb.domain.networks import network
from pmweb.extensions import limiter, unit
from pmweb.models.estate import Estate
from pmweb.models.session_rules import RESIDENT
from pmweb.web.access import public
from pmweb.web.filters import stamp
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import sent_key, work_for

LOOKS = "60 per minute;600 per hour"
"""Of one network, where a whole house may look at its complaints."""
WORDS = "10 per minute;60 per hour"


def _network() -> str:
    return network(request.remote_addr)


@bp.route("/r/<token>", methods=["GET", "POST"])
@public
@limiter.limit(LOOKS, key_func=_network)
@limiter.limit(WORDS, key_func=_network, methods=["POST"])
def resident(token: str) -> Response:
    """How far it is, what the office answered, a message back. Every link that opens nothing looks alike."""
    complaint = _opened(token)
    if complaint is None:
        return _unseen(page("complaints/resident.html", status=404, complaint=None, typed=_typed()))
    form = WordForm()
    if request.method == "POST":
        key = sent_key()
        if form.carried_out(lambda: operations.write(complaint, form.text.data or "", clock.now(), key=key)):
            flash(_("已收到您的留言，我们今天就看。"))
            return _unseen(go("complaints.resident", token=token))
    return _unseen(
        page(
            "complaints/resident.html",
            form=form,
            complaint=complaint,
            token=token,
            steps=_steps(complaint),
            promised=[
                (PROMISED_WORDS[one.kind], one.due_at)
                for one in operations.told_clocks(complaint)
                if one.ended_at is None
            ],
            said=operations.said(complaint),
            longest=rules.WORD_LENGTH,
        )
    )


def _opened(token: str) -> Complaint | None:
    """The complaint of this link, in whose estate the request works from now on."""
    read = read_token(token)
    if read is None:
        return None
    estate_id, complaint_id, serial = read
    work_for(RESIDENT, estate_id)
    writes = request.method == "POST"
    complaint = operations.opened_by(complaint_id, serial, clock.now(), to_write=writes)
    if complaint is not None:
        g.estate = unit().get(Estate, estate_id)
    return complaint


def _typed() -> str:
    """What was written to a link that has ended meanwhile: it is not lost to whoever wrote it."""
    return request.form.get("text", "").strip() if request.method == "POST" else ""


def _unseen(response: Response) -> Response:
    """No search engine keeps what a link opens."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _steps(complaint: Complaint) -> list[dict[str, Any]]:
    """The four stages: behind, now, ahead."""
    reached = rules.STAGES.index(rules.stage_of(complaint.state))
    ended = complaint.closed_at is not None
    when = {"received": complaint.received_at, "closed": complaint.closed_at}
    return [
        {
            "title": STAGE_WORDS[stage],
            "hint": stamp(when.get(stage)),
            "state": "done" if place < reached or ended else "now" if place == reached else "todo",
        }
        for place, stage in enumerate(rules.STAGES)
    ]
