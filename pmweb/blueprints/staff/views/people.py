"""The people of the estate: the register, one person, new people, the rights of the roles."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.staff import forms, operations, register, rules
from pmweb.blueprints.staff.cards import role_title
from pmweb.blueprints.staff.forms import NewForm, RoleForm
from pmweb.blueprints.staff.register import Wanted
from pmweb.blueprints.staff.views.base import bp, held_by, managed, member
from pmweb.data import defaults
from pmweb.domain.permissions import GRANTS, Permission, Role
from pmweb.extensions import unit
from pmweb.models.staff import Staff
from pmweb.web import cards
from pmweb.web.access import allowed, estate, person, requires
from pmweb.web.filters import listed, named
from pmweb.web.nouns import ROLES
from pmweb.web.pages import go, page
from pmweb.web.registers import paged, workbook
from pmweb.web.unit_of_work import without_lock

_ORDER = (Staff.name, Staff.id)
_GROUP_WORDS = {register.WORKING: _l("在岗"), register.GONE: _l("已离岗或停用")}


@bp.get("/staff/")
@requires(Permission.STAFF_READ)
def index() -> Response:
    """Who works here, in which role, and how to reach them."""
    wanted = _wanted()
    found = paged(register.listed(wanted), _ORDER)
    figures = register.counts()
    groups = [
        {
            "url": url_for(
                "staff.index", q=wanted.words or None, group=group if group == register.GONE else None
            ),
            "word": word,
            "n": figures[group],
            "current": group == wanted.group,
        }
        for group, word in _GROUP_WORDS.items()
    ]
    titles = _titles([row.id for row in found.rows])
    return page("staff/index.html", found=found, groups=groups, titles=titles, wanted=wanted)


@bp.get("/staff/export.xlsx")
@requires(Permission.STAFF_MANAGE)
def export() -> Response:
    """The register as a workbook, with the same filters."""
    rows = unit().execute(register.listed(_wanted()).order_by(*_ORDER)).all()
    titles = _titles([row.id for row in rows])
    heads = (_("姓名"), _("账号"), _("岗位"), _("手机"), _("停用时间"), _("上次登录"))
    lines = (
        (row.name, row.username, listed(titles[row.id]), row.mobile, row.disabled_at, row.last_sign_in_at)
        for row in rows
    )
    return workbook(_("人员"), heads, lines)


@bp.get("/staff/rights")
@requires(Permission.STAFF_READ)
def rights() -> Response:
    """What each role may do: the whole matrix on one page."""
    groups: dict[str, list[tuple[Any, list[bool]]]] = {}
    for permission in Permission:
        row = (forms.PERMISSIONS[permission], [permission in GRANTS[role] for role in Role])
        groups.setdefault(permission.partition(":")[0], []).append(row)
    mine = {role.role for role in operations.current_roles(person()) if role.estate_id == estate().id}
    return page(
        "staff/rights.html",
        groups=[(room, forms.ROOMS[room], rows) for room, rows in groups.items()],
        columns=[str(ROLES[role]) for role in Role],
        mine=[str(ROLES[role]) for role in Role if role in mine],
    )


@bp.route("/staff/new", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def new() -> Response:
    """A new member of the office, with the first role and a password that is shown once."""
    form = NewForm(managed(), data={"estate_id": estate().id})
    made: list[tuple[Staff, str]] = []

    def add() -> None:
        with without_lock():
            once = operations.one_time_password()
        by, at = person(), clock.now()
        staff = operations.add_staff(
            form.username.data or "",
            form.name.data or "",
            at=at,
            mobile=form.mobile.data or "",
            trades=form.trades.data or (),
        )
        _grant(staff, form)
        operations.reset_password(staff, once, by=by, at=at)
        made.append((staff, once.password))

    if form.carried_out(add):
        staff, password = made[0]
        back = url_for("staff.show", staff_id=staff.id)
        return page("staff/reset.html", see=back, staff=staff, password=password, fresh=True)
    return page("staff/new.html", form=form, with_department=forms.WITH_DEPARTMENT)


@bp.get("/staff/<int:staff_id>")
@requires(Permission.STAFF_READ)
def show(staff_id: int) -> Response:
    """One person: how to reach him or her, the roles; for an administrator also the account."""
    return shown(member(staff_id))


@bp.post("/staff/<int:staff_id>/roles")
@requires(Permission.STAFF_MANAGE)
def grant(staff_id: int) -> Response:
    """Give the person a role in an estate that one administers."""
    staff, form = member(staff_id), RoleForm(managed())
    if form.carried_out(lambda: _grant(staff, form)):
        role = Role(form.role.data)
        flash(_("%(name)s：已担任%(role)s。", name=staff.name, role=role_title(role, form.department.data)))
        return go("staff.show", staff_id=staff.id)
    return shown(staff, form)


@bp.post("/staff/<int:staff_id>/roles/<int:role_id>/end")
@requires(Permission.STAFF_MANAGE)
def end_role(staff_id: int, role_id: int) -> Response:
    """The person holds the role no longer."""
    staff = member(staff_id)
    here = rules.estates_managed(held_by(person()))
    row = next((r for r in staff.roles if r.id == role_id and r.estate_id in here), None) or abort(404)
    operations.end_role(row, by=person(), at=clock.now())
    flash(_("%(name)s：不再担任%(role)s。", name=staff.name, role=role_title(row.role, row.department)))
    return go("staff.show", staff_id=staff.id)


def shown(staff: Staff, form: RoleForm | None = None) -> Response:
    """The page of one person as the reader may see it: roles of estates that are not the reader's stay unsaid."""
    reader = held_by(person())
    own, ruled = {held.estate_id for held in reader}, rules.estates_managed(reader)
    manages = allowed(Permission.STAFF_MANAGE)
    roles: list[dict[str, Any]] = [
        {
            "row": row,
            "title": role_title(row.role, row.department),
            "may_end": manages and row.estate_id in ruled,
        }
        for row in operations.current_roles(staff)
        if row.estate_id in own
    ]
    blank = RoleForm(managed(), formdata=None, data={"estate_id": estate().id}) if manages else None
    trades = [
        named(trade) for code, trade in defaults().repairs.trades.items() if code in staff.trades.split(",")
    ]
    return page(
        "staff/show.html",
        form=form,
        role_form=form or blank,
        with_department=forms.WITH_DEPARTMENT,
        staff=staff,
        roles=roles,
        trades=trades,
        several_estates=len({role["row"].estate_id for role in roles} | ruled) > 1,
        manages=manages,
        may_change=manages and rules.may_change_account(reader, held_by(staff)),
        lines=[cards.told(entry) for entry in register.timeline(staff)] if manages else [],
    )


def _wanted() -> Wanted:
    group = request.args.get("group", register.WORKING)
    if group not in register.GROUPS:
        abort(404)
    return Wanted(group, request.args.get("q", "").strip()[:40])


def _titles(staff_ids: list[int]) -> dict[int, list[str]]:
    roles = register.roles_here(staff_ids)
    return {one: [role_title(r.role, r.department) for r in roles.get(one, ())] for one in staff_ids}


def _grant(staff: Staff, form: Any) -> None:
    where = next(one for one in managed() if one.id == form.estate_id.data)
    operations.grant_role(
        staff, where, Role(form.role.data), form.department.data or None, by=person(), at=clock.now()
    )
