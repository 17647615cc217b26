"""Where the papers of the household file lie, and the filing itself (M-19, FM-34)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.movein.rules import Paper
from pmweb.web.fields import Form, select, text, tick
from pmweb.web.file_fields import ScanField


class PlaceForm(Form):
    """Where a paper lies: cabinet and box, or its scan."""

    kind = select(_l("文件"), [(paper.value, paper.value) for paper in Paper])
    place = text(_l("存放位置（柜、盒）"), 40)
    scan = ScanField(_l("扫描件"), limit=1)


class FileForm(Form):
    """The last step of the procedure."""

    accept_open_defects = tick(_l("带着未了整改归档，整改继续跟踪"))
