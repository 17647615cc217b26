"""Signing in and out."""

from __future__ import annotations

from flask import current_app, redirect, request, session
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from pmweb import clock, instance
from pmweb.blueprints.staff import operations, register, rules
from pmweb.blueprints.staff.cards import role_title
from pmweb.blueprints.staff.forms import LoginForm
from pmweb.blueprints.staff.views.base import bp
from pmweb.domain.networks import network
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import limiter
from pmweb.models.staff import Staff
from pmweb.web.access import public, signed_in
from pmweb.web.pages import go, page, see
from pmweb.web.unit_of_work import settle, write_again

FAILURES = "20 per minute;200 per hour"
"""Of one address, whatever the names: slow for somebody who guesses, far away for an office in the morning."""


def _network() -> str:
    return network(request.remote_addr)


def _failed(response: Response) -> bool:
    return response.status_code == 422


@bp.route("/login", methods=["GET", "POST"])
@public
@limiter.limit(FAILURES, key_func=_network, methods=["POST"], deduct_when=_failed)
def login() -> Response:
    """The sign-in page. Where the demo lives, one tap signs in."""
    target = rules.own_address(request.args.get("next")) or "/"
    if current_user.is_authenticated:
        return redirect(target, 303)
    demo = instance.demo_usernames(current_app.config["INSTANCE"])
    chosen = request.form.get("demo")
    if chosen:
        staff = operations.account(chosen) if chosen in demo else None
        if staff is not None:
            operations.admit(staff, _network(), clock.now())
            return _begin(staff, target)
    form = LoginForm()
    came: list[Staff] = []
    if form.carried_out(lambda: came.append(_checked(form))):
        return _begin(came[0], target)
    accounts = [
        {"username": staff.username, "title": _title(staff)} for staff in register.demo_accounts(demo)
    ]
    return page("staff/login.html", form=form, demo=bool(demo), demo_accounts=accounts)


@bp.post("/logout")
@signed_in
def logout() -> Response:
    """Leave; nothing of the session stays in the browser."""
    logout_user()
    session.clear()
    return go("staff.login")


def _checked(form: LoginForm) -> Staff:
    """The person who may come in, or RuleBroken with one sentence for every other reason.

    The attempt is kept before the password is looked at: that takes a while, and no lock is held meanwhile.
    """
    username, password = rules.plain_username(form.username.data), form.password.data or ""
    operations.count_attempt(username, _network(), clock.now())
    staff = operations.account(username)
    settle(accepted=True)
    if not operations.password_fits(staff, password) or staff is None:
        raise RuleBroken("sign_in.refused")
    renewed = operations.renewed(staff, password)
    write_again()
    operations.admit(staff, _network(), clock.now(), renewed)
    return staff


def _begin(staff: Staff, target: str) -> Response:
    """A new session, whatever was in the old one."""
    session.clear()
    login_user(staff)
    session.permanent = True
    session["signed_in_at"] = clock.now().timestamp()
    return see(target)


def _title(staff: Staff) -> str:
    """The role in one word; supervisors are told apart by their department."""
    roles = operations.current_roles(staff)
    if not roles:
        return _("没有岗位")
    first = roles[0]
    return role_title(first.role, first.department if first.role is Role.DEPARTMENT_SUPERVISOR else None)
