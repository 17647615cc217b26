"""The extensions, made once and bound to an app by the factory."""

from __future__ import annotations

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy.orm import Session

from pmweb.models import session_rules
from pmweb.models.base import Base

db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"expire_on_commit": False},
)
session_rules.install(db.session.session_factory)
migrate = Migrate(render_as_batch=True, compare_type=True)
csrf = CSRFProtect()
htmx = Htmx()
login = LoginManager()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, default_limits=[])


def unit() -> Session:
    """The session of this unit of work, as a plain Session for operations and shared nouns."""
    return db.session()


__all__ = ["babel", "csrf", "db", "htmx", "limiter", "login", "migrate", "unit"]
