"""What is owed next of a complaint, by whom and until when (P-12 to P-21). Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.rules import ClockKind, ComplaintState, LevelId, Moment, Owner
from pmweb.domain.permissions import Role
from tests.office import MORNING

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
S, K, L = ComplaintState, ClockKind, LevelId
SUPERVISOR, MANAGER = Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER
SOON = MORNING + HOUR
CLOCK = MORNING + 5 * HOUR
TOMORROW = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)


def moment(state: ComplaintState, level: LevelId = L.MINOR, *clocks: ClockKind, **more: object) -> Moment:
    """The last move was made in the morning; these clocks run for five hours."""
    facts: dict[str, object] = {
        "state": state,
        "at": MORNING,
        "level": level,
        "department": "security",
        "running": dict.fromkeys(clocks, CLOCK),
    }
    return Moment(**(facts | more))  # type: ignore[arg-type]


OWED = [
    # what lies before somebody
    (moment(S.RECEIVED, L.MINOR, K.RESOLVE), "assign", "P-18", SOON, SUPERVISOR),
    (
        moment(S.ESCALATED, L.MAJOR, K.ESCALATE, K.RESOLVE, escalated_to=MANAGER),
        *("acknowledge", "P-14", CLOCK, MANAGER),
    ),
    (
        moment(S.ESCALATED, L.IMPORTANT, K.ESCALATE, K.RESOLVE, escalated_to=SUPERVISOR),
        *("acknowledge", "P-15", CLOCK, SUPERVISOR),
    ),
    # passed up because it cannot be solved: no clock asks for it, whatever the level
    (
        moment(S.ESCALATED, L.MINOR, K.RESOLVE, escalated_to=SUPERVISOR),
        *("acknowledge", "P-13", SOON, SUPERVISOR),
    ),
    (
        moment(S.ESCALATED, L.IMPORTANT, K.RESOLVE, escalated_to=MANAGER),
        *("acknowledge", "P-13", SOON, MANAGER),
    ),
    (
        moment(S.ESCALATED, L.MAJOR, K.RESOLVE, escalated_to=MANAGER, acknowledged=True),
        *("assign", "P-18", SOON, MANAGER),
    ),
    (moment(S.REOPENED, L.MINOR, K.RESOLVE), "assign", "P-18", SOON, SUPERVISOR),
    # the responsible person
    (moment(S.ASSIGNED, L.MINOR, K.FIRST_CONTACT, K.RESOLVE), "contact", "P-19", CLOCK, Owner.RESPONSIBLE),
    (moment(S.ASSIGNED, L.MINOR, K.RESOLVE), "contact", "P-19", SOON, Owner.RESPONSIBLE),
    (moment(S.IN_PROGRESS, L.MAJOR, K.RESOLVE), "resolve", "P-14", CLOCK, Owner.RESPONSIBLE),
    (moment(S.IN_PROGRESS, L.IMPORTANT, K.RESOLVE), "resolve", "P-15", CLOCK, Owner.RESPONSIBLE),
    (moment(S.WAITING_EXTERNAL, L.MINOR, K.RESOLVE), "resolve", "P-16", CLOCK, Owner.RESPONSIBLE),
    # the receiver, and whoever closes it
    (moment(S.RESULT_REPORTED, L.MINOR, K.FEEDBACK), "inform", "P-21", CLOCK, Owner.RECEIVER),
    (moment(S.RESIDENT_INFORMED), "close", "P-12", TOMORROW, SUPERVISOR),
]


@pytest.mark.parametrize(("now", "kind", "rule", "due", "owner"), OWED)
def test_one_thing_is_owed_next(
    now: Moment, kind: str, rule: str, due: datetime, owner: Role | Owner
) -> None:
    (promise,) = rules.owed(now, SHANGHAI)
    assert (promise.kind, promise.rule, promise.due_at) == (f"complaint.{kind}", rule, due)
    assert (promise.role or promise.owner) is owner
    assert promise.kind in rules.OF_THE_STATE


@pytest.mark.parametrize(("now", "kind", "rule", "due", "owner"), OWED)
def test_where_a_clock_tells_who_has_to_know_nothing_else_does(
    now: Moment, kind: str, rule: str, due: datetime, owner: Role | Owner
) -> None:
    (promise,) = rules.owed(now, SHANGHAI)
    assert promise.clock is (due == CLOCK)


def test_a_closed_complaint_owes_nothing() -> None:
    assert rules.owed(moment(S.CLOSED), SHANGHAI) == ()


def test_only_what_lies_before_the_manager_is_pressing() -> None:
    """P-14."""
    assert [level for level in L if rules.owed(moment(S.ESCALATED, level), SHANGHAI)[0].pressing] == [L.MAJOR]


@pytest.mark.parametrize(
    ("assigned", "owner"), [(False, (MANAGER, None, None)), (True, (None, None, Owner.RESPONSIBLE))]
)
def test_the_clear_reply_is_owed_beside_the_rest(assigned: bool, owner: tuple[object, ...]) -> None:
    """P-14: by the responsible person, and by the manager as long as there is none."""
    now = moment(S.ESCALATED, L.MAJOR, K.REPLY, K.RESOLVE, escalated_to=MANAGER, assigned=assigned)
    _acknowledge, reply = rules.owed(now, SHANGHAI)
    assert (reply.kind, reply.rule, reply.due_at, reply.clock) == ("complaint.reply", "P-14", CLOCK, True)
    assert (reply.role, reply.department, reply.owner) == owner


def test_the_supervisor_of_the_desk_closes() -> None:
    """P-21, FM-23: whoever receives complaints looks whether the resident was told."""
    assert rules.owed(moment(S.RESIDENT_INFORMED), SHANGHAI)[0].department == rules.DESK


def test_every_promise_of_a_state_is_withdrawn_by_the_next() -> None:
    kinds = {promise.kind for now, *_ in OWED for promise in rules.owed(now, SHANGHAI)}
    assert kinds | {"complaint.reply"} == set(rules.OF_THE_STATE)
    assert not set(rules.OF_THE_STATE) & {rules.DOUBT, rules.PLAN, rules.MEETING, rules.CALM, rules.WORD}
