"""Free or paid: whether a repair falls under the warranty of the house (R-3, A-16, WAR-1 to WAR-9).

The terms are the office's data (``warranty.yaml``); the decision here is pure. It goes through the
steps of the data in their order, the first that applies decides, and every step that was looked at is
kept with its facts, so that the screen and the audit trail can say why.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pmweb.domain.bilingual import Choice
from pmweb.domain.deadlines import add_months


class Verdict(StrEnum):
    """What a repair is, and so in which register it stands (A-16)."""

    WARRANTY = "warranty"
    PAID = "paid"
    PUBLIC = "public"
    UTILITY = "utility"
    UNDECIDED = "undecided"


class TermUnit(StrEnum):
    """In what a warranty term is counted."""

    YEAR = "year"
    MONTH = "month"
    SEASON = "season"
    DESIGN_LIFE = "design_life"


class SeasonKind(StrEnum):
    """The system whose seasons count."""

    HEATING = "heating"
    COOLING = "cooling"


class StepId(StrEnum):
    """The steps of the decision, as the data name them."""

    FIXED = "fixed"
    EXCLUSION = "exclusion"
    CONTRACT_OVERRIDE = "contract_override"
    UNKNOWN_DATES = "unknown_dates"
    STATUTORY = "statutory"


@dataclass(frozen=True, slots=True)
class Term:
    """So many years, months or seasons, or the design life of the building (``value``: its usual years)."""

    unit: TermUnit
    value: int


@dataclass(frozen=True, slots=True)
class Season:
    """A yearly season by its first and last month and day; it may run over the turn of the year."""

    start: tuple[int, int]
    end: tuple[int, int]

    def full_season_after(self, day: date, count: int) -> date:
        """The last day of the n-th season that lies entirely after ``day``."""
        year = day.year if _on(day.year, self.start) > day else day.year + 1
        last_year = year + count - 1 + (self.end < self.start)
        return _on(last_year, self.end)


@dataclass(frozen=True, slots=True)
class Category:
    """A warranty category; a term of ``None`` gives nothing, a fixed verdict holds whatever the dates."""

    id: str
    name_zh: str
    name_en: str
    builder_term: Term | None
    developer_term: Term | None
    fixed: Verdict | None = None
    paid_by: str | None = None
    escalate: bool = False
    examples_zh: tuple[str, ...] = ()
    examples_en: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    note_en: str | None = None


@dataclass(frozen=True, slots=True)
class VerdictName:
    """What a verdict is called, and its register (``repair_register`` or ``paid_repair_register``)."""

    id: str
    name_zh: str
    name_en: str
    form: str


@dataclass(frozen=True, slots=True)
class StepText:
    """A step of the decision and its explanation in both languages."""

    id: str
    rule_zh: str
    rule_en: str


@dataclass(frozen=True, slots=True, eq=False)
class WarrantyRules:
    """The warranty terms of the office, as they were loaded."""

    categories: Mapping[str, Category]
    exclusions: Mapping[str, Choice]
    verdicts: Mapping[str, VerdictName]
    steps: Mapping[str, StepText]
    seasons: Mapping[SeasonKind, Season]
    alert_days_before_expiry: int


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was looked at: whether it decided, and on which facts."""

    id: StepId
    decided: bool
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WarrantyDecision:
    """The verdict, the last day of the warranty if there is one, and every step up to the one that decided.

    The warranty counts on ``ends_on`` itself still. It is ``None`` where no date matters (a fixed verdict, an
    exclusion) or where it cannot be known (``undecided``).
    """

    verdict: Verdict
    ends_on: date | None
    steps: tuple[Step, ...]

    @property
    def decided_by(self) -> StepId:
        """The step that decided."""
        return self.steps[-1].id


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a repair when the decision is asked for.

    ``completed_on`` is the day on which the building passed its completion acceptance (竣工验收合格日),
    ``handed_over_on`` the day on which the home was handed to its first buyer (交付日). ``exclusion`` is
    the id of a cause from the list. ``agreed`` is a term that the sales contract or the quality
    guarantee book promises, counted from the hand-over (WAR-4). ``season`` says whether the heating or
    the cooling is concerned; without it the later end counts. ``design_life_years`` is what the design
    of the building says, if it is known.
    """

    category: str
    reported_on: date
    completed_on: date | None
    handed_over_on: date | None
    exclusion: str | None = None
    agreed: Term | None = None
    season: SeasonKind | None = None
    design_life_years: int | None = None


def decide(rules: WarrantyRules, case: Case) -> WarrantyDecision:
    """Decide whether the repair is free (A-16), step by step in the order of the data.

    ``KeyError`` for a category or an exclusion that the rules do not have.
    """
    category = rules.categories[case.category]
    passed: list[Step] = []

    def done(
        step: StepId, verdict: Verdict, ends_on: date | None = None, **facts: object
    ) -> WarrantyDecision:
        return WarrantyDecision(verdict, ends_on, (*passed, Step(step, decided=True, facts=facts)))

    if category.fixed is not None:
        return done(StepId.FIXED, category.fixed, category=category.id, paid_by=category.paid_by)
    passed.append(Step(StepId.FIXED, decided=False, facts={"category": category.id}))

    if case.exclusion is not None:
        return done(StepId.EXCLUSION, Verdict.PAID, exclusion=rules.exclusions[case.exclusion].id)
    passed.append(Step(StepId.EXCLUSION, decided=False, facts={}))

    ends = _Ends.of(rules, category, case)
    agreed_facts = {"agreed_ends_on": ends.agreed, "statutory_ends_on": ends.statutory}
    if ends.agreed is not None and ends.agreed_decides(case.reported_on):
        verdict = Verdict.WARRANTY if case.reported_on <= ends.agreed else Verdict.PAID
        return done(
            StepId.CONTRACT_OVERRIDE, verdict, ends.agreed, reported_on=case.reported_on, **agreed_facts
        )
    passed.append(Step(StepId.CONTRACT_OVERRIDE, decided=False, facts=agreed_facts if case.agreed else {}))

    if ends.missing:
        return done(StepId.UNKNOWN_DATES, Verdict.UNDECIDED, missing=ends.missing)
    passed.append(Step(StepId.UNKNOWN_DATES, decided=False, facts={}))

    free = ends.statutory is not None and case.reported_on <= ends.statutory
    return done(
        StepId.STATUTORY,
        Verdict.WARRANTY if free else Verdict.PAID,
        ends.statutory,
        reported_on=case.reported_on,
        builder_ends_on=ends.builder,
        developer_ends_on=ends.developer,
    )


@dataclass(frozen=True, slots=True)
class _Ends:
    """The last days by each term, and the dates that are needed and not known."""

    builder: date | None
    developer: date | None
    agreed: date | None
    missing: tuple[str, ...]

    @classmethod
    def of(cls, rules: WarrantyRules, category: Category, case: Case) -> _Ends:
        """Count every term from its day."""
        needed = {
            "completed_on": (case.completed_on, (category.builder_term,)),
            "handed_over_on": (case.handed_over_on, (category.developer_term, case.agreed)),
        }
        return cls(
            builder=term_ends_on(rules, category.builder_term, case.completed_on, case),
            developer=term_ends_on(rules, category.developer_term, case.handed_over_on, case),
            agreed=term_ends_on(rules, case.agreed, case.handed_over_on, case),
            missing=tuple(name for name, (day, terms) in needed.items() if day is None and any(terms)),
        )

    @property
    def statutory(self) -> date | None:
        """The later of the two statutory ends; ``None`` without a term or while a needed date is missing."""
        if self.missing:
            return None
        return max((end for end in (self.builder, self.developer) if end), default=None)

    def agreed_decides(self, reported_on: date) -> bool:
        """Whether the agreed term is the longer one, or long enough whatever the missing date may be."""
        if self.agreed is None:
            return False
        if self.missing:
            return reported_on <= self.agreed
        return self.statutory is None or self.agreed > self.statutory


def term_ends_on(rules: WarrantyRules, term: Term | None, start: date | None, case: Case) -> date | None:
    """The last day of a term that starts on ``start`` (TIM-1); ``None`` without a term or a start.

    A season counts only if it lies entirely after the start; if the case does not say which system is
    concerned, the later of the heating and the cooling seasons counts.
    """
    if term is None or start is None:
        return None
    match term.unit:
        case TermUnit.YEAR:
            return add_months(start, 12 * term.value)
        case TermUnit.MONTH:
            return add_months(start, term.value)
        case TermUnit.DESIGN_LIFE:
            return add_months(start, 12 * (case.design_life_years or term.value))
        case TermUnit.SEASON:
            kinds = [case.season] if case.season else list(SeasonKind)
            return max(rules.seasons[kind].full_season_after(start, term.value) for kind in kinds)


def _on(year: int, month_day: tuple[int, int]) -> date:
    """A month and day in a year; 29 February is the last of February in other years."""
    month, day = month_day
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
