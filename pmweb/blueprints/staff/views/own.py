"""One's own account: telephone, language, password, roles, and the estate to work in."""

from __future__ import annotations

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from pmweb.blueprints.staff import operations
from pmweb.blueprints.staff.cards import role_title
from pmweb.blueprints.staff.forms import AS_BROWSER, EstateForm, MeForm, PasswordForm
from pmweb.blueprints.staff.views.base import bp
from pmweb.extensions import limiter
from pmweb.models.staff import Staff
from pmweb.web.access import PUBLIC, access_of, person, signed_in
from pmweb.web.pages import go, page, see
from pmweb.web.unit_of_work import expect, settle, without_lock

_ALWAYS_OPEN = {"staff.password", "staff.logout"}
GUESSES = "10 per 10 minutes"
"""Wrong old passwords of one person: for a tablet that was left open."""


@bp.before_app_request
def first_things_first() -> Response | None:
    """What has to be done before anything else: a password of one's own, an estate, a role."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or access_of(view) == PUBLIC:
        return None
    if request.endpoint in _ALWAYS_OPEN or not current_user.is_authenticated:
        return None
    first = _comes_first(person())
    if first is None or request.endpoint == first:
        return None
    settle(accepted=False)
    return redirect(url_for(first), 303)


def _comes_first(staff: Staff) -> str | None:
    """The page where the person has to go now: with a password that somebody else chose, or without an estate."""
    if staff.must_change_password:
        return "staff.password"
    if g.estate is None and request.endpoint != "staff.me":
        return "estate.new" if staff.steward else "staff.me"
    return None


@bp.route("/staff/me", methods=["GET", "POST"])
@signed_in
def me() -> Response:
    """What one keeps up to date oneself, one's roles, the way to a new password."""
    staff = person()
    form = MeForm(data={"mobile": staff.mobile, "locale": staff.locale or AS_BROWSER})
    if request.method == "POST":
        expect(staff)
    locale = None if form.locale.data == AS_BROWSER else form.locale.data
    if form.carried_out(lambda: operations.change_own(staff, form.mobile.data or "", locale)):
        flash(_("已保存。"))
        return go("staff.me")
    roles: dict[int, list[str]] = {}
    estates = {}
    for role in operations.current_roles(staff):
        estates[role.estate_id] = role.estate
        roles.setdefault(role.estate_id, []).append(role_title(role.role, role.department))
    return page("staff/me.html", form=form, staff=staff, my_estates=estates.values(), roles=roles)


@bp.route("/staff/me/password", methods=["GET", "POST"])
@signed_in
@limiter.limit(
    GUESSES,
    key_func=lambda: f"password:{current_user.get_id()}",
    methods=["POST"],
    deduct_when=lambda response: response.status_code == 422,
)
def password() -> Response:
    """A new password; all other sessions of the person end, this one stays."""
    staff, form = person(), PasswordForm()
    forced = staff.must_change_password

    def change() -> None:
        with without_lock():
            kept = operations.own_password(staff, form.old.data or "", form.password.data or "")
        operations.set_password(staff, kept)  # stale, a 409, when the account was changed meanwhile

    if form.carried_out(change):
        session["_user_id"] = staff.get_id()
        flash(_("密码已改。其他设备上的登录都已退出。"))
        return see("/") if forced else go("staff.me")
    return page("staff/password.html", form=form, staff=staff, forced=forced)


@bp.post("/staff/estate")
@signed_in
def choose_estate() -> Response:
    """Work in another of one's own estates; pages that are open elsewhere stay in theirs."""
    wanted = EstateForm().to.data or ""
    mine = {str(role.estate_id): role.estate for role in operations.current_roles(person())}
    estate = mine.get(wanted) or abort(404)
    session["estate_id"] = estate.id
    flash(_("现在在 %(estate)s 办理。", estate=estate.name))
    return see("/")
