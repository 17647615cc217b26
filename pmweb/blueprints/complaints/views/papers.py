"""The papers of a complaint: the record for the archive (FM-23), and the receipt that the resident takes home."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.forms import CHANNELS, CLOCK_WORDS
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import clocks, remedies, resident
from pmweb.blueprints.complaints.views.base import bp, found
from pmweb.blueprints.complaints.views.links import link_of
from pmweb.data import defaults
from pmweb.domain.permissions import Permission, Role
from pmweb.extensions import unit
from pmweb.models.staff import Staff
from pmweb.web.access import requires
from pmweb.web.filters import listed, named
from pmweb.web.pages import page


@bp.get("/<int:complaint_id>/print/record")
@requires(Permission.COMPLAINTS_READ)
def print_record(complaint_id: int) -> Response:
    """投诉登记表: the whole record on A4 (P-4, FM-23)."""
    complaint = found(complaint_id)
    return page(
        "complaints/print_record.html",
        complaint=complaint,
        escalated_to=_before_whom(complaint),
        bases=listed(named(defaults().complaints.bases[one]) for one in rules.chosen(complaint.bases)),
        clocks=clocks.kept(complaint),
        clock_words=CLOCK_WORDS,
        channels=CHANNELS,
        plans=remedies.plans_of(complaint),
        meetings=remedies.meetings_of(complaint),
        linked=remedies.links_of(complaint),
        names={key: _name(value) for key, value in _signers(complaint).items()},
    )


@bp.get("/<int:complaint_id>/print/receipt")
@requires(Permission.COMPLAINTS_READ)
def print_receipt(complaint_id: int) -> Response:
    """回执: what was taken down and until when the resident hears; with the QR of the link where one opens."""
    complaint = found(complaint_id)
    return page(
        "complaints/print_receipt.html",
        complaint=complaint,
        link=link_of(complaint),
        clocks=resident.told_clocks(complaint),
        clock_words=CLOCK_WORDS,
    )


def _before_whom(complaint: Complaint) -> str:
    if complaint.escalated_to is None:
        return ""
    if complaint.escalated_to is Role.OFFICE_MANAGER:
        return _("管理处主任")
    department = named(defaults().complaints.departments[complaint.department])
    return _("%(department)s主管", department=department)


def _signers(complaint: Complaint) -> dict[str, int | None]:
    """Who did what at the record, beside those that it leads to."""
    return {
        "acknowledged": complaint.acknowledged_by_id,
        "informed": complaint.informed_by_id,
        "validity": complaint.validity_by_id,
        "closed": complaint.closed_by_id,
    }


def _name(staff_id: int | None) -> str:
    staff = unit().get(Staff, staff_id) if staff_id is not None else None
    return staff.name if staff is not None else ""
