"""Assembly only: settings, extensions, rooms, errors, and the checks that stop a bad start."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import select
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from pmweb import clock, instance
from pmweb.config import Settings, flask_settings
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.extensions import babel, csrf, db, htmx, limiter, login, migrate
from pmweb.models import engine, shelf, vault
from pmweb.models.staff import Staff
from pmweb.rooms import CARDS, ROOMS
from pmweb.web import access, cards, errors, filters, navigation, own_files, registers, unit_of_work
from pmweb.web.cookies import Cookies

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def build_app(overrides: dict[str, Any] | None = None) -> Flask:
    """An app of this instance. Raises NotInitialised, BrokenData, or RuntimeError for an unmarked view."""
    settings = Settings.from_environment()
    app = Flask("pmweb")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.config.update(flask_settings(settings))
    app.config.update(overrides or {})
    app.config.setdefault("SECRET_KEY", None)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or instance.secret_key(settings)
    clock.set_zone(app.config["BABEL_DEFAULT_TIMEZONE"])
    vault.unlock(app.config.get("DATA_KEY") or instance.data_key(settings))
    shelf.shelve_at(app.config["INSTANCE"] / "files")
    defaults()
    _extend(app)
    _furnish(app)
    access.refuse_unmarked_views(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        # the way of Flask's manual; mypy sees a method, Flask made it for being replaced
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _extend(app: Flask) -> None:
    for extension in (db, csrf, htmx, limiter):
        extension.init_app(app)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations")
    babel.init_app(app, locale_selector=choose_locale)
    login.init_app(app)
    login.session_protection = "basic"
    login.user_loader(load_staff)
    with app.app_context():
        engine.prepare(db.engine)


def _furnish(app: Flask) -> None:
    app.session_interface = Cookies()
    unit_of_work.install(app)
    errors.install(app)
    filters.install(app)
    app.add_template_global(registers.asked)
    app.context_processor(_shell)
    own_files.install(app)
    app.after_request(_guard)
    app.url_map.converters["int"] = access.RowId
    for room in ROOMS:
        app.register_blueprint(room)
    with app.app_context():
        for card in CARDS:
            cards.register(card)


def load_staff(session_id: str) -> Staff | None:
    """The person of a session: ``id:epoch``. It ends 12 h after the sign-in, whatever was done meanwhile.

    A grown epoch or a disabled account ends it at once.
    """
    signed_in_at = float(session.get("signed_in_at", 0))
    if clock.now().timestamp() - signed_in_at >= unit_of_work.SESSION_HOURS * 3600:
        return None
    staff_id, _, epoch = session_id.partition(":")
    staff = db.session.scalar(select(Staff).where(Staff.id == int(staff_id)))
    if staff is None or staff.disabled_at is not None or str(staff.session_epoch) != epoch:
        return None
    return staff


def choose_locale() -> str:
    """The person's language, else the browser's, else Chinese."""
    if current_user and current_user.is_authenticated and current_user.locale:
        return str(current_user.locale)
    wanted = (
        request.accept_languages.best_match(["zh", "zh-CN", "en"], default="zh")
        if has_request_context()
        else "zh"
    )
    return "en" if wanted == "en" else "zh_CN"


def _shell() -> dict[str, Any]:
    """What every page knows."""
    staff = current_user if current_user.is_authenticated else None
    locale = get_locale()
    return {
        "person": staff,
        "estate": g.get("estate"),
        "estates": _others(staff),
        "nav": navigation.places() if staff else [],
        "may": access.allowed,
        "Permission": Permission,
        "lang": "en" if locale and locale.language == "en" else "zh-CN",
        "data": defaults(),
        "today": clock.today(),
        "now": clock.now(),
    }


def _others(staff: Any) -> list[Any]:
    if staff is None:
        return []
    mine = {r.estate_id: r.estate for r in staff.roles if r.ended_at is None}
    return [estate for estate in mine.values() if not g.get("estate") or estate.id != g.estate.id]


def _guard(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
    if request.endpoint != "static" and not response.cache_control.private:
        headers["Cache-Control"] = "private, no-store"  # Flask lets a file stay in any cache for a month
    return response
