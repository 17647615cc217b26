"""Fee items with their formulas, the custody discount and the small lists of the cash desk (FEE-1 to FEE-15).

Prices in the file are examples of the form, never facts: the office charges by its own published price list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pmweb.data.reading import Entry, choices, table
from pmweb.domain.bilingual import Choice
from pmweb.domain.formula import Formula


class FeeKind(StrEnum):
    """Whose money it is: the office's, a supplier's, the payer's own, the owners', or damages."""

    OWN = "own"
    AGENCY = "agency"
    DEPOSIT = "deposit"
    PUBLIC = "public"
    PENALTY = "penalty"


class FeePeriod(StrEnum):
    """How often an item is charged."""

    MONTH = "month"
    SEASON = "season"
    METER_READING = "meter_reading"
    CONTRACT = "contract"
    ONCE = "once"


class Payer(StrEnum):
    """Who pays an item unless the register says otherwise (FEE-7)."""

    OWNER = "owner"
    RESIDENT = "resident"
    VISITOR = "visitor"
    CONTRACTOR = "contractor"
    THIRD_PARTY = "third_party"


class LimitBasis(StrEnum):
    """From where the custody limits count: the whole agreement or each month (A-3)."""

    AGREEMENT = "agreement"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class FeeItem:
    """Something that may be charged, with its unit and its formula; ``example_price`` is in yuan per unit."""

    id: str
    kind: FeeKind
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    formula: Formula
    example_price: Decimal | None
    period: FeePeriod
    custody_discount: bool
    payer: Payer
    enabled: bool
    note_en: str | None


@dataclass(frozen=True, slots=True)
class CustodyDiscount:
    """The 70 % of H-3: factor, limits that still count (A-2, A-3) and the items that it lowers (A-4)."""

    id: str
    name_zh: str
    name_en: str
    factor: Decimal
    applies_to: tuple[str, ...]
    water_limit_m3: Decimal
    electricity_limit_kwh: Decimal
    limit_basis: LimitBasis

    def within(self, water_m3: Decimal, electricity_kwh: Decimal) -> bool:
        """Whether the consumption keeps the discount; the limit itself still counts (A-3)."""
        return water_m3 <= self.water_limit_m3 and electricity_kwh <= self.electricity_limit_kwh


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of the public account; a public one concerns income that belongs to the owners (FEE-8)."""

    id: str
    name_zh: str
    name_en: str
    public: bool


@dataclass(frozen=True, slots=True, eq=False)
class FeeRules:
    """All of it; every table goes by id and keeps the order of the file."""

    items: Mapping[str, FeeItem]
    variables: Mapping[str, Choice]
    custody: CustodyDiscount
    receipt_kinds: Mapping[str, Choice]
    payment_methods: Mapping[str, Choice]
    price_notice_fields: tuple[str, ...]
    income_lines: Mapping[str, StatementLine]
    expenditure_lines: Mapping[str, StatementLine]


def read_fees(top: Entry) -> FeeRules:
    """Build the rules; ``BrokenData`` where a formula is no arithmetic or a row names what does not exist."""
    top.knows(
        *("schema_version", "kind", "currency", "rounding", "variables", "discounts", "items"),
        *("price_notice_fields", "receipt_kinds", "payment_methods", "statement_lines"),
    )
    top["currency"].among(["CNY"])
    rounding = top["rounding"]
    rounding["mode"].among(["half_up"])
    if rounding["places"].whole() != 2:
        rounding["places"].fail("amounts are rounded to 2 places, which is the fen")
    variables = {name: _variable(name, entry) for name, entry in top["variables"].fields().items()}
    items = table(top["items"].rows(), lambda row: _item(row, variables))
    statement = top["statement_lines"]
    statement.knows("income", "expenditure")
    return FeeRules(
        items=items,
        variables=variables,
        custody=_custody(top["discounts"], items),
        receipt_kinds=choices(top["receipt_kinds"]),
        payment_methods=choices(top["payment_methods"]),
        price_notice_fields=top["price_notice_fields"].texts(),
        income_lines=table(statement["income"].rows(), _line),
        expenditure_lines=table(statement["expenditure"].rows(), _line),
    )


def _variable(name: str, entry: Entry) -> Choice:
    entry.knows("name_zh", "name_en")
    return Choice(name, entry["name_zh"].text(), entry["name_en"].text())


def _item(row: Entry, variables: Collection[str]) -> FeeItem:
    row.knows(*FeeItem.__dataclass_fields__)
    price, enabled, note = row.get("example_price"), row.get("enabled"), row.get("note_en")
    return FeeItem(
        id=row["id"].text(),
        kind=FeeKind(row["kind"].among(list(FeeKind))),
        name_zh=row["name_zh"].text(),
        name_en=row["name_en"].text(),
        unit_zh=row["unit_zh"].text(),
        unit_en=row["unit_en"].text(),
        formula=row["formula"].made(lambda text: Formula.read(text, variables)),
        example_price=price.exact() if price else None,
        period=FeePeriod(row["period"].among(list(FeePeriod))),
        custody_discount=row["custody_discount"].flag(),
        payer=Payer(row["payer"].among(list(Payer))),
        enabled=enabled.flag() if enabled else True,
        note_en=note.text() if note else None,
    )


def _custody(entry: Entry, items: Mapping[str, FeeItem]) -> CustodyDiscount:
    """The one discount that the procedure knows, whose items must be marked as open to it."""
    rows = entry.rows()
    if len(rows) != 1 or rows[0]["id"].text() != "custody":
        entry.fail("the discounts must hold the row custody and no other")
    row = rows[0]
    row.knows(
        *("id", "name_zh", "name_en", "factor", "applies_to", "conditions"),
        *("start", "end_when_exceeded", "origin"),
    )
    row["start"].among(["first_day_of_next_month"])
    row["end_when_exceeded"].among(["first_day_of_month_of_reading"])
    conditions = row["conditions"]
    conditions.knows("water_limit_m3", "electricity_limit_kwh", "limit_basis", "comparison")
    conditions["comparison"].among(["<="])
    factor = row["factor"].exact()
    if not 0 < factor <= 1:
        row["factor"].fail(f"the factor must be above 0 and at most 1, not {factor}")
    for applied in row["applies_to"].rows():
        if not items[applied.among(items)].custody_discount:
            applied.fail(f"the item {applied.text()} is not marked with custody_discount")
    return CustodyDiscount(
        id=row["id"].text(),
        name_zh=row["name_zh"].text(),
        name_en=row["name_en"].text(),
        factor=factor,
        applies_to=row["applies_to"].texts(),
        water_limit_m3=conditions["water_limit_m3"].exact(),
        electricity_limit_kwh=conditions["electricity_limit_kwh"].exact(),
        limit_basis=LimitBasis(conditions["limit_basis"].among(list(LimitBasis))),
    )


def _line(row: Entry) -> StatementLine:
    row.knows("id", "name_zh", "name_en", "public")
    public = row.get("public")
    return StatementLine(
        row["id"].text(), row["name_zh"].text(), row["name_en"].text(), public.flag() if public else False
    )
