"""Every view says who may use it, or the app does not start (promise 1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, abort, g
from flask_login import current_user
from sqlalchemy import select
from werkzeug.routing import IntegerConverter, Map

from pmweb.domain.permissions import Permission, Role, granted
from pmweb.extensions import db
from pmweb.models.base import Base
from pmweb.models.estate import Estate
from pmweb.models.staff import Staff

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
Row = TypeVar("Row", bound=Base)

PUBLIC = "public"
SIGNED_IN = "signed-in"
LARGEST_ID = 2**31 - 1
"""What the key of a row may be at most on every database."""
_OURS = ("static",)
_MARK = "access"
"""The attribute of a view that says who may use it."""


def requires(
    permission: Permission,
) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """The view answers only a person who holds ``permission`` in the chosen estate: 401, 403 otherwise."""

    def mark(view: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        @wraps(view)
        def guarded(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
            if not current_user.is_authenticated:
                abort(401)
            if not allowed(permission):
                abort(403)
            return view(*args, **kwargs)

        return _marked(guarded, permission)

    return mark


def signed_in(view: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """The view answers every member of the office, whatever the roles (one's own page, signing out)."""

    @wraps(view)
    def guarded(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        if not current_user.is_authenticated:
            abort(401)
        return view(*args, **kwargs)

    return _marked(guarded, SIGNED_IN)


def public(view: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """The view answers anybody."""
    return _marked(view, PUBLIC)


def _marked(view: Callable[Asked, Answer], access: Permission | str) -> Callable[Asked, Answer]:
    setattr(view, _MARK, access)
    return view


def access_of(view: object) -> Permission | str | None:
    """Who may use the view: a permission, ``SIGNED_IN``, ``PUBLIC``; None where it does not say."""
    access: Permission | str | None = getattr(view, _MARK, None)
    return access


def refuse_unmarked_views(app: Flask) -> None:
    """Stop the start when a view does not say who may use it."""
    bare = [
        name for name, view in app.view_functions.items() if name not in _OURS and access_of(view) is None
    ]
    if bare:
        raise RuntimeError(f"views without @requires, @signed_in or @public: {', '.join(sorted(bare))}")


def person() -> Staff:
    """The signed-in member of the office."""
    staff = current_user._get_current_object()
    assert isinstance(staff, Staff)
    return staff


def estate() -> Estate:
    """The estate of this request."""
    chosen = g.get("estate")
    if not isinstance(chosen, Estate):
        abort(403)
    return chosen


def roles_here() -> frozenset[Role]:
    """The roles of the signed-in person in the chosen estate.

    A steward without any estate is administrator, to found the first one (the staff room lets nothing else pass).
    """
    chosen = g.get("estate")
    if not current_user.is_authenticated:
        return frozenset()
    if chosen is None:
        return frozenset({Role.ADMIN} if person().steward else ())
    return frozenset(r.role for r in person().roles if r.estate_id == chosen.id and r.ended_at is None)


def allowed(permission: Permission) -> bool:
    """Whether the signed-in person may do this here; templates ask the same question."""
    if "rights" not in g:
        g.rights = granted(roles_here())
    return permission in g.rights


def find(model: type[Row], row_id: int) -> Row:
    """The row of the chosen estate, or 404: another estate's id looks like an unknown one."""
    row = db.session.scalar(select(model).where(model.id == row_id)) if row_id <= LARGEST_ID else None
    if row is None:
        abort(404)
    return row


class RowId(IntegerConverter):
    """``<int:…>`` of an address: what no table can hold is no address (a database would answer with a fault)."""

    def __init__(self, rules: Map) -> None:
        super().__init__(rules, max=LARGEST_ID)
