"""Levels, deadlines, reminders, faults and states of a complaint, and the office's departments (P-1 to P-24)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pmweb.data.moves import read_moves
from pmweb.data.reading import Entry, choices, table
from pmweb.domain.bilingual import Choice
from pmweb.domain.workflow import Workflow

RECIPIENTS = ("responsible_department", "department_supervisor", "office_manager")
NOTIFIED = ("responsible_person", "department_supervisor", "office_manager")


@dataclass(frozen=True, slots=True)
class Deadline:
    """One promise of a level: so many hours or days from the reception, or the same day (T-1 to T-3).

    ``unit`` is ``hour``, ``day`` or ``same_day``. ``resident_may_set`` says that the resident's own deadline
    replaces it (P-16).
    """

    id: str
    name_zh: str
    name_en: str
    value: int
    unit: str
    origin: str
    resident_may_set: bool


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """How grave a complaint is; the first of the file is the gravest (P-14 to P-16)."""

    id: str
    name_zh: str
    name_en: str
    criteria: Choice
    examples: tuple[Choice, ...]
    escalate_to: str
    deadlines: Mapping[str, Deadline]


@dataclass(frozen=True, slots=True)
class Reminder:
    """Who is told when so much of the time to a deadline has passed."""

    at_percent: int
    notify: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Whose fault it is, and the steps that follow from it (P-8, P-9, P-10)."""

    id: str
    name_zh: str
    name_en: str
    steps: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """What a complaint is about, and the department that it concerns unless somebody says otherwise (P-18)."""

    id: str
    name_zh: str
    name_en: str
    department: str


@dataclass(frozen=True, slots=True, eq=False)
class ComplaintRules:
    """All of it; every table goes by id and keeps the order of the file.

    ``moves`` is the table of the file by the ids of ``states``. ``first_contact_minutes`` is the office's own target
    for P-19. ``principles`` (P-1), ``bases`` (P-2) and ``attitudes`` (P-3) are words to choose from and to be reminded
    of. ``mechanism`` and ``mechanism_text`` are the operator's organisation, shown and nothing else (P-17); an estate
    may set its own (A-25).
    """

    levels: Mapping[str, Level]
    reminders: tuple[Reminder, ...]
    first_contact_minutes: int
    faults: Mapping[str, Fault]
    validity: Mapping[str, Choice]
    harm: Choice
    agitated: tuple[Choice, ...]
    not_solvable: tuple[Choice, ...]
    meeting_rooms: Mapping[str, Choice]
    principles: Mapping[str, Choice]
    attitudes: Mapping[str, Choice]
    bases: Mapping[str, Choice]
    channels: Mapping[str, Choice]
    categories: Mapping[str, Category]
    departments: Mapping[str, Choice]
    states: Mapping[str, Choice]
    moves: Workflow[str]
    metrics: Mapping[str, Choice]
    mechanism: Choice
    mechanism_text: Choice


def read_complaints(top: Entry) -> ComplaintRules:
    """Build the rules; ``BrokenData`` where a row names a department, a state or a unit that does not exist."""
    top.knows(
        *("schema_version", "kind", "timezone", "levels", "level_change", "resident_deadline", "feedback"),
        *("first_contact", "reminders", "fault", "validity", "ongoing_harm", "agitated_resident"),
        *("not_solvable_at_once", "remedy_plan_fields", "forbidden", "principles", "service_attitudes"),
        *("bases", "channels", "categories", "departments", "states", "transitions", "transition_rules"),
        *("metrics", "mechanism", "meeting_rooms"),
    )
    departments = choices(top["departments"], "origin")
    ours = {row.text() for row in top["resident_deadline"]["applies_to"].rows()}
    states = choices(top["states"])
    mechanism, harm = top["mechanism"], top["ongoing_harm"]
    return ComplaintRules(
        levels=table(top["levels"].rows(), lambda row: _level(row, ours)),
        reminders=_reminders(top["reminders"]),
        first_contact_minutes=top["first_contact"]["target_minutes"].whole(least=1),
        faults=table(top["fault"].rows(), _fault),
        validity=choices(top["validity"], "rule_en"),
        harm=Choice("harm", harm["rule_zh"].text(), harm["rule_en"].text()),
        agitated=_steps(top["agitated_resident"]),
        not_solvable=_steps(top["not_solvable_at_once"]),
        meeting_rooms=choices(top["meeting_rooms"]),
        principles=choices(top["principles"]),
        attitudes=choices(top["service_attitudes"]),
        bases=choices(top["bases"]),
        channels=choices(top["channels"]),
        categories=table(top["categories"].rows(), lambda row: _category(row, departments)),
        departments=departments,
        states=states,
        moves=read_moves(top["transitions"], states),
        metrics=choices(top["metrics"]),
        mechanism=Choice("mechanism", mechanism["name_zh"].text(), mechanism["name_en"].text()),
        mechanism_text=Choice("mechanism_text", mechanism["text_zh"].text(), mechanism["text_en"].text()),
    )


