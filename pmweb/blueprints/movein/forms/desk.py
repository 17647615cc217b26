"""Register, agreements, keys and things (M-5 to M-7; FM-01, FM-04)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from pmweb.blueprints.movein.intake import NewMember
from pmweb.blueprints.movein.rules import THINGS, KeyAct
from pmweb.data import defaults
from pmweb.models.people import TieKind
from pmweb.web.fields import Form, Needed, choice, count, labelled, mobile, select, several, text, tick
from pmweb.web.filters import named
from pmweb.web.nouns import AGES, OCCUPANCIES, TIES

MEMBERS = (TieKind.EMERGENCY, TieKind.FAMILY, TieKind.TENANT, TieKind.USER)
"""Whom the register of a move-in adds."""

KEY_ACT_WORDS = {
    KeyAct.HANDED_OUT: _l("发放"),
    KeyAct.RETAINED: _l("留存（整改用）"),
    KeyAct.RETURNED: _l("交回"),
    KeyAct.LOST: _l("遗失"),
}


class RegisterForm(Form):
    """The household is complete: how the home is used."""

    occupancy = choice(_l("使用情况"), [(o.value, w) for o, w in OCCUPANCIES.items()])


class OwnerForm(Form):
    """What the register still lacks about the owner."""

    mobile = mobile(_l("业主手机"), needed=True, id="owner-mobile")
    id_number = text(_l("业主证件号码"), 20)
    address = text(_l("通讯地址（寄送用）"), 120)


_MEMBER_NEEDS = {
    TieKind.EMERGENCY.value: ("mobile", "relation"),
    TieKind.FAMILY.value: ("relation", "age_group"),
}
"""What FM-01 asks of somebody beside the name."""


class MemberForm(Form):
    """One more person of the household."""

    kind = choice(_l("身份"), [(k.value, TIES[k]) for k in MEMBERS])
    name = text(_l("姓名"), 40, needed=True, id="member-name")
    relation = text(_l("与业主关系"), 20)
    mobile = mobile(_l("手机"), id="member-mobile", description=_l("紧急联系人必填"))
    age_group = select(_l("年龄段"), [("", "—"), *((a.value, w) for a, w in AGES.items())], needed=False)
    guardian_agreed = tick(_l("监护人同意登记 14 岁以下儿童的信息"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.mobile, self.relation, self.age_group):  # whether it is needed depends on the kind
            field.flags.optional = False

    def validate(self, extra_validators: Any = None) -> bool:
        """An emergency contact can be called, and a member of the family is something to the owner (FM-01)."""
        for name in _MEMBER_NEEDS.get(self.kind.data or "", ()):
            rules = [rule for rule in self[name].validators if not isinstance(rule, Optional)]
            self[name].validators = [Needed(), *rules]
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


class VehicleForm(Form):
    """One more vehicle."""

    plate = text(_l("车牌"), 12, needed=True)
    space = text(_l("车位"), 20)


class PetForm(Form):
    """One more pet."""

    kind = text(_l("种类"), 20, needed=True, id="pet-kind")
    name = text(_l("名字"), 20, id="pet-name")
    registration_no = text(_l("登记证号"), 40)


class AgreementsForm(Form):
    """Which rules and agreements are signed."""

    agreements = several(_l("本次签署"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreements.choices = list(labelled(defaults().movein.agreements.values()))


class ThingsForm(Form):
    """How many of each kind are handed out; every key has been tried in its lock."""

    tested = tick(_l("每把钥匙已当面试开"))
    entrance_key: IntegerField

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {kind: int(self[kind].data or 0) for kind in THINGS}


for _thing in defaults().movein.things.values():
    setattr(
        ThingsForm, _thing.id, count(LazyString(named, _thing), needed=True, most=50, default=_thing.usual)
    )


class KeyForm(Form):
    """One more line of the key ledger."""

    kind = select(_l("物品"))
    act = choice(_l("动作"), [(a.value, w) for a, w in KEY_ACT_WORDS.items()])
    quantity = count(_l("数量"), least=1, most=50, needed=True, default=1)
    reason = text(_l("说明"), 120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = list(labelled(defaults().movein.things.values()))


class FeeForm(Form):
    """The first period's fee as it was shown."""

    seen = HiddenField()
