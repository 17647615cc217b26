"""The warranty terms of the house (WAR-1 to WAR-9), as ``pmweb.domain.warranty`` needs them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pmweb.data.reading import Entry, choices, table
from pmweb.domain.warranty import (
    Category,
    Season,
    SeasonKind,
    StepId,
    StepText,
    Term,
    TermUnit,
    Verdict,
    VerdictName,
    WarrantyRules,
)

_REGISTERS = ("repair_register", "paid_repair_register")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_warranty(top: Entry) -> WarrantyRules:
    """Build the terms; ``BrokenData`` where a step, a verdict or a term is not what the decision knows."""
    top.knows(
        *("schema_version", "kind", "timezone", "parameters", "decision"),
        *("categories", "exclusions", "decisions"),
    )
    parameters = top["parameters"]
    parameters.knows(
        *("design_life_years_default", "heating_season", "cooling_season", "grace_days_before_expiry_alert")
    )
    design_life = parameters["design_life_years_default"].whole(least=1)
    verdicts = table(top["decisions"].rows(), _verdict)
    if set(verdicts) != set(Verdict):
        top["decisions"].fail(f"the decisions must be {', '.join(Verdict)}")
    return WarrantyRules(
        categories=table(top["categories"].rows(), lambda row: _category(row, design_life)),
        exclusions=choices(top["exclusions"]),
        verdicts=verdicts,
        steps=_steps(top["decision"]),
        seasons=MappingProxyType(
            {
                SeasonKind.HEATING: _season(parameters["heating_season"]),
                SeasonKind.COOLING: _season(parameters["cooling_season"]),
            }
        ),
        alert_days_before_expiry=parameters["grace_days_before_expiry_alert"].whole(),
    )


def _category(row: Entry, design_life: int) -> Category:
    row.knows(
        *("id", "name_zh", "name_en", "examples_zh", "examples_en", "builder_term", "developer_term"),
        *("source", "escalate", "note_en", "fixed_decision", "paid_by"),
    )
    fixed, paid_by, note, escalate = (
        row.get(key) for key in ("fixed_decision", "paid_by", "note_en", "escalate")
    )
    return Category(
        id=row["id"].text(),
        name_zh=row["name_zh"].text(),
        name_en=row["name_en"].text(),
        builder_term=_term(row["builder_term"], design_life),
        developer_term=_term(row["developer_term"], design_life),
        fixed=Verdict(fixed.among(list(Verdict))) if fixed else None,
        paid_by=paid_by.text() if paid_by else None,
        escalate=escalate.flag() if escalate else False,
        examples_zh=row["examples_zh"].texts(),
        examples_en=row["examples_en"].texts(),
        source=row["source"].texts(),
        note_en=note.text() if note else None,
    )


def _term(entry: Entry, design_life: int) -> Term | None:
    if entry.is_null():
        return None
    entry.knows("unit", "value")
    term = Term(TermUnit(entry["unit"].among(list(TermUnit))), entry["value"].whole(least=1))
    if term.unit is TermUnit.DESIGN_LIFE and term.value != design_life:
        entry["value"].fail(f"the design life must be the {design_life} years of design_life_years_default")
    return term


def _season(entry: Entry) -> Season:
    entry.knows("start", "end")
    return Season(entry["start"].made(_month_day), entry["end"].made(_month_day))


def _month_day(text: str) -> tuple[int, int]:
    month, dash, day = text.partition("-")
    if not (dash and month.isdecimal() and day.isdecimal() and 1 <= int(month) <= 12):
        raise ValueError(f'"{text}" is no month and day such as 11-15')
    if not 1 <= int(day) <= _DAYS[int(month) - 1]:
        raise ValueError(f'"{text}" is a day that the month does not have')
    return int(month), int(day)


def _verdict(row: Entry) -> VerdictName:
    row.knows("id", "name_zh", "name_en", "form")
    return VerdictName(
        row["id"].text(), row["name_zh"].text(), row["name_en"].text(), row["form"].among(_REGISTERS)
    )


def _steps(entry: Entry) -> Mapping[str, StepText]:
    """The explanations of the steps, which must be the steps of the decision in their order."""
    entry.knows("steps", "season_rule_en", "season_rule_zh", "repaired_part_note_en")
    steps = table(entry["steps"].rows(), _step)
    if list(steps) != list(StepId):
        entry["steps"].fail(f"the steps must be {', '.join(StepId)}, in this order")
    return steps


def _step(row: Entry) -> StepText:
    row.knows("id", "rule_zh", "rule_en")
    return StepText(row["id"].text(), row["rule_zh"].text(), row["rule_en"].text())
