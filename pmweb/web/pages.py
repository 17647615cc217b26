"""One way to answer: the whole page, or the one block that the browser is replacing.

*Block name = element id = HX-Target.* Block ``item`` of a repeated row has the ids ``item-1``, ``item-2`` …
"""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pmweb.web.fields import Together
from pmweb.web.unit_of_work import settle, shown_at

_ROW = re.compile(r"^(?P<block>[a-z_-]+?)-\d+$")


def page(
    template: str,
    *blocks: str,
    also: tuple[str, ...] = (),
    status: int | None = None,
    form: FlaskForm | Together | None = None,
    see: str = "",
    **context: Any,
) -> Response:
    """Answer with ``template``, or with the one of ``blocks`` that htmx names as its target.

    ``also`` blocks are sent out of band beside it. A form that was sent and not accepted makes the answer a 422.
    The transaction is settled by the status (below 400 commits), then the page is rendered. ``see`` is where the
    same POST leads when it comes a second time and its answer was this page (a number shown once).
    """
    if status is None:
        status = 422 if form is not None and request.method == "POST" else 200
    settle(accepted=status < 400, see=see)
    context |= {"form": form, "oob": False}
    block = _asked(blocks)
    if block is not None:
        html = render_block(template, block, **context)
        html += "".join(render_block(template, name, **context | {"oob": True}) for name in also)
        html += render_template("shared/_flash.html", oob=True)
        response = make_response(html, status)
    elif _wants_a_part() and request.method == "GET":
        response = make_response("", 200, {"HX-Redirect": request.full_path.rstrip("?")})
    else:
        response = make_response(render_template(template, **context), status)
        if _wants_a_part():
            response.headers.update({"HX-Retarget": "body", "HX-Reswap": "innerHTML"})
    response.vary.update(["HX-Request", "HX-Target"])
    return response


def _wants_a_part() -> bool:
    """Whether htmx is about to put the answer into an element of the page that it shows.

    What is boosted asks for a whole page, unless it names a target of its own (a line of the acceptance sheet).
    """
    asked: Any = getattr(request, "htmx", None)
    whole = bool(asked) and (asked.history_restore_request or (asked.boosted and not asked.target))
    return bool(asked) and not whole


def _asked(blocks: tuple[str, ...]) -> str | None:
    """The block that htmx names as its target, if it is one of ``blocks``."""
    target = request.headers.get("HX-Target", "").rpartition("#")[2] if _wants_a_part() else ""
    row = _ROW.match(target)
    block = row["block"] if row and row["block"] in blocks else target
    return block if block in blocks else None


def asked_row(block: str) -> int | None:
    """The number of the repeated row that is to be replaced: ``37`` of ``item-37`` for the block ``item``."""
    target = request.headers.get("HX-Target", "")
    name, _dash, number = target.rpartition("-")
    return int(number) if name == block and number.isascii() and number.isdigit() else None


def render_block(template: str, block: str, **context: Any) -> str:
    """One block of a template, with the context that a whole page would have."""
    app = current_app
    app.update_template_context(context)
    source = app.jinja_env.get_template(template)
    names = source.new_context(context)
    next(source.root_render_func(names), None)  # up to its first output: what the page and its parents import
    return "".join(names.blocks[block][0](names))


def go(endpoint: str, **values: Any) -> Response:
    """The change is kept; show its result.

    Where the form stood on that very page, XHR follows the redirect and gets the block of its ``HX-Target``;
    another page opens as a whole.
    """
    return see(url_for(endpoint, **values))


def see(url: str) -> Response:
    """As ``go``, for an address of ours that is already known."""
    settle(accepted=True, see=url)
    return shown_at(url)
