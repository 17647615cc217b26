"""The rights that weigh most, and who holds them (X-1, PRI-5): a line of the matrix is not widened by accident."""

from __future__ import annotations

import pytest

from pmweb.domain.permissions import GRANTS, Permission, Role, granted

HOUSEHOLD_DESK = {Role.RECEPTIONIST, Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER}


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        (Permission.IDENTITY_REVEAL, HOUSEHOLD_DESK),
        (Permission.IDENTITY_SCANS_READ, HOUSEHOLD_DESK),
        (Permission.HOUSEHOLDS_CHANGE, HOUSEHOLD_DESK),
        (Permission.MOVEIN_HANDLE, HOUSEHOLD_DESK),
        (Permission.MOVEIN_FILE, HOUSEHOLD_DESK),
        (Permission.FEES_CHARGE, HOUSEHOLD_DESK | {Role.CASHIER, Role.FINANCE}),
        (Permission.REPAIRS_RECHECK, {Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER}),
        (Permission.ESTATE_IMPORT, {Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER, Role.ADMIN}),
        (Permission.ESTATE_MANAGE, {Role.ADMIN}),
        (Permission.STAFF_MANAGE, {Role.ADMIN}),
    ],
)
def test_a_right_that_weighs_is_held_by_these_only(permission: Permission, holders: set[Role]) -> None:
    assert {role for role, rights in GRANTS.items() if permission in rights} == holders


def test_whoever_looks_after_the_accounts_sees_no_household() -> None:
    assert not {right for right in GRANTS[Role.ADMIN] if right.startswith(("households:", "files:", "fees:"))}


def test_the_auditor_reads_and_changes_nothing() -> None:
    assert {right.partition(":")[2] for right in GRANTS[Role.AUDITOR]} <= {"read", "read-all", "search"}


def test_every_role_has_its_line_and_nobody_without_one_a_right() -> None:
    assert GRANTS.keys() == set(Role)
    assert granted([]) == frozenset()
