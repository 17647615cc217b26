"""Errors are pages for people: what happened and what to do, with the status a program would expect.

``RuleBroken`` codes of all rooms are worded in ``web/wording.py``, in the reader's language.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db
from pmweb.web.access import PUBLIC, access_of
from pmweb.web.cards import actor_word
from pmweb.web.unit_of_work import Stale, by_token, from_outbox
from pmweb.web.wording import worded

_TEXTS = {
    400: (
        _l("这个请求不完整"),
        _l("页面可能放得太久，或网络中断。请返回上一页，刷新后再提交；已经填写的内容请先复制留底。"),
    ),
    401: (_l("请先登录"), _l("登录已过期或尚未登录。登录后会回到原来的页面。")),
    403: (_l("没有权限"), _l("您的岗位不能办理这一项。如确需办理，请找部门主管或系统管理员。")),
    404: (_l("找不到这一页"), _l("可能地址有误、记录不在当前小区，或已换了小区。请用查找重新打开。")),
    405: (_l("这个地址不能这样打开"), _l("请从页面上的按钮进入。")),
    409: (
        _l("别人刚改过这条记录"),
        _l("您打开页面之后，记录已被改动，所以这次没有保存。请看最新内容，再决定要不要改。"),
    ),
    413: (_l("文件太大"), _l("单个文件不超过 15 MB。请压缩或重新拍照后再上传。")),
    422: (_l("没有办成"), _l("请按提示改正后再试。")),
    429: (_l("操作太频繁"), _l("为保护账号安全，请稍等几分钟再试。")),
    500: (_l("系统出错了"), _l("这次没有保存任何内容。请再试一次；仍不行，请告诉系统管理员发生的时间。")),
    503: (_l("系统正忙"), _l("有一件大事正在办理（例如导入），这次没有保存任何内容。请过一会儿再提交。")),
    507: (_l("服务器磁盘已满"), _l("这次没有保存任何内容。请告诉系统管理员，清理磁盘后再提交。")),
}
_KEPT = _l("内容已经保存，只是页面没能显示。请刷新后查看，不要重复提交。")
_NEVER_SHOWN = {"csrf_token", "_key", "old", "again", "strokes"}
_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_RIVALRY = {"23505", "40001", "40P01"}
"""PostgreSQL: a unique value was taken a moment ago, the transactions cannot be put in a row, a deadlock."""


def install(app: Flask) -> None:
    """Answer every error with a page, a notice, or the sign-in page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(Stale, _stale)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(CSRFError, _http)
    app.register_error_handler(Exception, _fault)


def _answer(status: int, sentence: Any = None, details: Sequence[str] = ()) -> Response:
    """The error as a page; where htmx waits, as a notice that does not touch the form."""
    if status >= 500 and g.get("kept"):
        sentence = _KEPT
    with suppress(SQLAlchemyError):
        db.session.rollback()
    g.writing = False
    title, text = _TEXTS.get(status, _TEXTS[500 if status >= 500 else 400])
    response = Response(status=status, mimetype="text/html")
    if getattr(request, "htmx", None):
        response.headers["HX-Retarget"] = "#flash"
        response.headers["HX-Reswap"] = "outerHTML"
    try:
        response.set_data(_worded_page(status, title, sentence or text, details))
    except Exception:  # no database, no address to build links from: the page of an error never fails itself
        current_app.logger.exception("the page of error %s could not be made", status)
        response.set_data(current_app.jinja_env.get_template("errors/plain.html").render())
    return response


def _worded_page(status: int, title: Any, sentence: Any, details: Sequence[str]) -> str:
    if getattr(request, "htmx", None):
        return render_template(
            "shared/_flash.html",
            problem=title,
            sentence=sentence,
            details=details,
            reload=status == HTTPStatus.CONFLICT,
            sign_in=status == HTTPStatus.UNAUTHORIZED,
        )
    return render_template(
        "errors/error.html", status=status, title=title, sentence=sentence, details=details, typed=_typed()
    )


