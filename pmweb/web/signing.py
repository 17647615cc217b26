"""Who signs, and how: on the pad, on paper with a photo, or not at all with a reason (SIG-4)."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from pmweb.domain.workflow import RuleBroken
from pmweb.models.signing import Manner, OnPaper, Refused
from pmweb.web.fields import Form, choice, text
from pmweb.web.file_fields import PhotoField, SignatureField


class SignForm(Form):
    """One act of signing."""

    manner = HiddenField(default="pad")
    side = HiddenField(default="resident")
    seen = HiddenField()
    signer = choice(_l("谁来签"), coerce=str)
    strokes = SignatureField(_l("签名"), needed=False)
    photo = PhotoField(_l("签名页照片"))
    reason = text(_l("拒签原因"), 200)
    witness = text(_l("在场见证人"), 80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.reason, self.witness):  # both are asked of a refusal, and of nothing else
            field.flags.optional = False

    def validate(self, extra_validators: Any = None) -> bool:
        """A refusal needs its reason and somebody who was there: both are asked for at once (SIG-4)."""
        if self.manner.data == "refused":
            self.need("reason", "witness")
        return bool(super().validate(extra_validators))

    def how(self) -> Manner:
        """What was chosen. RuleBroken ``signature.empty`` or ``signature.photo`` when it is missing."""
        if self.manner.data == "refused":
            return Refused(self.reason.data or "", self.witness.data or "")
        if self.manner.data == "paper":
            if not self.photo.data:
                raise RuleBroken("signature.photo", field="photo")
            return OnPaper(self.photo.data[0])
        if self.strokes.data is None:
            raise RuleBroken("signature.empty", field="strokes")
        return self.strokes.data


def locale() -> str:
    """The language in which the page speaks, and in which a paper is signed."""
    return str(get_locale() or "zh_CN")


def refused_parts() -> tuple[str, ...]:
    """The parts of the page that answer by themselves when something is wrong; whoever signs next gets a whole page."""
    return ("onpaper", "refusal") if request.method == "POST" else ()
