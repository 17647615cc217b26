"""What may follow what, who may do it, and what is owed next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.rules import (
    Moment,
    Nature,
    Promise,
    RepairState,
    Severity,
    Verb,
)
from pmweb.data import defaults
from pmweb.domain.permissions import GRANTS, Role
from pmweb.domain.workflow import RuleBroken

S = RepairState
SHANGHAI = ZoneInfo("Asia/Shanghai")
MOVES = rules.table_of_moves(defaults().repairs.moves)
AT = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


def test_the_states_are_those_of_the_data_file() -> None:
    """The YAML is the only table: a state that is missing on either side is found at once."""
    assert [state.value for state in RepairState] == list(defaults().repairs.states)
    assert set(MOVES.states) == set(RepairState)


def test_every_state_stands_in_one_group_of_the_register() -> None:
    grouped = [state for states in rules.GROUPS.values() for state in states]
    assert sorted(grouped) == sorted(RepairState)


@pytest.mark.parametrize("state", RepairState)
def test_what_is_offered_is_what_the_table_allows(state: RepairState) -> None:
    targets = {
        Verb.DISPATCH: S.DISPATCHED,
        Verb.TRANSFER: S.DISPATCHED,
        Verb.ACCEPT: S.ACCEPTED,
        Verb.RESUME: S.ACCEPTED,
        Verb.ARRIVE: S.ON_SITE,
        Verb.WAIT: S.WAITING_PARTS,
        Verb.COMPLETE: S.COMPLETED,
        Verb.RECHECK: S.RECHECKED,
        Verb.REWORK: S.REWORK,
        Verb.CANCEL: S.CANCELLED,
        Verb.FOLLOW_UP: S.FOLLOWED_UP,
        Verb.CHECK: S.CLOSED,
    }
    for verb in rules.possible(MOVES, state):
        if verb in (Verb.GIVE_BACK, Verb.RECALL):
            assert state in (S.DISPATCHED, S.ACCEPTED)
        else:
            assert MOVES.allows(state, targets[verb])


def test_what_nobody_can_end_is_not_left_without_a_verb() -> None:
    """Every open state has a way on, but for the signature, which the acceptance gives (M-18)."""
    for state in rules.OPEN:
        assert rules.possible(MOVES, state), state


@pytest.mark.parametrize(
    ("verb", "role", "own", "may"),
    [
        (Verb.ACCEPT, Role.REPAIRER, True, True),
        (Verb.ACCEPT, Role.REPAIRER, False, False),
        (Verb.COMPLETE, Role.REPAIRER, False, False),
        (Verb.COMPLETE, Role.DEPARTMENT_SUPERVISOR, False, True),
        (Verb.RECHECK, Role.REPAIRER, True, False),
        (Verb.RECHECK, Role.DEPARTMENT_SUPERVISOR, False, True),
        (Verb.DISPATCH, Role.DISPATCHER, False, True),
        (Verb.DISPATCH, Role.RECEPTIONIST, False, False),
        (Verb.RECALL, Role.DISPATCHER, False, True),
        (Verb.GIVE_BACK, Role.DISPATCHER, False, False),
        (Verb.CANCEL, Role.AUDITOR, False, False),
    ],
)
def test_repairers_work_on_their_own_jobs_and_the_supervisor_on_any(
    verb: Verb, role: Role, own: bool, may: bool
) -> None:
    assert rules.may(verb, GRANTS[role], own=own) is may


def test_every_verb_needs_a_permission_that_some_role_holds() -> None:
    for verb in Verb:
        assert any(rules.may(verb, rights, own=True) for rights in GRANTS.values()), verb


@pytest.mark.parametrize(
    ("photo_needed", "photos", "code"),
    [(False, 0, None), (True, 0, "repair.photo_after"), (True, 1, None)],
)
def test_a_safety_matter_or_a_leak_is_completed_with_photos(
    photo_needed: bool, photos: int, code: str | None
) -> None:
    def complete() -> None:
        rules.refuse_without_work("修好", photo_needed=photo_needed, photos=photos)

    if code is None:
        complete()
        return
    with pytest.raises(RuleBroken) as broken:
        complete()
    assert broken.value.code == code


@pytest.mark.parametrize(
    ("hours", "after", "refused"),
    [(24, timedelta(hours=24), False), (24, timedelta(hours=23, minutes=59), True), (0, timedelta(0), False)],
)
def test_no_leak_is_called_tight_before_the_test_has_lasted(
    hours: int, after: timedelta, refused: bool
) -> None:
    """A-21: at the minute, and not a minute before."""
    if not refused:
        rules.refuse_early_test(AT, timedelta(hours=hours), AT + after)
        return
    with pytest.raises(RuleBroken, match=r"repair\.leak_test_early"):
        rules.refuse_early_test(AT, timedelta(hours=hours), AT + after)


def test_work_is_said_in_words() -> None:
    with pytest.raises(RuleBroken, match=r"repair\.work_done"):
        rules.refuse_without_work("  ", photo_needed=False, photos=3)


@pytest.mark.parametrize(
    ("nature", "facts", "code"),
    [
        (Nature(rechecks=True), {}, "repair.recheck_first"),
        (Nature(rechecks=True), {"rechecked": True}, None),
        (Nature(), {}, None),
        (Nature(leak=True), {}, "repair.leak_test_first"),
        (Nature(rechecks=True, leak=True), {"rechecked": True}, "repair.leak_test_first"),
        (Nature(leak=True), {"leak_tested": True}, None),
        (Nature(signs=False), {}, "repair.nobody_signs_here"),
    ],
)
def test_nothing_is_signed_before_recheck_and_leak_test(
    nature: Nature, facts: dict[str, bool], code: str | None
) -> None:
    """M-14, A-21; common parts are signed by nobody (M-18)."""
    facts = {"rechecked": False, "leak_tested": False} | facts
    if code is None:
        rules.refuse_signing(nature, **facts)
        return
    with pytest.raises(RuleBroken) as broken:
        rules.refuse_signing(nature, **facts)
    assert broken.value.code == code


HOURS = timedelta(hours=1)
NEXT_MIDNIGHT = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "kind", "due_at", "role"),
    [
        ({"state": S.REGISTERED}, "repair.dispatch", AT + 8 * HOURS, Role.DISPATCHER),
        ({"state": S.REWORK}, "repair.dispatch", AT + 8 * HOURS, Role.DISPATCHER),
        (
            {"state": S.REGISTERED, "due_on": date(2026, 3, 5), "response": 72 * HOURS},
            "repair.dispatch",
            NEXT_MIDNIGHT,
            Role.DISPATCHER,
        ),
        (  # an agreed day that has gone by does not make the new promise late at once
            {"state": S.REWORK, "due_on": date(2026, 3, 1)},
            "repair.dispatch",
            AT + 8 * HOURS,
            Role.DISPATCHER,
        ),
        ({"state": S.DISPATCHED}, "repair.accept", AT + 16 * HOURS, None),
        (  # dispatched at the last moment: the repairer has his third all the same
            {"state": S.DISPATCHED, "begun_at": AT - 20 * HOURS},
            "repair.accept",
            AT + 8 * HOURS,
            None,
        ),
        (  # and no step moves the target
            {"state": S.ACCEPTED, "begun_at": AT - 20 * HOURS},
            "repair.visit",
            AT + 4 * HOURS,
            None,
        ),
        ({"state": S.ACCEPTED, "begun_at": AT - 30 * HOURS}, "repair.visit", AT - 6 * HOURS, None),
        (  # a day agreed at the acceptance binds
            {"state": S.ACCEPTED, "begun_at": AT - 30 * HOURS, "due_on": date(2026, 3, 6)},
            "repair.visit",
            NEXT_MIDNIGHT + 24 * HOURS,
            None,
        ),
        ({"state": S.DISPATCHED, "appointment_at": AT + 3 * HOURS}, "repair.accept", AT + 3 * HOURS, None),
        ({"state": S.ACCEPTED, "appointment_at": AT + 50 * HOURS}, "repair.visit", AT + 50 * HOURS, None),
        ({"state": S.ON_SITE}, "repair.complete", NEXT_MIDNIGHT, None),
        (
            {"state": S.ON_SITE, "due_on": date(2026, 3, 7)},
            "repair.complete",
            NEXT_MIDNIGHT + 48 * HOURS,
            None,
        ),
        ({"state": S.WAITING_PARTS}, "repair.resume", None, None),
        (
            {"state": S.WAITING_RESIDENT, "waits_until": date(2026, 3, 6)},
            "repair.resume",
            NEXT_MIDNIGHT + 24 * HOURS,
            None,
        ),
        ({"state": S.COMPLETED}, "repair.recheck", NEXT_MIDNIGHT + 24 * HOURS, Role.DEPARTMENT_SUPERVISOR),
        (
            {"state": S.COMPLETED, "nature": Nature(leak=True)},
            "repair.leak_test",
            NEXT_MIDNIGHT + 24 * HOURS,
            None,
        ),
        (
            {"state": S.COMPLETED, "nature": Nature(on_its_own=True)},
            "repair.sign",
            NEXT_MIDNIGHT + 24 * HOURS,
            None,
        ),
        (
            {"state": S.SIGNED, "follow_up": rules.Owed("W-4", NEXT_MIDNIGHT)},
            "repair.follow_up",
            NEXT_MIDNIGHT,
            Role.RECEPTIONIST,
        ),
        (
            {
                "state": S.COMPLETED,
                "nature": Nature(signs=False),
                "follow_up": rules.Owed("W-2", NEXT_MIDNIGHT),
            },
            "repair.follow_up",
            NEXT_MIDNIGHT,
            Role.RECEPTIONIST,
        ),
        (
            {"state": S.FOLLOWED_UP},
            "repair.check",
            NEXT_MIDNIGHT + 48 * HOURS,
            Role.DEPARTMENT_SUPERVISOR,
        ),
    ],
)
def test_each_move_makes_the_next_promise(
    moment: dict[str, Any], kind: str, due_at: datetime | None, role: Role | None
) -> None:
    """R-6, M-14, W-1, T-1, T-3: what is owed, until when, by whom; None is the repairer."""
    facts: dict[str, Any] = {"at": AT, "nature": Nature(rechecks=True), "response": 24 * HOURS} | moment
    owed = rules.next_promise(Moment(**facts), SHANGHAI)
    assert owed is not None
    assert (owed.kind, owed.due_at, owed.role) == (kind, due_at, role)


@pytest.mark.parametrize(
    ("state", "nature"),
    [
        (S.RECHECKED, Nature(rechecks=True)),
        (S.CANCELLED, Nature(rechecks=True)),
        (S.CLOSED, Nature()),
        (S.COMPLETED, Nature()),
    ],
)
def test_nothing_is_owed_to_what_waits_for_the_owner_or_has_ended(state: S, nature: Nature) -> None:
    moment = Moment(state=state, at=AT, nature=nature, response=HOURS)
    owed: Promise | None = rules.next_promise(moment, SHANGHAI)
    assert owed is None


def test_a_matter_is_settled_when_each_repair_is_rechecked_or_ended() -> None:
    """M-14."""
    assert rules.all_settled([S.RECHECKED, S.CANCELLED, S.SIGNED])
    assert not rules.all_settled([S.RECHECKED, S.COMPLETED])
    assert not rules.all_settled([])


def test_the_register_orders_by_deadline_and_what_ended_by_its_end() -> None:
    assert rules.queue_at(S.ON_SITE, AT, AT - HOURS) == AT
    assert rules.queue_at(S.WAITING_PARTS, None, AT) == rules.NO_DEADLINE
    assert rules.queue_at(S.SIGNED, AT, AT - HOURS) == AT
    assert rules.queue_at(S.CLOSED, None, AT) == AT


def test_what_endangers_people_is_urgent() -> None:
    assert [rules.priority_of(severity) for severity in Severity] == ["normal", "normal", "urgent"]
