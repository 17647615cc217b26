"""The opening readings of all meters on one sheet (M-10, FM-06)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from pmweb.models.homes import OPENING_METERS, MeterKind
from pmweb.models.pictures import Prepared
from pmweb.web.fields import Form, number, text, tick
from pmweb.web.file_fields import PhotoField
from pmweb.web.nouns import METER_TITLES


class Entry(NamedTuple):
    """What was said about one meter."""

    meter_no: str
    reading: Decimal | None
    seal_ok: bool


class ReadingsForm(Form):
    """One sheet for all meters: what was filled in is saved together, what was left alone stays as it is.

    ``kept`` are the readings that stand, by meter; their photos stand too.
    """

    def __init__(self, *args: Any, kept: Mapping[MeterKind, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        for name in ("meter_no", "reading"):  # asked for once a meter is filled in
            for kind in OPENING_METERS:
                self[f"{kind.value}_{name}"].flags.optional = False

    def of(self, kind: MeterKind) -> dict[str, Field]:
        """The fields of one meter by what they ask."""
        names = ("meter_no", "reading", "seal_ok", "photo", "confirmed")
        return {name: self[f"{kind.value}_{name}"] for name in names}

    def entry(self, kind: MeterKind) -> Entry:
        """What the fields of a meter say."""
        fields = self.of(kind)
        return Entry(fields["meter_no"].data or "", fields["reading"].data, bool(fields["seal_ok"].data))

    def photo(self, kind: MeterKind) -> Prepared | None:
        """The photo of the dial that came along."""
        found = self.of(kind)["photo"].data
        return found[0] if found else None

    def filled(self) -> list[MeterKind]:
        """The meters about which something is said that is not kept already."""
        return [kind for kind in OPENING_METERS if self._says(kind)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Of a meter that was filled in, number, reading and photo are asked for (FM-06)."""
        fits = bool(super().validate(extra_validators))
        asked = [self._ask(kind) for kind in self.filled()]
        return fits and not any(asked)

    def _ask(self, kind: MeterKind) -> bool:
        """Say beside each field what is missing; whether anything is."""
        fields, gaps = self.of(kind), {}
        for name in ("meter_no", "reading"):
            if fields[name].data in (None, ""):
                gaps[name] = _(
                    "%(meter)s：请填写%(label)s。", meter=METER_TITLES[kind], label=fields[name].label.text
                )
        if kind not in self.kept and not fields["photo"].data:
            gaps["photo"] = _("%(meter)s：请拍下表盘。", meter=METER_TITLES[kind])
        for name, words in gaps.items():
            fields[name].errors = fields[name].errors or [words]
        return bool(gaps)

    def _says(self, kind: MeterKind) -> bool:
        fields, kept = self.of(kind), self.kept.get(kind)
        if fields["photo"].data or fields["photo"].errors or fields["reading"].errors:
            return True
        if kept is not None:
            return self.entry(kind) != kept
        touched = (fields["meter_no"].data or "", bool(fields["seal_ok"].data))
        shown = (fields["meter_no"].object_data or "", fields["seal_ok"].object_data is not False)
        return fields["reading"].data is not None or touched != shown


def _fields(kind: MeterKind) -> dict[str, Any]:
    return {
        "meter_no": text(_l("表号"), 40),
        "reading": number(_l("底数")),
        "seal_ok": tick(_l("铅封完好")),
        "photo": PhotoField(_l("表盘照片")),
        "confirmed": tick(_l("已再看一遍，读数无误")),
    }


for _kind in OPENING_METERS:
    for _name, _field in _fields(_kind).items():
        setattr(ReadingsForm, f"{_kind.value}_{_name}", _field)
