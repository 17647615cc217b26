"""Form fields for what is not text: photos, scans, and the signature on the pad.

Their ``data`` is ready for the shelf: ``uploads.examine`` has looked at the bytes before the form is made.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput, HiddenInput

from pmweb.domain.workflow import RuleBroken
from pmweb.models.pictures import JPEG, PDF, PNG, SIGNATURE_MOST_BYTES, Prepared, prepare_signature
from pmweb.models.signing import Pad
from pmweb.web import uploads
from pmweb.web.wording import worded

MOST_PHOTOS = 12
_MOST_STROKES = 400
_MOST_POINTS = 20_000
_DATA_URL = "data:image/png;base64,"


class PhotosField(Field):
    """``photos``: several pictures, JPEG or PNG; ``data`` is a list of Prepared, empty when none came.

    What was refused is said beside the field, with the name of the file; the other photos of the same sending
    are lost with it, because nothing of a refused form is kept.
    """

    widget = FileInput(multiple=True)
    media_types: tuple[str, ...] = (JPEG, PNG)
    data: list[Prepared]

    def __init__(
        self, label: Any = None, *, needed: bool = False, limit: int = MOST_PHOTOS, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.needed = needed
        self.limit = limit
        self.flags.accept = ",".join(self.media_types)
        if needed:
            self.flags.required = True
        else:
            self.flags.optional = True

    def process_data(self, value: Any) -> None:
        """Files come only with a sending; there is nothing to show before."""
        self.data = []

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was examined before; the values of the form itself are not looked at."""
        came = uploads.taken(self.name)
        self.data = [prepared for prepared in came if prepared.media_type in self.media_types]
        broken = uploads.refused(self.name)
        if len(self.data) < len(came):
            broken.append(RuleBroken("upload.not_a_photo"))
        if len(came) + len(broken) > self.limit:
            many = RuleBroken("upload.too_many", limit=self.limit)
            broken.append(many if self.limit > 1 else RuleBroken("upload.one"))
        self.process_errors = [_said(one) for one in broken]

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError when a needed file did not come."""
        if self.needed and not self.data and not self.process_errors:
            raise ValidationError(_("请添加%(label)s。", label=self.label.text))


class PhotoField(PhotosField):
    """One photo, JPEG or PNG."""

    widget = FileInput()

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, limit=1, **kwargs)


class ScanField(PhotosField):
    """``file``: a paper as photo, scan or PDF; several pages may come as several files."""

    media_types = (JPEG, PNG, PDF)


class IdentityScanField(PhotosField):
    """``id_copy``: the picture of an identity document, with its purpose burnt in (PRI-3).

    A PDF is refused, for nothing can be burnt into it. The name must end in ``id_copy``: by it ``uploads``
    knows, before any form exists, what to do. ValueError otherwise.
    """

    def __init__(self, label: Any = None, *, limit: int = 2, **kwargs: Any) -> None:
        super().__init__(label, limit=limit, **kwargs)
        if not uploads.is_identity(self.name):
            raise ValueError(f"an identity scan must be named …{uploads.IDENTITY_NAME}, not {self.name}")


class SignatureField(Field):
    """The signature on the pad (macro ``signature_pad``): strokes in ``<name>``, drawing in ``<name>_png``.

    ``data`` is a Pad, or None with the reason in ``errors``. ``needed=False`` leaves an empty pad without an
    error, for a form in which paper or a refusal may take its place.
    """

    widget = HiddenInput()
    data: Pad | None

    def __init__(self, label: Any = None, *, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.needed = needed

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read both inputs; raises ValueError with the sentence for the person."""
        self.data = None
        try:
            self.data = read_signature(self.name)
        except RuleBroken as broken:
            if self.needed or broken.code != "signature.empty":
                raise ValueError(worded(broken)) from broken

    def _value(self) -> str:
        """A refused signature is written again; nobody may send an old one twice."""
        return ""


def read_signature(name: str = "strokes") -> Pad:
    """The signature of this request: the strokes in ``name``, the drawing in ``<name>_png``.

    Raises RuleBroken: ``signature.empty`` (nothing was drawn), ``signature.torn`` (not what the pad sends).
    """
    strokes = _read_strokes(request.form.get(name, ""))
    url = request.form.get(f"{name}_png", "")
    if not strokes or not url:
        raise RuleBroken("signature.empty")
    if not url.startswith(_DATA_URL) or len(url) > SIGNATURE_MOST_BYTES * 4 // 3 + 100:
        raise RuleBroken("signature.torn")
    try:
        drawing = base64.b64decode(url.removeprefix(_DATA_URL), validate=True)
    except (binascii.Error, ValueError) as broken:
        raise RuleBroken("signature.torn") from broken
    return Pad(prepare_signature(drawing), strokes)


def _read_strokes(text: str) -> list[list[list[int]]]:
    """Strokes of ``[x, y, milliseconds since the first point, pressure in ‰]``; none for a mere tap."""
    if not text:
        return []
    if len(text) > 4 * SIGNATURE_MOST_BYTES:
        raise RuleBroken("signature.torn")
    try:
        sent = json.loads(text)
        groups = [stroke["points"] for stroke in (sent["groups"] if isinstance(sent, dict) else sent)]
        points = [point for group in groups for point in group]
        if len(groups) > _MOST_STROKES or len(points) > _MOST_POINTS:
            raise RuleBroken("signature.torn")
        begun = min((int(point["time"]) for point in points), default=0)
        strokes = [[_point(point, begun) for point in group] for group in groups]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as broken:
        raise RuleBroken("signature.torn") from broken
    return strokes if len(points) > 1 else []


def _point(point: dict[str, Any], begun: int) -> list[int]:
    x, y, pressure = round(point["x"]), round(point["y"]), round(1000 * point.get("pressure", 0))
    return [x, y, int(point["time"]) - begun, pressure]


def _said(broken: RuleBroken) -> str:
    """The sentence, led by the name of the file where one is known."""
    name = broken.facts.get("name")
    return _("%(file)s：%(sentence)s", file=name, sentence=worded(broken)) if name else worded(broken)
