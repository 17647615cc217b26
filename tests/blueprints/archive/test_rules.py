"""Who may look at which file (PRI-3, X-1)."""

from __future__ import annotations

import pytest

from pmweb.blueprints.archive import rules
from pmweb.domain.permissions import Permission, Role, granted
from pmweb.models.files import FileKind

SEE_IDENTITY = {Role.RECEPTIONIST, Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER}
SEE_NOTHING = {Role.GUARD, Role.ADMIN}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", list(FileKind))
def test_each_role_opens_what_it_needs(role: Role, kind: FileKind) -> None:
    rights = granted([role])
    expected = role in SEE_IDENTITY if kind is FileKind.IDENTITY else role not in SEE_NOTHING
    assert rules.may_open(kind, rights.__contains__) is expected


def test_the_right_to_identity_scans_alone_opens_nothing() -> None:
    assert not rules.may_open("identity", {Permission.IDENTITY_SCANS_READ}.__contains__)


def test_the_names_of_the_kinds_are_those_of_the_model() -> None:
    assert {rules.IDENTITY, rules.PHOTO} <= set(FileKind)
    assert [kind for kind in FileKind if rules.is_logged(kind)] == [FileKind.IDENTITY]
    assert [kind for kind in FileKind if not rules.has_thumbnail(kind)] == [FileKind.IDENTITY]


@pytest.mark.parametrize(
    ("word", "expected"), [("check", rules.Purpose.CHECK), ("", None), (None, None), ("x", None)]
)
def test_only_a_purpose_of_ours_counts(word: str | None, expected: rules.Purpose | None) -> None:
    assert rules.purpose(word) is expected
