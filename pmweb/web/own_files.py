"""Our own files in the browser: kept as long as they are the same, asked for anew after an upgrade, sent packed.

The address of a style sheet or a script names its content, so a browser may keep it for a month. What is named
without a version – the icons, hundreds of times on a page – is asked for each time and answered with a 304.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from flask_compress import Compress
from werkzeug.wrappers import Response

_VERSIONED = (".css", ".js")
_PACKED = ["text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"]


def install(app: Flask) -> None:
    """Name the versions, and pack what is text: no photo, no scan and no workbook gets smaller by it."""
    app.url_defaults(_name_version)
    app.config["COMPRESS_MIMETYPES"] = _PACKED
    app.config["COMPRESS_ALGORITHM"] = ["zstd", "br", "gzip"]
    app.config["COMPRESS_STREAMS"] = False
    Compress(app)
    app.after_request(_prepare)  # what is registered last goes first


def _name_version(endpoint: str, values: dict[str, Any]) -> None:
    name = values.get("filename", "")
    if endpoint == "static" and name.endswith(_VERSIONED):
        path = Path(current_app.static_folder or "", name)
        if path.is_file():
            values["v"] = _digest(path, path.stat().st_mtime_ns)


@cache
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _prepare(response: Response) -> Response:
    if request.endpoint != "static":
        return response
    if "v" not in request.args:
        response.headers["Cache-Control"] = "no-cache"
        del response.headers["Expires"]
    if response.mimetype in _PACKED:
        response.direct_passthrough = False
        response.make_sequence()  # small files: read at once, and closed when the answer is sent
    return response
