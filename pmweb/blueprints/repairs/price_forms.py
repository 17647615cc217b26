"""What is asked about prices: the price list, the lines of an estimate or a bill, who agreed on the phone (X-6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import Field

from pmweb.blueprints.repairs.rules import MOST_LINES, Line, LineKind
from pmweb.data import defaults
from pmweb.domain.bilingual import Choice
from pmweb.domain.id_numbers import mask_name, mask_phone
from pmweb.domain.money import Money
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.filters import named

KIND_WORDS = {
    LineKind.SERVICE: _l("服务"),
    LineKind.LABOUR: _l("人工"),
    LineKind.MATERIAL: _l("材料"),
}
OTHER = "other"
SHOWN = 3
"""So many lines are on the page from the beginning; the others are unfolded."""


def unit_word(unit: Choice) -> str:
    """The unit of a price as the unit of a line: ``元/次`` is reckoned in ``次``."""
    if unit.id == "quoted":
        return _("项")
    return named(unit).removeprefix("元/").removeprefix("CNY per ")


class Row(NamedTuple):
    """The fields of one line on the page."""

    number: int
    kind: Any
    name: Field
    unit: Field
    quantity: Field
    price: Field

    @property
    def blank(self) -> bool:
        """Whether nothing was written into it."""
        return not (self.name.data or self.quantity.data is not None or self.price.data is not None)

    @property
    def counts(self) -> bool:
        """Whether it is a line: something is written, and there is some of it."""
        return not self.blank and self.quantity.data != 0

    def line(self) -> Line:
        """What it says."""
        return Line(
            LineKind(self.kind.data),
            self.name.data,
            self.unit.data or "",
            self.quantity.data,
            Money.from_yuan(self.price.data),
        )


class LinesForm(Form):
    """Up to ``MOST_LINES`` lines; blank ones, and those of which there is nothing, are left out (X-6, FM-09)."""

    def __init__(self, *args: Any, lines: Sequence[Line] = (), **kwargs: Any) -> None:
        """``lines`` are what the page shows first."""
        super().__init__(*args, data=_prefilled(lines), **kwargs)

    def offer(self, kinds: Sequence[LineKind]) -> None:
        """The kinds of line that fit here; a line that says none is of the last."""
        for row in self.rows():
            row.kind.choices = [(kind.value, KIND_WORDS[kind]) for kind in kinds]
            row.kind.data = row.kind.data or kinds[-1].value

    def rows(self) -> list[Row]:
        """The lines of the page."""
        return [
            Row(n, *(self[f"{name}_{n}"] for name in ("kind", "name", "unit", "quantity", "price")))
            for n in range(1, MOST_LINES + 1)
        ]

    def open_rows(self) -> list[Row]:
        """Those that are shown at once: the first, and as far as something is written or wrong."""
        rows = self.rows()
        last = max((row.number for row in rows if not row.blank or _wrong(row)), default=0)
        return rows[: min(max(SHOWN, last + 1), MOST_LINES)]

    def said(self) -> list[Line]:
        """The lines that count, in their order."""
        return [row.line() for row in self.rows() if row.counts]

    def validate(self, extra_validators: Any = None) -> bool:
        """A line that counts says what, how much and at which price."""
        for row in self.rows():
            if row.counts:
                self.need(row.name.name, row.quantity.name, row.price.name)
        return bool(super().validate(extra_validators))


for _n in range(1, MOST_LINES + 1):
    setattr(LinesForm, f"kind_{_n}", fields.select(_l("种类"), needed=None))
    setattr(LinesForm, f"name_{_n}", fields.text(_l("名称"), 60, needed=None))
    setattr(LinesForm, f"unit_{_n}", fields.text(lazy_pgettext("measure", "单位"), 20, needed=None))
    setattr(LinesForm, f"quantity_{_n}", fields.number(_l("数量"), needed=None))
    setattr(LinesForm, f"price_{_n}", fields.number(_l("单价"), needed=None, places=2))


def _prefilled(lines: Sequence[Line]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for n, line in enumerate(lines, 1):
        data |= {f"kind_{n}": line.kind.value, f"name_{n}": line.name, f"unit_{n}": line.unit}
        data |= {f"quantity_{n}": _plain(line.quantity), f"price_{n}": line.unit_price.yuan}
    return data


def _plain(quantity: Decimal) -> Decimal:
    """Without needless zeros: ``1``, ``1.5``, and ``30`` not as ``3E+1``."""
    return Decimal(f"{quantity.normalize():f}")


def _wrong(row: Row) -> bool:
    return any(field.errors for field in row[1:])


class ConsentForm(Form):
    """The resident agreed on the phone: who, on which number, when (X-6)."""

    who = fields.choice(_l("谁同意的"), coerce=str)
    person_name = fields.text(_l("姓名"), 40, needed=None)
    phone = fields.mobile(_l("拨打的号码"), needed=None)
    called_at = fields.moment(_l("通话时间"), description=_l("不填就是现在"))
    note = fields.text(_l("说明"), 200)

    def offer(self, people: Sequence[Any]) -> None:
        """Who of the home can be rung up, with the number on record; or somebody else."""
        self.people = {str(who.person_id): who for who in people if who.mobile}
        known = [
            (key, f"{mask_name(who.name, company=who.company)} · {mask_phone(who.mobile)}")
            for key, who in self.people.items()
        ]
        self.who.choices = [*known, (OTHER, _("其他人，或别的号码"))]
        self.who.data = self.who.data or self.who.choices[0][0]

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody who is not on record gives name and number."""
        if self.who.data == OTHER:
            self.need("person_name", "phone")
        return bool(super().validate(extra_validators))

    def said(self) -> tuple[str, str]:
        """Name and number."""
        known = self.people.get(self.who.data)
        return (known.name, known.mobile) if known else (self.person_name.data or "", self.phone.data or "")


class PriceForm(Form):
    """A line of the list of paid services (FEE-2, FM-33)."""

    category = fields.select(_l("维修项目"))
    unit_price = fields.number(_l("单价"), needed=True, places=2)
    valid_from = fields.day(_l("从哪天起"), needed=True)
    basis = fields.text(_l("定价依据"), 200, needed=True, description=_l("价目文件名称、文号，或合同条款"))

    def offer(self) -> None:
        """The categories by trade with the unit of their price; what is quoted on site has none."""
        data = defaults().repairs
        groups: dict[str, list[tuple[str, str]]] = {"": [("", _("请选择"))]}
        for category in data.categories.values():
            if category.price_unit != "quoted":
                unit = named(data.price_units[category.price_unit])
                groups.setdefault(named(data.trades[category.trade]), []).append(
                    (category.id, f"{named(category)} · {unit}")
                )
        self.category.choices = groups


class VoidPriceForm(Form):
    """Why a price does not hold."""

    reason = fields.text(_l("作废原因"), 200, needed=True)
