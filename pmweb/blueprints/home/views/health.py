"""Whether the process answers, and whether it can work (contract.md): for what watches over its machine."""

from __future__ import annotations

import shutil

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from pmweb.blueprints.home.views.base import bp
from pmweb.extensions import unit
from pmweb.web.access import public

ROOM = 200 * 1024 * 1024
"""Bytes that must be free beside the files of the instance: a day of photos."""


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(ok=True)


@bp.get("/readyz")
@public
def readyz() -> Response:
    """Database, migrations and disk: 200 when all are well, else 503 with what is not."""
    state = {"database": _database_answers(), "migrations": _is_migrated(), "disk": _has_room()}
    answer = jsonify(ok=all(state.values()), **state)
    answer.status_code = 200 if all(state.values()) else 503
    return answer


def _database_answers() -> bool:
    try:
        return unit().scalar(select(1)) == 1
    except SQLAlchemyError:
        return False


def _is_migrated() -> bool:
    """Whether the tables are those of this version of the program."""
    newest = ScriptDirectory(f"{current_app.root_path}/migrations").get_heads()
    try:
        return set(MigrationContext.configure(unit().connection()).get_current_heads()) == set(newest)
    except SQLAlchemyError:
        return False


def _has_room() -> bool:
    return shutil.disk_usage(current_app.config["INSTANCE"]).free >= ROOM
