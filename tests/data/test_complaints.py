"""The departments of the office."""

from __future__ import annotations

from collections.abc import Callable

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
