"""What is asked before a price is set or a charge is voided, and the filters of the register."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.fees.rules import ChargeState
from pmweb.data.fees import FeeItem
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.filters import chinese, named

STATE_WORDS = {
    ChargeState.OPEN: _l("未付"),
    ChargeState.PAID: _l("已付"),
    ChargeState.VOID: _l("已作废"),
}
TONES = {ChargeState.OPEN: "wait", ChargeState.PAID: "ok", ChargeState.VOID: "plain"}


def unit_words(item: FeeItem) -> str:
    """The unit of an item in the reader's language."""
    return item.unit_zh if chinese() else item.unit_en


class FilterForm(Form):
    """What the register is narrowed down to."""

    class Meta:
        csrf = False

    q = fields.text(_l("房号或单号"))
    item = fields.select(_l("费目"), needed=False)


class TariffForm(Form):
    """A line of the price list (FEE-2, A-30)."""

    item = fields.select(_l("费目"))
    unit_price = fields.number(_l("单价"), needed=True, places=3)
    valid_from = fields.day(_l("从哪天起"), needed=True)
    basis = fields.text(_l("收费依据"), 200, needed=True, description=_l("合同条款，或批准文件名称"))
    document_no = fields.text(_l("文号"), 60)

    def offer(self, items: list[FeeItem]) -> None:
        """The items with the unit of their price."""
        self.item.choices = [(item.id, f"{named(item)} · {unit_words(item)}") for item in items]


class VoidForm(Form):
    """Why it does not hold."""

    reason = fields.text(_l("作废原因"), 200, needed=True)
