"""The walk through the home: how the sheet is made, what is said about a line, the meters (FM-05, FM-06)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.movein.sheet import Layout
from pmweb.models.homes import Finish
from pmweb.web.fields import Form, choice, count, day, note, select, several, text, tick
from pmweb.web.file_fields import PhotosField
from pmweb.web.nouns import RESPONSIBLES, SEVERITIES

MOST_ROOMS = 8
"""So many rooms of a kind, and no more, has a home."""


class StartForm(Form):
    """Which lines the sheet has, and who walks along."""

    finish = choice(_l("交付标准"), [(Finish.BARE.value, _l("毛坯")), (Finish.FURNISHED.value, _l("精装"))])
    bedrooms = count(_l("卧室"), needed=True, least=0, most=MOST_ROOMS)
    bathrooms = count(_l("卫生间"), needed=True, least=0, most=MOST_ROOMS)
    balconies = count(_l("阳台"), needed=True, least=0, most=MOST_ROOMS)
    top_floor = tick(_l("顶层（要查屋面）"))
    inspectors = several(_l("陪验人员（维修部）"), needed=True)
    resident_present = text(_l("业主方到场人"), 80, needed=True)

    def layout(self) -> Layout:
        """How many of the repeatable rooms there are."""
        return Layout(self.bedrooms.data or 0, self.bathrooms.data or 0, self.balconies.data or 0)


class ItemForm(Form):
    """What is said about one line."""

    note = note(_l("说明"))
    value = text(_l("实测值"), 40)
    severity = select(_l("严重程度"), [(s.value, w) for s, w in SEVERITIES.items()], needed=False)
    responsible = select(_l("责任单位"), [(r.value, w) for r, w in RESPONSIBLES.items()], needed=False)
    due_on = day(_l("期限"))
    photos = PhotosField(_l("照片"))

    def good_photos_only(self) -> list[str]:
        """Keep the photos that can be kept: a bad file holds nothing else up. Returns what is wrong with the others."""
        said = [str(error) for error in self.photos.process_errors]
        self.photos.process_errors = []
        self.photos.data = self.photos.data[: self.photos.limit]
        return said
