"""What an administrator does with an account: correct it, close and open it, give a new password."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.staff import operations, rules
from pmweb.blueprints.staff.forms import PersonForm
from pmweb.blueprints.staff.views.base import bp, held_by, member
from pmweb.domain.permissions import Permission
from pmweb.models.staff import Staff
from pmweb.web.access import person, requires
from pmweb.web.fields import Form
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import expect, without_lock


@bp.route("/staff/<int:staff_id>/edit", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def edit(staff_id: int) -> Response:
    """Correct name, telephone and trades."""
    staff = _account(staff_id)
    trades = [code for code in staff.trades.split(",") if code]
    form = PersonForm(data={"name": staff.name, "mobile": staff.mobile, "trades": trades})

    def change() -> None:
        operations.change_staff(
            staff,
            form.name.data or "",
            mobile=form.mobile.data or "",
            trades=form.trades.data or (),
            by=person(),
            at=clock.now(),
        )

    if form.carried_out(change):
        flash(_("已保存。"))
        return go("staff.show", staff_id=staff.id)
    return page("staff/edit.html", form=form, staff=staff)


@bp.route("/staff/<int:staff_id>/reset", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def reset(staff_id: int) -> Response:
    """A new password, shown once; the person chooses another one at the next sign-in."""
    staff = _account(staff_id)
    if request.method == "POST" and Form().carried_out(lambda: None):
        with without_lock():
            once = operations.one_time_password()
        staff = _account(staff_id)  # as it is now
        operations.reset_password(staff, once, by=person(), at=clock.now())
        back = url_for("staff.show", staff_id=staff.id)
        return page("staff/reset.html", see=back, staff=staff, password=once.password)
    return page("staff/reset.html", staff=staff, password=None)


@bp.post("/staff/<int:staff_id>/disable")
@requires(Permission.STAFF_MANAGE)
def disable(staff_id: int) -> Response:
    """Close the account; its sessions end."""
    staff = _account(staff_id)
    operations.disable(staff, by=person(), at=clock.now())
    flash(_("%(name)s 的账号已停用，各设备上的登录已退出。", name=staff.name))
    return go("staff.show", staff_id=staff.id)


@bp.post("/staff/<int:staff_id>/enable")
@requires(Permission.STAFF_MANAGE)
def enable(staff_id: int) -> Response:
    """Open the account again."""
    staff = _account(staff_id)
    operations.enable(staff, by=person(), at=clock.now())
    flash(_("%(name)s 的账号已启用。", name=staff.name))
    return go("staff.show", staff_id=staff.id)


def _account(staff_id: int) -> Staff:
    """The person, if the account is in the administrator's hands; a POST has to have seen this version."""
    staff = member(staff_id)
    if request.method == "POST":
        expect(staff)
    rules.check_account(held_by(person()), held_by(staff))
    return staff