def _level(row: Entry, resident_may_set: Collection[str]) -> Level:
    row.knows(
        *("id", "name_zh", "name_en", "criteria_zh", "criteria_en", "examples_zh", "examples_en"),
        *("escalate_to", "deadlines"),
    )
    level = row["id"].text()

    def deadline(entry: Entry) -> Deadline:
        entry.knows("id", "action_zh", "action_en", "value", "unit", "from", "origin", "override_by")
        entry["from"].among(("received",))
        overridden = entry.get("override_by")
        if overridden is not None:
            overridden.among(("resident_deadline",))
            if level not in resident_may_set:
                overridden.fail(f"the resident sets no deadline of the level {level}")
        return Deadline(
            id=entry["id"].text(),
            name_zh=entry["action_zh"].text(),
            name_en=entry["action_en"].text(),
            value=entry["value"].whole(least=1),
            unit=entry["unit"].among(("hour", "day", "same_day")),
            origin=entry["origin"].text(),
            resident_may_set=overridden is not None,
        )

    return Level(
        id=level,
        name_zh=row["name_zh"].text(),
        name_en=row["name_en"].text(),
        criteria=Choice(level, row["criteria_zh"].text(), row["criteria_en"].text()),
        examples=_pairs(row, "examples"),
        escalate_to=row["escalate_to"].among(RECIPIENTS),
        deadlines=table(row["deadlines"].rows(), deadline),
    )


def _pairs(row: Entry, name: str) -> tuple[Choice, ...]:
    """Two lists of texts, one in each language, as pairs."""
    chinese, english = row[f"{name}_zh"].texts(), row[f"{name}_en"].texts()
    if len(chinese) != len(english):
        row[f"{name}_en"].fail(f"{name}_zh has {len(chinese)} rows and {name}_en {len(english)}")
    return tuple(Choice(str(n), zh, en) for n, (zh, en) in enumerate(zip(chinese, english, strict=True), 1))


def _steps(entry: Entry) -> tuple[Choice, ...]:
    return _pairs(entry, "steps")


def _reminders(entry: Entry) -> tuple[Reminder, ...]:
    found = tuple(
        Reminder(row["at_percent"].whole(least=1), tuple(who.among(NOTIFIED) for who in row["notify"].rows()))
        for row in entry.rows()
    )
    if [one.at_percent for one in found] != sorted({one.at_percent for one in found}):
        entry.fail("the reminders must stand in the order of their percentages")
    return found


def _fault(row: Entry) -> Fault:
    row.knows("id", "name_zh", "name_en", "steps_zh", "steps_en")
    return Fault(row["id"].text(), row["name_zh"].text(), row["name_en"].text(), _steps(row))


def _category(row: Entry, departments: Collection[str]) -> Category:
    row.knows("id", "name_zh", "name_en", "department")
    return Category(
        row["id"].text(),
        row["name_zh"].text(),
        row["name_en"].text(),
        row["department"].among(departments),
    )
