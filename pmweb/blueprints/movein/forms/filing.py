"""Where the papers of the household file lie, and the filing itself (M-19, FM-34)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.models.pictures import Prepared
from pmweb.web.fields import Form, text, tick
from pmweb.web.file_fields import ScanField


class PlaceForm(Form):
    """Where one paper lies: cabinet and box, or its scan. Named by the paper through its prefix."""

    place = text(_l("存放位置"), 40)
    scan = ScanField(_l("扫描件"), limit=1)

    def filled(self) -> bool:
        """Whether it says something else than what is known."""
        said, known = self.place.data or "", self.place.object_data or ""
        return said != known or bool(self.scan.data or self.scan.errors or self.scan.process_errors)

    def the_scan(self) -> Prepared | None:
        """The scan that came along."""
        return self.scan.data[0] if self.scan.data else None


class FileForm(Form):
    """The last step of the procedure."""

    accept_open_defects = tick(_l("带着未了整改归档，整改继续跟踪"))
