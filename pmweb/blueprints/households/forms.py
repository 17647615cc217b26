"""The shape of what is entered about households, and the words of the rules that refuse it (FM-01)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from pmweb import clock
from pmweb.blueprints.households.rules import CHILD_NOTICE, DETAILS, REVEAL_PURPOSES
from pmweb.models.people import AgeGroup, IdKind, PartyKind, Tie, TieKind
from pmweb.web import nouns
from pmweb.web.fields import Form, choice, day, mobile, number, select, text, tick
from pmweb.web.wording import word

PURPOSES = {
    "move_in": _l("办理入住核对"),
    "title_check": _l("核对产权或过户"),
    "court_or_police": _l("司法或公安机关查询"),
    "correction": _l("本人要求查询或更正"),
}
assert tuple(PURPOSES) == REVEAL_PURPOSES

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")

CHILD_SENTENCE = _l(
    "监护人已知悉并同意登记这名 14 岁以下儿童的姓名、与业主的关系和年龄段，仅用于住户登记和紧急联系。"
)
"""What the guardian agrees to; its version is ``rules.CHILD_NOTICE``."""
assert CHILD_NOTICE.endswith("/1"), "a new sentence needs a new version"


class PersonForm(Form):
    """A person or a company, and – where it starts from a home – what ties him or her to it."""

    kind = choice(_l("类别"), nouns.choices(nouns.PARTIES), default=PartyKind.PERSON.value)
    name = text(_l("姓名或单位名称"), 80, needed=True, render_kw={"autocomplete": "off"})
    mobile = mobile(_l("电话"))
    id_kind = select(_l("证件类型"), nouns.choices(nouns.IDENTITIES), default=IdKind.ID_CARD.value)
    id_number = text(_l("证件号码"), 30, render_kw={"autocomplete": "off", "autocapitalize": "characters"})
    relation = text(_l("与业主的关系"), 20)
    age_group = choice(_l("年龄段"), nouns.choices(nouns.AGES), needed=False)
    guardian_agreed = tick(CHILD_SENTENCE)
    share = number(_l("产权份额"), places=1)
    lease_until = day(_l("租期至"))
    since_on = day(_l("起始日期"))
    other_phones = text(_l("其他电话"), 120)
    address = text(_l("联系地址"), 120)
    email = text(_l("电子邮箱"), 120, render_kw={"inputmode": "email", "autocomplete": "off"})

    def for_tie(self, kind: TieKind | None, *, person: bool = True) -> None:
        """Leave only what FM-01 asks for this kind of tie; ``person`` is False for somebody who is known."""
        details = DETAILS[kind.value] if kind else None
        known = details.known if details else frozenset()
        for name in ("relation", "age_group", "share", "lease_until"):
            if name not in known:
                del self[name]
        if "age_group" not in known:
            del self["guardian_agreed"]
        if details is None:
            del self["since_on"]
        personal = ("kind", "name", "mobile", "id_kind", "id_number", "other_phones", "address", "email")
        kept = {"name", "mobile"} | (details.personal if details else set(personal))
        for name in personal:
            if not person or ("id_number" if name == "id_kind" else name) not in kept:
                del self[name]
        for name in details.needed if details else ():
            if name in self:
                self.need(name)
                self[name].flags.optional = False

    def person_facts(self) -> dict[str, Any]:
        """What ``add_person`` takes."""
        facts: dict[str, Any] = {
            name: self[name].data or ""
            for name in ("name", "mobile", "other_phones", "address", "email")
            if name in self
        }
        party = PartyKind(self.kind.data) if "kind" in self else PartyKind.PERSON
        facts["kind"] = party
        if "id_number" in self and self.id_number.data:
            facts |= {"id_kind": self.document(party), "id_number": self.id_number.data}
        return facts

    def document(self, party: PartyKind) -> IdKind:
        """Which document the number is of; a company has no identity card, its number is a company code."""
        chosen = IdKind(self.id_kind.data)
        return IdKind.USCC if party is PartyKind.COMPANY and chosen is IdKind.ID_CARD else chosen

    def tie_facts(self) -> dict[str, Any]:
        """What ``tie`` and ``change_tie`` take."""
        facts: dict[str, Any] = {
            name: self[name].data for name in ("relation", "lease_until", "since_on") if name in self
        }
        if "share" in self:
            facts["share_permille"] = None if self.share.data is None else int(self.share.data * 10)
        if "age_group" in self:
            facts["age_group"] = AgeGroup(self.age_group.data) if self.age_group.data else None
            facts["guardian_agreed"] = bool(self.guardian_agreed.data)
        return {name: value for name, value in facts.items() if value is not None or name != "relation"}

    def show_tie(self, tie: Tie) -> None:
        """Fill the details in as they are now."""
        for name in ("relation", "lease_until"):
            if name in self:
                self[name].data = getattr(tie, name)
        if "share" in self and tie.share_permille is not None:
            self.share.data = Decimal(tie.share_permille) / 10
        if "age_group" in self and tie.age_group is not None:
            self.age_group.data = tie.age_group.value

    def validate_email(self, field: Any) -> None:
        """An address that can be written to."""
        if field.data and not _EMAIL.fullmatch(field.data):
            raise ValidationError(_("电子邮箱写成 name@example.com 这样。"))

    def validate_share(self, field: Any) -> None:
        """A share is more than nothing and at most all."""
        if field.data is not None and not Decimal(0) < field.data <= 100:
            raise ValidationError(_("份额填 0.1 到 100 之间的百分数。"))


class HomeForm(PersonForm):
    """Ties somebody who is known to a home that is typed."""

    home = text(
        _l("房号"), 40, needed=True, description=_l("例如 3-1-1201"), render_kw={"autocomplete": "off"}
    )


class OwnerForm(PersonForm):
    """The new owner of a home, from which day on, and what leaves with the old one."""

    on = day(_l("变更日期"), needed=True, default=clock.today)
    things_leave = tick(_l("原住户的车辆和宠物一并注销"), default=True)


class EndForm(Form):
    """The day on which somebody left."""

    on = day(_l("结束日期"), needed=True, default=clock.today)


class RevealForm(Form):
    """Why somebody has to see a full number."""

    purpose = choice(_l("查看用途"), [*PURPOSES.items(), ("other", _l("其他"))])
    purpose_other = text(_l("其他用途"), 120)

    def said(self) -> str:
        """The purpose as it is written down."""
        return str((self.purpose_other.data if self.purpose.data == "other" else self.purpose.data) or "")


class OccupancyForm(Form):
    """How the home is used."""

    occupancy = choice(_l("使用情况"), nouns.choices(nouns.OCCUPANCIES))


class VehicleForm(Form):
    """A vehicle of the household."""

    plate = text(
        _l("车牌号"), 12, needed=True, render_kw={"autocomplete": "off", "autocapitalize": "characters"}
    )
    kind = text(_l("车型"), 20)
    space = text(_l("车位"), 20)


class PetForm(Form):
    """A pet of the household."""

    kind = text(_l("种类"), 20, needed=True)
    name = text(_l("名字"), 20)
    registration_no = text(_l("登记证号"), 40)


word(
    {
        "identity.kind": _l("单位请填统一社会信用代码，个人请选个人证件。"),
        "identity.form": _l("证件号码由 4 到 30 位字母、数字组成，请对照证件再看一遍。"),
        "identity.known": _l("这个证件号码已登记给 %(name)s（%(homes)s）。请用已登记的这位，不要再建一个。"),
        "identity.none": _l("这位还没有登记证件号码。"),
        "reveal.purpose": _l("请写明查看用途，系统会留下记录。"),
        "tie.known": _l("这位在这套房已经是这个身份，不用再登记。"),
        "tie.owner_exists": _l("这套房已有业主。过户请用“业主变更”，再加产权人请登记为共有人。"),
        "tie.ended": _l("这项关系已经结束。"),
        "tie.end_early": _l("结束日期不能早于起始日期 %(since)s。"),
        "tie.end_future": _l("结束日期不能晚于今天。"),
        "emergency.owner": _l("紧急联系人不能是业主本人，请填另一位。"),
        "share.over": _l("份额合计 %(total)s%%，超过 100%%。请核对产权证。"),
        "share.sum": _l("份额合计 %(total)s%%，应为 100%%。请核对产权证，或都不填。"),
        "lease.past": _l("租期的最后一天应在今天以后。"),
        "child.consent": _l("登记 14 岁以下儿童，要先取得监护人的单独同意，并打开那个开关。"),
        "owner.same": _l("这位已经是这套房的业主。"),
        "vehicle.known": _l("这套房已登记过这个车牌。"),
        "vehicle.ended": _l("这辆车已经注销。"),
        "pet.ended": _l("这只宠物已经注销。"),
        "household.no_home": _l("没有找到这个房号，请写成 3-1-1201 这样。"),
        "household.homes": _l("有几套房都符合，请把单元也写上，例如 3-1-1201。"),
    }
)
