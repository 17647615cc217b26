"""The complaint rules of the office: levels, reminders, faults, moves, departments (P-1 to P-24)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pmweb.data import defaults

Slip = Callable[[str, str, str], str]


def test_the_departments_are_those_of_the_office() -> None:
    assert list(defaults().complaints.departments) == [
        "customer_service",
        "repair",
        "security",
        "environment",
        "finance",
    ]


def test_a_department_without_a_name_is_refused(slip: Slip) -> None:
    complaint = slip("complaint-rules.yaml", "{id: repair, name_zh: 维修部, ", "{id: repair, ")
    assert "has no name_zh" in complaint


def test_the_levels_promise_what_the_procedure_says() -> None:
    """P-14, P-15, P-16: the gravest first."""
    promised = {
        level.id: {one.id: (one.value, one.unit) for one in level.deadlines.values()}
        for level in defaults().complaints.levels.values()
    }
    assert promised == {
        "major": {"escalate": (1, "same_day"), "reply": (2, "day"), "resolve": (10, "day")},
        "important": {"escalate": (1, "hour"), "resolve": (3, "day")},
        "minor": {"resolve": (2, "day")},
    }
    assert list(promised) == ["major", "important", "minor"]


def test_only_the_deadline_of_a_minor_complaint_is_the_residents() -> None:
    """P-16, A-28."""
    levels = defaults().complaints.levels.values()
    assert [
        (level.id, one.id) for level in levels for one in level.deadlines.values() if one.resident_may_set
    ] == [("minor", "resolve")]


def test_who_is_told_when() -> None:
    """X-5: at 50, 80 and 100 per cent."""
    assert [(step.at_percent, step.notify) for step in defaults().complaints.reminders] == [
        (50, ("responsible_person",)),
        (80, ("responsible_person", "department_supervisor")),
        (100, ("department_supervisor", "office_manager")),
    ]


@pytest.mark.parametrize(
    ("fault", "steps"),
    [("company_fault", 5), ("resident_or_neighbour", 2), ("shared", 5), ("undetermined", 1)],
)
def test_every_fault_has_its_steps_in_both_languages(fault: str, steps: int) -> None:
    """P-8, P-9, P-10."""
    found = defaults().complaints.faults[fault].steps
    assert len(found) == steps
    assert all(step.name_zh and step.name_en for step in found)


def test_to_apologise_and_to_calm_are_steps_of_their_own() -> None:
    """P-5: the first thing where the company is at fault, the last where all are; and with who is agitated."""
    data = defaults().complaints
    assert data.faults["company_fault"].steps[0].name_zh.startswith("致歉")
    assert data.faults["shared"].steps[-1].name_zh == "稳定住户情绪"
    assert "冷静" in data.agitated[0].name_zh


def test_conduct_and_bases_are_the_words_of_the_procedure() -> None:
    """P-1, P-2, P-3: careful, fair, factual and lawful; five bases; six attitudes."""
    data = defaults().complaints
    assert list(data.principles) == ["careful", "fair", "factual", "lawful"]
    assert list(data.bases) == [
        *("national_law", "local_regulation", "industry_rule", "owners_covenant", "resident_handbook"),
    ]
    assert list(data.attitudes) == ["polite", "optimistic", "warm", "friendly", "patient", "equal"]


def test_the_linkage_mechanism_is_a_name_and_a_text() -> None:
    """P-7, P-17, A-25: shown, and nothing hangs on it."""
    data = defaults().complaints
    assert data.mechanism.name_zh == "协调中心"
    assert data.mechanism_text.name_zh


def test_what_is_complained_of_leads_to_its_department() -> None:
    """P-7, P-18: a matter of the house goes to the repair department."""
    categories = defaults().complaints.categories
    assert categories["facility"].department == "repair"
    assert categories["cleaning"].department == "environment"
    assert {one.department for one in categories.values()} <= set(defaults().complaints.departments)


def test_who_is_agitated_is_received_apart() -> None:
    """P-11."""
    assert list(defaults().complaints.meeting_rooms) == ["meeting_room", "supervisor_office"]
    assert len(defaults().complaints.agitated) == 4


SLIPS = [
    # levels
    ("value: 10, unit: day", "value: 0, unit: day", "value must be a whole number of at least 1, not 0"),
    ("value: 10, unit: day", "value: ten, unit: day", "value must be a whole number"),
    ("unit: same_day", "unit: week", 'unit "week" is not one of hour, day, same_day'),
    ("from: received", "from: assigned", 'from "assigned" is not one of received'),
    ("escalate_to: office_manager", "escalate_to: mayor", 'escalate_to "mayor" is not one of'),
    ("override_by: resident_deadline", "override_by: manager", "is not one of resident_deadline"),
    ("applies_to: [minor]", "applies_to: [major]", "the resident sets no deadline of the level minor"),
    ("{id: reply, action_en", "{id: escalate, action_en", 'the id "escalate" stands twice'),
    ("  - id: important\n", "  - id: major\n", 'the id "major" stands twice'),
    ("    name_zh: 重大投诉\n", "", "has no name_zh"),
    ("examples_zh: [电梯困人处置失当, ", "examples_zh: [", "examples_zh has 3 rows and examples_en 4"),
    # reminders and targets
    ("at_percent: 80", "at_percent: 40", "the reminders must stand in the order of their percentages"),
    ("at_percent: 80", "at_percent: 50", "the reminders must stand in the order of their percentages"),
    ("at_percent: 50", "at_percent: 0", "at_percent must be a whole number of at least 1"),
    ("notify: [responsible_person]", "notify: [neighbour]", '"neighbour" is not one of'),
    ("target_minutes: 30", "target_minutes: 0", "target_minutes must be a whole number of at least 1"),
    # faults, rooms, words
    ("steps_zh: [讲清来龙去脉, 居中协调]", "steps_zh: [讲清来龙去脉]", "steps_zh has 1 rows and steps_en 2"),
    ("{id: meeting_room, name_zh: 洽谈室, ", "{id: meeting_room, ", "has no name_zh"),
    ("{id: fair, name_zh: 公平公正", "{id: careful, name_zh: 公平公正", 'the id "careful" stands twice'),
    (
        "name_en: Pets, department: security",
        "name_en: Pets, department: zoo",
        'department "zoo" is not one of',
    ),
    ("{id: pet, name_zh: 宠物饲养", '{id: pet, name_zh: ""', "name_zh must not be empty"),
    # moves
    ("  closed: [reopened]\n", "", "the transitions have no row for closed"),
    ("  closed: [reopened]", "  sealed: [reopened]", "the transitions name sealed, which is no state"),
    ("reopened: [assigned]", "reopened: [gone]", '"gone" is not one of received'),
    # the file
    ("mechanism:\n", "machine:\n", "unknown key machine"),
    ("kind: complaint_rules", "kind: repair_rules", "complaint_rules"),
    ("schema_version: 1", "schema_version: 2", "schema_version 1"),
]


@pytest.mark.parametrize(("old", "new", "reason"), SLIPS)
def test_a_slip_is_named(slip: Slip, old: str, new: str, reason: str) -> None:
    """File, line and reason."""
    assert reason in slip("complaint-rules.yaml", old, new)
