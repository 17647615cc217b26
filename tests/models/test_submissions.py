"""What was sent already is known by its sender and its key (promise 5)."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.staff import Staff
from pmweb.models.submissions import Submission
from tests.office import MORNING, Office


def _submission(staff: Staff, key: str) -> Submission:
    return Submission(
        key=key,
        staff_id=staff.id,
        path="/",
        body_sha256="0" * 64,
        see="/",
        captured_at=MORNING,
        received_at=MORNING,
    )


def test_a_key_is_taken_once_by_each_person(office: Office) -> None:
    first, second = office.staff(Role.GUARD), office.staff(Role.GUARD)
    unit().add_all([_submission(first, "k"), _submission(second, "k"), _submission(first, "l")])
    unit().flush()
    unit().add(_submission(first, "k"))
    with pytest.raises(IntegrityError):
        unit().flush()
