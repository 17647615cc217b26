"""The decision about the warranty in words: what it is, until when, and the arithmetic behind it (R-3, A-16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb import clock
from pmweb.blueprints.repairs.forms import DecideForm
from pmweb.blueprints.repairs.judging import WORK_HOLDS_MONTHS, Facts, Former, category_of
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.intake import agreed_term, former_of, judged
from pmweb.blueprints.repairs.rules import may_decide
from pmweb.data import defaults
from pmweb.domain.deadlines import end_of
from pmweb.domain.permissions import Permission
from pmweb.domain.warranty import StepId, Term, TermUnit, Verdict, WarrantyDecision
from pmweb.models.journal import JournalEntry
from pmweb.web import cards
from pmweb.web.access import allowed
from pmweb.web.filters import day, listed, named
from pmweb.web.signing import locale

TONES = {Verdict.WARRANTY: "ok", Verdict.PAID: "wait", Verdict.UNDECIDED: "bad"}

WHATEVER_THE_DAY = {
    Verdict.PUBLIC: _l("属于公共部位，不向报修的住户收费，不看日期。"),
    Verdict.UTILITY: _l("由供水、供电、供气或供热单位负责，我们代为联系，不看日期。"),
    Verdict.PAID: _l("是住户自己的物品，不在房屋保修范围内，不看日期。"),
    Verdict.WARRANTY: _l("交房时应当交付的资料和物品，由开发商补齐，不看日期。"),
}
"""What a category says that has its verdict whatever the day."""


@dataclass(frozen=True)
class Told:
    """The verdict for the page: its name, its colour, and why, in sentences."""

    name: str
    tone: str
    why: list[str]


def told(facts: Facts) -> Told:
    """The decision from these facts."""
    decision = judged(facts)
    rules = defaults().warranty
    return Told(
        named(rules.verdicts[decision.verdict]),
        TONES.get(decision.verdict, ""),
        [sentence for sentence in _why(facts, decision) if sentence],
    )


def told_of(repair: Repair) -> Told:
    """The decision that stands on a repair, explained from the days of then (T-6)."""
    category = defaults().repairs.categories[repair.category or "other"]
    on = clock.local(repair.registered_at).date()
    facts = Facts(
        category.warranty,
        repair.part,
        on,
        repair.completed_on,
        repair.handed_over_on,
        repair.exclusion or None,
        agreed_term(repair.home, category.warranty, end_of(on, clock.zone())) if repair.home else None,
        former_of(repair),
    )
    said = told(facts)
    if repair.verdict is None or judged(facts).verdict is repair.verdict:
        return said
    return Told(named(defaults().warranty.verdicts[repair.verdict]), TONES.get(repair.verdict, ""), [])


def deciding(repair: Repair, entries: Iterable[JournalEntry], refused: DecideForm | None) -> dict[str, Any]:
    """What the card of the verdict shows beside it: who changed it last, and the form for who may change it.

    The form stands open where nothing is decided yet, or when it was asked for (``?judge=1``).
    """
    may = repair.verdict is not None and may_decide(repair.state) and allowed(Permission.REPAIRS_DISPATCH)
    asked = "judge" in request.args or repair.verdict is Verdict.UNDECIDED
    form = refused if may else None
    if may and asked and form is None:
        form = DecideForm(formdata=None)
    changed = next((cards.told(entry) for entry in entries if entry.event == "repair.decided"), None)
    return {"may_decide": may, "decide": form, "refused": refused, "decided": changed}


def _why(facts: Facts, decision: WarrantyDecision) -> list[str]:
    rules = defaults().warranty
    category = rules.categories[category_of(rules, facts)]
    step, said = decision.steps[-1], rules.steps[decision.decided_by]
    lines = [_("类别：%(name)s", name=named(category))]
    if facts.former is not None and decision.ends_on == facts.former.holds_until:
        return [*lines, *_former(facts.reported_on, facts.former)]
    match step.id:
        case StepId.FIXED:
            return [*lines, str(WHATEVER_THE_DAY[decision.verdict])]
        case StepId.EXCLUSION:
            lines.append(_("原因：%(name)s", name=named(rules.exclusions[str(step.facts["exclusion"])])))
        case StepId.UNKNOWN_DATES:
            missing = {"completed_on": _("楼栋的竣工日期"), "handed_over_on": _("房屋的交付日期")}
            names: Any = step.facts["missing"]
            lines.append(_("缺：%(names)s", names=listed(missing[name] for name in names)))
        case StepId.CONTRACT_OVERRIDE:
            lines += [
                _end(_("交付"), facts.handed_over_on, facts.agreed, step.facts["agreed_ends_on"]),
                _ends(facts.reported_on, decision),
            ]
        case StepId.STATUTORY:
            lines += [
                _end(_("竣工"), facts.completed_on, category.builder_term, step.facts["builder_ends_on"]),
                _end(
                    _("交付"), facts.handed_over_on, category.developer_term, step.facts["developer_ends_on"]
                ),
                _ends(facts.reported_on, decision),
            ]
    lines.append(said.rule_en if locale() == "en" else said.rule_zh)
    return lines


def _former(on: date, former: Former) -> list[str]:
    """X-6: ``YC-2026-000001 完工 2026-11-29 + 3 个月 = 2027-02-28``, and what follows from it."""
    done = _("%(number)s 完工", number=former.number)
    term = Term(TermUnit.MONTH, WORK_HOLDS_MONTHS)
    words = {"on": day(on), "end": day(former.holds_until)}
    return [
        _end(done, former.done_on, term, former.holds_until),
        _("报修 %(on)s，不晚于 %(end)s", **words),
        _("上次付费维修还在维修保修期内，再修不收费。"),
    ]


def _end(event: str, start: date | None, term: Term | None, ends: Any) -> str:
    """``竣工 2024-05-01 + 5 年 = 2029-05-01``."""
    if start is None or term is None:
        return ""
    return _("%(event)s %(start)s + %(term)s = %(end)s", event=event, start=start, term=_term(term), end=ends)


def _ends(reported_on: date, decision: WarrantyDecision) -> str:
    if decision.ends_on is None:
        return _("这一类没有保修期")
    words = {"on": day(reported_on), "end": day(decision.ends_on)}
    if decision.verdict is Verdict.WARRANTY:
        return _("取较晚的一天 %(end)s；报修 %(on)s，在保修期内", **words)
    return _("取较晚的一天 %(end)s；报修 %(on)s，已过保修期", **words)


def _term(term: Term) -> str:
    match term.unit:
        case TermUnit.MONTH:
            return _("%(n)s 个月", n=term.value)
        case TermUnit.SEASON:
            return _("%(n)s 个供暖期或供冷期", n=term.value)
    return _("%(n)s 年", n=term.value)
