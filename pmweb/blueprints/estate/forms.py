"""The shape of what is entered about the estate, and the words of the rules that refuse it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput

from pmweb import clock
from pmweb.blueprints.estate.roll import Roll
from pmweb.blueprints.estate.roll.reasons import WORDINGS, word_broken
from pmweb.blueprints.estate.roll.result import RollHome, RowRef
from pmweb.blueprints.estate.rules import BILLING_MONTHS
from pmweb.data import defaults
from pmweb.domain.home_numbers import HomeNumber, home_number_from_columns
from pmweb.domain.workflow import RuleBroken
from pmweb.web import fields, nouns, uploads
from pmweb.web.fields import Form
from pmweb.web.filters import chinese
from pmweb.web.wording import WORDS, word, worded

ACCEPTED = ".xlsx,.xls,.ods,.csv"


class BroughtRoll:
    """A workbook as ``views.reading`` has read it: its name, the SHA-256 of what was sent, the roll in it."""

    def __init__(self, name: str, arrived: str, roll: Roll) -> None:
        self.name, self.arrived, self.roll = name, arrived, roll


class WorkbookField(Field):
    """One workbook; ``data`` is a BroughtRoll, or None with the reason in ``errors``."""

    widget = FileInput()
    data: BroughtRoll | None

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.flags.accept = ACCEPTED
        self.flags.required = True

    def process_data(self, value: Any) -> None:
        """A file comes only with a sending; there is nothing to show before."""
        self.data = None

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was read before the form was made."""
        came = [one for one in uploads.brought(self.name) if isinstance(one, BroughtRoll)]
        self.data = came[0] if came else None
        self.process_errors = [worded(broken) for broken in uploads.refused(self.name)]

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError when no file came."""
        if self.data is None and not self.process_errors:
            raise ValidationError(_("请选择房产台账的文件。"))


class UploadForm(Form):
    """The home roll as the office has it."""

    workbook = WorkbookField(_l("房产台账"))


class FilterForm(Form):
    """What the list of homes is narrowed down to."""

    class Meta:
        csrf = False

    q = fields.text(_l("房号"))
    building = fields.select(_l("楼栋"), needed=False)
    kind = fields.select(_l("用途"), [("", _l("全部")), *nouns.choices(nouns.HOME_KINDS)], needed=False)


SOLD, UNSOLD = "yes", "no"
NEW_BUILDING = "new"
"""The choice of a building that the estate does not have yet; none can have this name."""


class HomeForm(Form):
    """What a home is."""

    kind = fields.choice(_l("用途"), nouns.choices(nouns.HOME_KINDS))
    layout_type = fields.text(_l("户型"), 20, description=_l("例如 两室一厅"))
    finish = fields.choice(_l("交付标准"), nouns.choices(nouns.FINISHES))
    sale = fields.choice(_l("销售状态"), [(SOLD, _l("已售")), (UNSOLD, _l("未售"))])
    floor_area = fields.number(_l("建筑面积"), needed=True, places=2)
    chargeable_area = fields.number(_l("计费面积"), needed=True, places=2)
    handed_over_on = fields.day(_l("交付日期"))
    remark = fields.text(_l("备注"), 200)


class NewHomeForm(HomeForm):
    """A home that the roll forgot: where it is, and what it is."""

    building = fields.select(_l("楼栋"))
    new_building = fields.text(
        _l("新楼栋"), 20, needed=None, description=_l("例如 3 或 3 栋"), render_kw={"autocomplete": "off"}
    )
    section = fields.text(
        _l("单元"), 20, description=_l("例如 1；没有单元就留空"), render_kw={"autocomplete": "off"}
    )
    number = fields.text(
        _l("房号"), 20, needed=True, description=_l("例如 1201"), render_kw={"autocomplete": "off"}
    )
    chargeable_area = fields.number(_l("计费面积"), places=2)

    def offer(self, buildings: Sequence[str]) -> None:
        """The buildings of the estate to choose from, and one that is new, whose name is then asked for."""
        named = [(name, nouns.building_title(name)) for name in buildings]
        self.building.choices = [("", _("请选择")), *named, (NEW_BUILDING, _("新的楼栋"))]

    def validate(self, extra_validators: Any = None) -> bool:
        """The name of a new building is asked for when there is one."""
        if self.building.data == NEW_BUILDING:
            self.need("new_building")
        return bool(super().validate(extra_validators))

    def said(self) -> RollHome:
        """The home as a row of the roll would say it. Only of a valid form.

        Raises ``RuleBroken``: ``home_number.*``, ``home.building``, ``home.section``.
        """
        assert self.floor_area.data is not None
        return RollHome(
            home=self._place(),
            floor_area=self.floor_area.data,
            chargeable_area=self.chargeable_area.data,
            layout=self.layout_type.data or "",
            kind=self.kind.data,
            finish=self.finish.data,
            sold=self.sale.data == SOLD,
            handed_over_on=self.handed_over_on.data,
            owner=None,
            co_owners=(),
            emergency_contacts=(),
            remark=self.remark.data or "",
            at=RowRef("", 0),
        )

    def _place(self) -> HomeNumber:
        """Each part is read by itself first, so that the reason stands beside the field that is wrong."""
        new = self.building.data == NEW_BUILDING
        building = (self.new_building.data if new else self.building.data) or ""
        section, number = self.section.data or "", self.number.data or ""
        for field, code, parts in (
            ("new_building" if new else "building", "home.building", (building, "")),
            ("section", "home.section", (building, section)),
        ):
            try:
                home_number_from_columns(*parts, "101")
            except RuleBroken as broken:
                raise RuleBroken(code, field=field) from broken
        try:
            return home_number_from_columns(building, section, number)
        except RuleBroken as broken:
            raise RuleBroken(broken.code, **broken.facts, field="number") from broken


class BuildingForm(Form):
    """When a building was completed, and how high it is."""

    completed_on = fields.day(_l("竣工验收日期"))
    top_floor = fields.count(_l("最高层"), least=1, most=200)


class TermForm(Form):
    """WAR-4: a term of the quality guarantee book."""

    category = fields.select(_l("保修类别"))
    value = fields.count(_l("期限"), needed=True, least=1, most=99)
    unit = fields.choice(_l("年或月"), nouns.TERM_UNITS.items(), default="year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = [one for one in defaults().warranty.categories.values() if one.fixed is None]
        self.category.choices = [("", _("请选择")), *fields.labelled(counted)]


class VoidTermForm(Form):
    """Why it does not hold."""

    reason = fields.text(_l("作废原因"), 200, needed=True)


class EstateForm(Form):
    """What is known of an estate."""

    name = fields.text(_l("小区名称"), 60, needed=True)
    company = fields.text(_l("物业公司"), 80)
    developer = fields.text(_l("开发商"), 80)
    phone = fields.text(
        _l("服务中心电话"),
        20,
        render_kw={"inputmode": "tel", "autocomplete": "off"},
        description=_l("印在单据上"),
    )


class NewEstateForm(EstateForm):
    """A further estate; its code stays for good."""

    code = fields.text(
        _l("小区代码"),
        20,
        needed=True,
        description=_l("字母、数字和短横，定了不能改，例如 ST-1"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )


class BillingForm(Form):
    """How long a billing period is, from which day on."""

    months = fields.choice(
        _l("改为"),
        [(str(months), lazy_ngettext("%(num)s 个月", "%(num)s 个月", months)) for months in BILLING_MONTHS],
    )
    valid_from = fields.day(_l("生效日期"), needed=True, default=clock.today)


class MechanismForm(Form):
    """What the office calls its coordination of complaints, and how it goes (A-25)."""

    name = fields.text(_l("机制名称"), 40, needed=True, render_kw={"autocomplete": "off"})
    text = fields.note(_l("机制说明"), needed=True, longest=600, description=_l("显示在每件投诉的页面上"))


def _in_both_languages(code: str) -> Any:
    """The sentence of a reason of the roll, in the language of the page."""
    return lambda facts: word_broken(RuleBroken(code, **facts), "zh" if chinese() else "en")


word({code: _in_both_languages(code) for code in WORDINGS if code.startswith("roll.") and code not in WORDS})
word(
    {
        "term.category": _l("这一类不看日期，没有保修期可约定。"),
        "term.exists": _l("这一类已经有约定，要改请先作废原来的。"),
        "term.voided": _l("这一条已经作废，请刷新页面。"),
        "term.reason": _l("请写明作废原因，审计要看。"),
        "estate.code_form": _l("小区代码由字母、数字和中间的短横组成，最多 20 位，例如 ST-1。"),
        "estate.code_taken": _l("已经有小区用这个代码，请换一个。"),
        "estate.rule_past": _l("规则从今天或以后的日期起生效；过去的账单不改。"),
        "building.future": _l("竣工验收日期不能晚于今天。"),
        "building.handed_over": _l("这栋楼 %(day)s 已有房屋交付，竣工验收不会更晚。请核对日期。"),
        "home.building": _l("看不懂这个楼栋。请写成 3 或 3 栋。"),
        "home.section": _l("看不懂这个单元。请写成 1 或 1 单元；没有单元就留空。"),
        "home.known": _l("%(home)s 已经登记过了，不用再加。要改它的资料，请到这套房的卡片上更正。"),
        "home.owned": _l("这套房登记着业主，不能改成未售。业主登记错了，请先在住户登记里结束。"),
        "home.area": _l("面积要大于 0、不超过 %(most)s m²，请看看小数点。"),
        "home.future": _l("交付日期不能晚于今天。"),
        "home.before_completion": _l("这栋楼 %(day)s 才竣工验收，交付不会更早。请核对日期。"),
        "import.over": _l("这份文件放得太久，已经作废。请重新上传。"),
        "import.empty": _l("这份文件里没有可以导入的内容。请按原因改好后重新上传。"),
    }
)
