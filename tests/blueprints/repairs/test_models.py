"""The database itself refuses a state without its facts (promise 7)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from pmweb.blueprints.repairs.models import ROUND_FACTS, FollowUp, Repair, RepairRound
from pmweb.blueprints.repairs.rules import FollowUpChannel, FollowUpResult, RepairState
from pmweb.extensions import unit
from tests.blueprints.repairs.jobs import Jobs
from tests.office import MORNING, Office

S = RepairState


@pytest.mark.parametrize(
    ("state", "facts", "name"),
    [
        (S.DISPATCHED, {"assignee_id": None}, "dispatched_to_somebody"),
        (S.ACCEPTED, {"accepted_at": None}, "accepted_at"),
        (S.ON_SITE, {"arrived_at": None}, "arrived_at"),
        (S.WAITING_PARTS, {"waiting_reason": ""}, "waits_for_a_reason"),
        (S.COMPLETED, {"work_done": ""}, "completed_with_work"),
        (S.RECHECKED, {"rechecked_at": None}, "rechecked_at"),
        (S.LEAK_TESTED, {"leak_tested_at": None}, "leak_tested_at"),
        (S.SIGNED, {"signature_id": None, "signed_at": None}, "signed_by_somebody"),
        (S.SIGNED, {"signed_at": None}, "signature_has_its_time"),
        (S.FOLLOWED_UP, {"followed_up_at": None}, "followed_up_at"),
        (S.CLOSED, {"closed_at": None}, "closed_at"),
        (S.CANCELLED, {"cancel_reason": ""}, "cancelled_with_a_reason"),
        (S.CANCELLED, {"cancelled_at": None}, "cancelled_at"),
        (S.REGISTERED, {"cancelled_at": MORNING, "cancel_reason": "-"}, "cancelled_at"),
        (S.REGISTERED, {"source_id": None}, "source_is_whole"),
        (S.REGISTERED, {"home_id": None, "place": ""}, "somewhere"),
        (S.REGISTERED, {"round": 0}, "round_counts"),
    ],
)
def test_a_state_without_its_facts_is_refused(
    office: Office, state: RepairState, facts: dict[str, Any], name: str
) -> None:
    repair = Jobs(office).in_state(state)
    for column, value in facts.items():
        setattr(repair, column, value)
    with pytest.raises(IntegrityError, match=name):
        unit().flush()
    unit().rollback()


@pytest.mark.parametrize("said", [{"satisfaction": 5}, {"person_name": "周文博"}])
def test_who_was_not_reached_said_nothing(office: Office, said: dict[str, Any]) -> None:
    """A-18."""
    jobs = Jobs(office)
    repair = jobs.in_state(S.SIGNED)
    facts: dict[str, Any] = {"round": 1, "channel": FollowUpChannel.PHONE, "followed_at": MORNING}
    facts |= {"repair_id": repair.id, "by_id": jobs.worker.id, "result": FollowUpResult.UNREACHABLE}
    unit().add(FollowUp(**facts, **said))
    with pytest.raises(IntegrityError, match="unreachable_says_nothing"):
        unit().flush()
    unit().rollback()


def test_two_repairs_never_share_a_number(office: Office) -> None:
    """Promise 9."""
    jobs = Jobs(office)
    first, second = jobs.defect(), jobs.defect()
    second.number = first.number
    with pytest.raises(IntegrityError):
        unit().flush()
    unit().rollback()


def test_a_round_keeps_every_fact_of_the_work() -> None:
    """A fact that is added to a round must be kept too."""
    columns = {column.key for column in RepairRound.__table__.columns}
    assert set(ROUND_FACTS) <= columns & {column.key for column in Repair.__table__.columns}
    assert {name for name in columns if name.endswith("_at")} == {"ended_at"} | {
        name for name in ROUND_FACTS if name.endswith("_at")
    }