def _http(error: HTTPException) -> Response:
    if _nobody_is_there(error):
        return _answer(401) if from_outbox() else _to_the_sign_in()
    if error.code in (301, 302, 303, 307, 308):
        return Response.force_type(error.get_response())
    if isinstance(error, CSRFError):
        return _old_token()
    if error.code == HTTPStatus.TOO_MANY_REQUESTS and by_token():
        return _answer(429, _("请稍等几分钟，再打开这个链接。"))
    return _answer(error.code or 500)


def _to_the_sign_in() -> Response:
    """A page leads to the sign-in and back. A form stays where it is, with everything that was typed."""
    if request.method == "POST" and request.endpoint != "staff.logout":
        return _answer(401, _("登录已过期，这一步没有保存。您填的内容都还在：请先登录，再提交一次。"))
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("staff.login", next=here)
    if getattr(request, "htmx", None):
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _old_token() -> Response:
    """Somebody has signed in anew beside the page, which takes the new token and asks for one more tap."""
    if not getattr(request, "htmx", None) or not current_user.is_authenticated:
        return _answer(400, _("页面放得太久，安全校验已失效。请刷新页面后再提交。"))
    response = _answer(400, _("重新登录之后，页面的安全校验已经更新。您填的内容都还在，请再点一次。"))
    response.headers["HX-Trigger"] = json.dumps({"new-token": generate_csrf()})
    return response


def _typed() -> list[str]:
    """What somebody wrote in words, to be shown beside the reason why it was not kept; no codes, no secrets."""
    if request.method != "POST":
        return []
    try:
        sent = request.form.lists()
    except HTTPException:  # a body that is torn or too large has no form
        return []
    words = [
        v for name, values in sent if "password" not in name and name not in _NEVER_SHOWN for v in values
    ]
    return [text for text in words if text.strip() and (not text.isascii() or " " in text)]


def _nobody_is_there(error: HTTPException) -> bool:
    """Whether signing in is the answer; the token of a page goes with the session that has ended."""
    if isinstance(error, CSRFError):
        return not current_user.is_authenticated and access_of(_view()) != PUBLIC
    return error.code == HTTPStatus.UNAUTHORIZED


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")


def _rule_broken(error: RuleBroken) -> Response:
    return _answer(422, worded(error))


def _stale(error: Exception) -> Response:
    who = actor_word(error.who) if isinstance(error, Stale) else ""
    if isinstance(error, Stale) and error.changed:
        sentence = _("签的时候看到的和现在的不一样，所以没有算签过。请看过最新内容再签：")
        return _answer(409, sentence, error.changed)
    if not who:
        return _answer(409)
    return _answer(
        409, _("您打开页面之后，%(name)s 改过它，所以这次没有保存。请看最新内容，再决定要不要改。", name=who)
    )


def _fault(error: Exception) -> Response:
    status = _status_of(error)
    if status == HTTPStatus.CONFLICT:
        current_app.logger.warning("somebody else was faster at %s %s", request.method, request.path)
        return _answer(status)
    propagates = current_app.testing and current_app.config.get("PROPAGATE_FAULTS", True)
    if propagates and status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    current_app.logger.error("%s at %s %s", status, request.method, request.path, exc_info=error)
    return _answer(status)


def _status_of(error: Exception) -> HTTPStatus:
    if _is_full_disk(error):
        return HTTPStatus.INSUFFICIENT_STORAGE
    if isinstance(error, DBAPIError):
        said = str(error.orig)
        if getattr(error.orig, "sqlstate", None) in _RIVALRY or said.startswith("UNIQUE constraint failed"):
            return HTTPStatus.CONFLICT
        if said.startswith("database is locked"):
            return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.INTERNAL_SERVER_ERROR


def _is_full_disk(error: Exception) -> bool:
    """Whether the database, or a large upload on its way in, found no room."""
    if isinstance(error, OperationalError):
        said = str(error.orig)
        return "disk is full" in said or "No space left" in said
    return isinstance(error, OSError) and error.errno in _DISK_IS_FULL
