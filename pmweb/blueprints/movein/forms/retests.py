"""What came of a test that was put off (M-9, M-11)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from pmweb.blueprints.movein.rules import Severity
from pmweb.web.fields import Form, choice, note, select
from pmweb.web.file_fields import PhotosField
from pmweb.web.nouns import SEVERITIES


class RetestForm(Form):
    """One line: in order, or what is wrong. Left alone, it goes on waiting."""

    passed = choice(
        _l("补测结果"), [("yes", _l("合格")), ("no", lazy_pgettext("recheck", "不合格"))], needed=None
    )
    note = note(_l("说明"), needed=None, description=_l("不合格的，写明哪里不合格"))
    severity = select(
        _l("严重程度"), [(s.value, w) for s, w in SEVERITIES.items()], default=Severity.MINOR.value
    )
    photos = PhotosField(_l("照片"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Words or photos without a result are no result."""
        if self.filled():
            self.need("passed")
        return bool(super().validate(extra_validators))

    def filled(self) -> bool:
        """Whether something is said about this line."""
        photos = self.photos.data or self.photos.errors or self.photos.process_errors
        return bool(self.passed.data or self.note.data or photos)
