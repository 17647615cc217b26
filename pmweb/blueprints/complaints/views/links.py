"""查询链接: the office gives a resident a link to the complaint, prints it, and takes it back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import segno
from flask import abort, current_app, flash, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import resident as operations
from pmweb.blueprints.complaints.views.base import bp, found, rights
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.web.access import person, requires
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect

_SALT = "complaint-link"


@dataclass(frozen=True, slots=True)
class Link:
    """What the office sees of the link: whether it may give one out, and the address with its QR while it opens."""

    may_give: bool
    url: str = ""
    qr: str = ""


def token_of(complaint: Complaint) -> str:
    """What the address of the link carries: estate, complaint and serial, signed."""
    return _dumped(complaint.estate_id, complaint.id, complaint.link_serial or "")


def read_token(token: str) -> tuple[int, int, str] | None:
    """Estate, complaint and serial of a token that we signed, sign by sign as we wrote it; None for any other.

    Base64 has several spellings of the same bytes; only ours is taken.
    """
    try:
        said = _signer().loads(token)
    except BadData:
        return None
    match said:
        case [int(estate_id), int(complaint_id), str(serial)] if serial:
            known = _dumped(estate_id, complaint_id, serial) == token
            return (estate_id, complaint_id, serial) if known else None
    return None


def _dumped(estate_id: int, complaint_id: int, serial: str) -> str:
    dumped = _signer().dumps([estate_id, complaint_id, serial])
    return str(dumped)


def _signer() -> URLSafeSerializer:
    key = current_app.secret_key
    assert key is not None
    return URLSafeSerializer(key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


@bp.app_template_global("link_of")
def link_of(complaint: Complaint) -> Link:
    """The link of a complaint as this person may see it; who sees the address could write in the resident's name."""
    me = person().id
    mine = rules.is_one(
        rights(), responsible=complaint.assignee_id == me, receiver=complaint.receiver_id == me
    )
    if Permission.COMPLAINTS_HANDLE not in rights() or not mine:
        return Link(False)
    if not operations.is_open(complaint, clock.now()):
        return Link(True)
    url = url_for("complaints.resident", token=token_of(complaint), _external=True)
    return Link(True, url, segno.make(url, error="m").svg_inline(scale=1, border=0, omitsize=True))


def _mine(complaint_id: int) -> Complaint:
    """A complaint whose link this person may give out."""
    complaint = found(complaint_id)
    if not link_of(complaint).may_give:
        raise RuleBroken("complaint.not_yours")
    return complaint


@bp.get("/<int:complaint_id>/link")
@requires(Permission.COMPLAINTS_HANDLE)
def link(complaint_id: int) -> Response:
    """The link with its QR, and until when it opens."""
    return page("complaints/link.html", complaint=_mine(complaint_id))


@bp.post("/<int:complaint_id>/link")
@requires(Permission.COMPLAINTS_HANDLE)
def issue_link(complaint_id: int) -> Response:
    """A link for the resident; one that was given before opens nothing any more."""
    complaint, at = _mine(complaint_id), captured_at()
    expect(complaint, lambda: journal.last_actor(unit(), complaint))
    operations.issue_link(complaint, at)
    flash(_("已生成查询链接，以前给的链接不再能打开"))
    return go("complaints.link", complaint_id=complaint.id)


@bp.post("/<int:complaint_id>/link/withdraw")
@requires(Permission.COMPLAINTS_HANDLE)
def withdraw_link(complaint_id: int) -> Response:
    """The link opens nothing any more."""
    complaint, at = _mine(complaint_id), captured_at()
    expect(complaint, lambda: journal.last_actor(unit(), complaint))
    operations.withdraw_link(complaint, at)
    flash(_("已收回，住户手里的链接打不开了"))
    return go("complaints.link", complaint_id=complaint.id)


@bp.get("/<int:complaint_id>/print/link")
@requires(Permission.COMPLAINTS_HANDLE)
def print_link(complaint_id: int) -> Response:
    """The slip with the QR; 404 while no link opens."""
    complaint = _mine(complaint_id)
    shown = link_of(complaint)
    if not shown.url:
        abort(404)
    return page("complaints/print_link.html", complaint=complaint, link=shown)
