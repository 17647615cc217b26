"""R-3: free, paid, the public's or the utility's – by what is broken, whose part it is and the days of the house.

Pure: the rules and the days are arguments. The explanation is the decision itself (``domain.warranty``), step by step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from pmweb.blueprints.repairs.rules import Part, Responsible
from pmweb.domain.deadlines import add_months
from pmweb.domain.warranty import Case, Term, Verdict, WarrantyDecision, WarrantyRules, decide

COMMON_PART = "public_part"
"""The warranty category of what belongs to everybody (WAR-8)."""

OWED_BY: Mapping[Verdict, Responsible] = {
    Verdict.WARRANTY: Responsible.DEVELOPER,
    Verdict.PAID: Responsible.RESIDENT,
    Verdict.PUBLIC: Responsible.OFFICE,
    Verdict.UTILITY: Responsible.UTILITY,
    Verdict.UNDECIDED: Responsible.OFFICE,
}
"""Who sees to the repair; what is not decided yet stays with the office."""


WORK_HOLDS_MONTHS = 3
"""Ours: so long the office stands for work that a resident has paid for."""


@dataclass(frozen=True, slots=True)
class Former:
    """Work that was paid for: the repair, its number and the day on which it was done."""

    repair_id: int
    number: str
    done_on: date

    @property
    def holds_until(self) -> date:
        """The last day on which the same is put right without charge (X-6, T-4)."""
        return add_months(self.done_on, WORK_HOLDS_MONTHS)


def stands_for(facts: Facts, former: Former) -> bool:
    """X-6: whether the office puts it right without charge, because its own paid work has not held.

    Not where somebody caused it (``exclusion``).
    """
    return facts.exclusion is None and former.done_on <= facts.reported_on <= former.holds_until


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision is made from. ``warranty`` is the warranty category of what is broken.

    ``agreed`` is what the quality guarantee book of the building promises for it (WAR-4), ``former`` the paid work at
    the same home and thing whose own warranty decides (X-6).
    """

    warranty: str
    part: Part
    reported_on: date
    completed_on: date | None
    handed_over_on: date | None
    exclusion: str | None = None
    agreed: Term | None = None
    former: Former | None = None


def category_of(rules: WarrantyRules, facts: Facts) -> str:
    """The warranty category that decides: a common part is everybody's, but for what a utility owns (WAR-8)."""
    fixed = rules.categories[facts.warranty].fixed
    everybodys = facts.part is Part.COMMON and fixed in (None, Verdict.PAID)
    return COMMON_PART if everybodys else facts.warranty


def judge(rules: WarrantyRules, facts: Facts) -> WarrantyDecision:
    """Decide (A-16). A common part is never charged to the home that reports it (WAR-8).

    What would be paid is free while the office stands for its former work (X-6). KeyError for a category or an
    exclusion that the rules do not have.
    """
    category = category_of(rules, facts)
    decision = decide(
        rules,
        Case(
            category=category,
            reported_on=facts.reported_on,
            completed_on=facts.completed_on,
            handed_over_on=facts.handed_over_on,
            exclusion=facts.exclusion,
            agreed=None if category == COMMON_PART else facts.agreed,
        ),
    )
    if facts.former is None or decision.verdict is not Verdict.PAID or not stands_for(facts, facts.former):
        return decision
    return replace(decision, verdict=Verdict.WARRANTY, ends_on=facts.former.holds_until)


def owed_by(facts: Facts, verdict: Verdict) -> Responsible:
    """Who sees to the repair: the office itself where it stands for its former work."""
    return Responsible.OFFICE if facts.former and verdict is Verdict.WARRANTY else OWED_BY[verdict]


def is_paid(rules: WarrantyRules, verdict: Verdict) -> bool:
    """Whether it goes into the register of paid repairs (YC), not into the repair register (BX)."""
    return rules.verdicts[verdict].form == "paid_repair_register"
