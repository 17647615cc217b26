"""The household register on one page: the owner, one more person, vehicle or pet, the use of the home (M-5, FM-01)."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.movein.intake import NewMember
from pmweb.models.people import TieKind
from pmweb.web.fields import Form, choice, mobile, select, text, tick
from pmweb.web.nouns import AGES, OCCUPANCIES, TIES

MEMBERS = (TieKind.EMERGENCY, TieKind.FAMILY, TieKind.TENANT, TieKind.USER)
"""Whom the register of a move-in adds."""


class RegisterForm(Form):
    """How the home is used; the last button says that the register is complete."""

    occupancy = choice(_l("使用情况"), [(o.value, w) for o, w in OCCUPANCIES.items()])


class Part(Form):
    """A part of the register that may be left alone: it is looked at only when something is written in it."""

    filled_by: ClassVar[tuple[str, ...]]

    def filled(self) -> bool:
        """Whether something is written in it."""
        return any(self[name].data for name in self.filled_by)


class OwnerForm(Part):
    """What the register still lacks about the owner."""

    filled_by = ("id_number",)
    mobile = mobile(_l("业主手机"), needed=True)
    id_number = text(_l("业主证件号码"), 20)
    address = text(_l("通讯地址（寄送用）"), 120)

    def filled(self) -> bool:
        """Whether it says something else than what the page showed."""
        shown = (self.mobile.object_data or "", self.address.object_data or "")
        return super().filled() or bool(self.mobile.errors) or (self.mobile.data, self.address.data) != shown


_MEMBER_NEEDS = {
    TieKind.EMERGENCY.value: ("mobile", "relation"),
    TieKind.FAMILY.value: ("relation", "age_group"),
}
"""What FM-01 asks of somebody beside the name."""


class MemberForm(Part):
    """One more person of the household."""

    filled_by = ("name", "mobile", "relation", "age_group", "guardian_agreed")
    kind = choice(_l("身份"), [(k.value, TIES[k]) for k in MEMBERS])
    name = text(_l("姓名"), 40, needed=True)
    relation = text(_l("与业主关系"), 20, needed=None)
    mobile = mobile(_l("手机"), needed=None, description=_l("紧急联系人必填"))
    age_group = select(_l("年龄段"), [("", "—"), *((a.value, w) for a, w in AGES.items())], needed=None)
    guardian_agreed = tick(_l("监护人同意登记 14 岁以下儿童的信息"))

    def validate(self, extra_validators: Any = None) -> bool:
        """An emergency contact can be called, and a member of the family is something to the owner (FM-01)."""
        self.need(*_MEMBER_NEEDS.get(self.kind.data or "", ()))
        return bool(super().validate(extra_validators))

    def member(self) -> NewMember:
        """The person as it was typed."""
        return NewMember(
            self.kind.data,
            self.name.data or "",
            self.mobile.data or "",
            self.relation.data or "",
            self.age_group.data or "",
            bool(self.guardian_agreed.data),
        )


class VehicleForm(Part):
    """One more vehicle."""

    filled_by = ("plate", "space")
    plate = text(_l("车牌"), 12, needed=True)
    space = text(_l("车位"), 20)


class PetForm(Part):
    """One more pet."""

    filled_by = ("kind", "name", "registration_no")
    kind = text(_l("种类"), 20, needed=True)
    name = text(_l("名字"), 20)
    registration_no = text(_l("登记证号"), 40)
