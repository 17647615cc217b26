"""The clocks of a complaint to the second (P-14 to P-21, A-28, T-1 to T-3). Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.complaints import rules
from pmweb.blueprints.complaints.rules import ClockKind, LevelId
from pmweb.data import defaults
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = timedelta(seconds=1)
K = ClockKind
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
STEPS = defaults().complaints.reminders


def at(text: str) -> datetime:
    """An instant on the clocks of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def of(level: LevelId, received: datetime, wanted: datetime | None = None) -> dict[ClockKind, datetime]:
    """The deadlines of a level of the office's data."""
    periods = defaults().complaints.levels[level].deadlines.values()
    return {due.kind: due.due_at for due in rules.deadlines(periods, received, SHANGHAI, wanted)}


@pytest.mark.parametrize(
    ("received", "escalate", "reply", "resolve"),
    [
        ("2026-03-05 09:00", "2026-03-06 00:00", "2026-03-08 00:00", "2026-03-16 00:00"),
        ("2026-03-05 00:00", "2026-03-06 00:00", "2026-03-08 00:00", "2026-03-16 00:00"),
        ("2026-03-05 23:59", "2026-03-06 00:00", "2026-03-08 00:00", "2026-03-16 00:00"),
        ("2026-03-05 23:59:59", "2026-03-06 00:00", "2026-03-08 00:00", "2026-03-16 00:00"),
        ("2026-03-06 00:00", "2026-03-07 00:00", "2026-03-09 00:00", "2026-03-17 00:00"),
        ("2026-01-31 10:00", "2026-02-01 00:00", "2026-02-03 00:00", "2026-02-11 00:00"),
        ("2026-02-27 10:00", "2026-02-28 00:00", "2026-03-02 00:00", "2026-03-10 00:00"),
        ("2028-02-28 10:00", "2028-02-29 00:00", "2028-03-02 00:00", "2028-03-10 00:00"),  # a leap year
        ("2028-02-29 23:59", "2028-03-01 00:00", "2028-03-03 00:00", "2028-03-11 00:00"),
        ("2026-12-31 12:00", "2027-01-01 00:00", "2027-01-03 00:00", "2027-01-11 00:00"),
        ("2026-09-30 10:00", "2026-10-01 00:00", "2026-10-03 00:00", "2026-10-11 00:00"),  # holidays count
    ],
)
def test_a_major_complaint(received: str, escalate: str, reply: str, resolve: str) -> None:
    """P-14: to the manager on the same day, a clear reply within 2 days, resolved within 10 (T-1, T-3)."""
    wanted = {K.ESCALATE: at(escalate), K.REPLY: at(reply), K.RESOLVE: at(resolve)}
    assert of(LevelId.MAJOR, at(received)) == wanted


@pytest.mark.parametrize(
    ("received", "escalate", "resolve"),
    [
        ("2026-03-05 09:07", "2026-03-05 10:07", "2026-03-09 00:00"),
        ("2026-03-05 23:30", "2026-03-06 00:30", "2026-03-09 00:00"),  # by night as well
        ("2026-03-05 00:00", "2026-03-05 01:00", "2026-03-09 00:00"),
        ("2028-02-29 23:59", "2028-03-01 00:59", "2028-03-04 00:00"),
        ("2026-12-31 23:59:59", "2027-01-01 00:59:59", "2027-01-04 00:00"),
    ],
)
def test_an_important_complaint(received: str, escalate: str, resolve: str) -> None:
    """P-15: to the supervisor within the hour, handled within 3 days (T-2)."""
    assert of(LevelId.IMPORTANT, at(received)) == {K.ESCALATE: at(escalate), K.RESOLVE: at(resolve)}


@pytest.mark.parametrize(
    ("received", "wanted", "resolve"),
    [
        ("2026-03-05 09:00", None, "2026-03-08 00:00"),
        ("2026-03-05 23:59", None, "2026-03-08 00:00"),
        ("2028-02-28 09:00", None, "2028-03-02 00:00"),
        ("2026-03-05 09:00", "2026-03-05 12:00", "2026-03-05 12:00"),  # shorter
        ("2026-03-05 09:00", "2026-03-31 18:00", "2026-03-31 18:00"),  # longer
    ],
)
def test_a_minor_complaint(received: str, wanted: str | None, resolve: str) -> None:
    """P-16, A-28: within 2 days, or within the deadline of the resident, longer or shorter."""
    assert of(LevelId.MINOR, at(received), at(wanted) if wanted else None) == {K.RESOLVE: at(resolve)}


@pytest.mark.parametrize("level", [LevelId.MAJOR, LevelId.IMPORTANT])
@pytest.mark.parametrize("wanted", ["2026-03-05 12:00", "2026-12-31 12:00"])
def test_the_residents_deadline_moves_no_graver_one(level: LevelId, wanted: str) -> None:
    """P-16: it replaces the two days, and nothing else."""
    received = at("2026-03-05 09:00")
    assert of(level, received, at(wanted)) == of(level, received)


def test_the_local_day_counts_and_not_the_day_in_utc() -> None:
    """T-1, T-3: half past midnight in Shanghai is the day before in UTC."""
    received = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
    assert of(LevelId.MAJOR, received) == of(LevelId.MAJOR, at("2026-03-05 00:30"))
    assert of(LevelId.MAJOR, received)[K.ESCALATE] == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
    before = received - timedelta(minutes=31)
    assert of(LevelId.MAJOR, before)[K.ESCALATE] == datetime(2026, 3, 4, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("result", "due"),
    [
        ("2026-03-05 09:00", "2026-03-06 00:00"),
        ("2026-03-05 23:59", "2026-03-06 00:00"),
        ("2026-03-06 00:00", "2026-03-07 00:00"),
    ],
)
def test_the_resident_is_told_on_the_day_of_the_result(result: str, due: str) -> None:
    """P-21, A-35."""
    assert rules.feedback_due(at(result), SHANGHAI) == at(due)


@given(MOMENTS, st.integers(1, 600))
def test_first_contact_is_due_after_so_many_whole_minutes(assigned: datetime, minutes: int) -> None:
    """P-19: not a second sooner, whatever the target of the office is."""
    assert rules.first_contact_due(assigned, minutes) == assigned + timedelta(minutes=minutes)


WHOLE_DAY = (at("2026-03-05 00:00"), at("2026-03-06 00:00"))
ALL = [
    (50, "responsible_person"),
    (80, "responsible_person"),
    (80, "department_supervisor"),
    (100, "department_supervisor"),
    (100, "office_manager"),
]


@pytest.mark.parametrize(
    ("now", "after", "told"),
    [
        ("2026-03-05 11:59:59", 0, []),
        ("2026-03-05 12:00:00", 0, ALL[:1]),
        ("2026-03-05 19:11:59", 50, []),
        ("2026-03-05 19:12:00", 50, ALL[1:3]),
        ("2026-03-05 19:12:00", 0, ALL[:3]),  # nobody looked at noon
        ("2026-03-05 23:59:59", 80, []),
        ("2026-03-06 00:00:00", 80, ALL[3:]),
        ("2026-03-06 00:00:00", 0, ALL),
        ("2026-04-06 00:00:00", 50, ALL[1:]),
        ("2026-04-06 00:00:00", 100, []),
        ("2026-03-04 00:00:00", 0, []),  # a clock that went back
        ("2026-03-05 12:00:00", 80, []),
    ],
)
def test_who_is_told_at_50_80_and_100_per_cent(now: str, after: int, told: list[tuple[int, str]]) -> None:
    """X-5: exactly at the instant, and not a second sooner."""
    notices = rules.notices(*WHOLE_DAY, STEPS, after, at(now))
    assert [(notice.percent, notice.to) for notice in notices] == told


@pytest.mark.parametrize(
    ("after", "next_at"),
    [(0, "2026-03-05 12:00"), (50, "2026-03-05 19:12"), (80, "2026-03-06 00:00"), (100, None)],
)
def test_when_somebody_is_told_next(after: int, next_at: str | None) -> None:
    found = rules.next_notice_at(*WHOLE_DAY, STEPS, after)
    assert found == (at(next_at) if next_at else None)


@given(
    MOMENTS,
    st.integers(1, 12 * 86400),
    st.lists(st.integers(-86400, 14 * 86400), max_size=30),
)
def test_everybody_is_told_once_however_often_somebody_looks(
    started: datetime, seconds: int, looks: list[int]
) -> None:
    """Looks at any time, in any order: each part and person once, none early, all that are due by the last look."""
    due = started + seconds * SECOND
    told: list[tuple[int, str]] = []
    percent = 0
    for look in looks:
        now = started + look * SECOND
        upcoming = rules.next_notice_at(started, due, STEPS, percent)
        new = rules.notices(started, due, STEPS, percent, now)
        assert bool(new) == (upcoming is not None and upcoming <= now)
        for notice in new:
            assert look * 100 >= seconds * notice.percent - 1
            told.append((notice.percent, notice.to))
        percent = new[-1].percent if new else percent
    latest = max(looks, default=-1)
    assert told == [one for one in ALL if latest * 100 >= seconds * one[0]]


@pytest.mark.parametrize(
    ("now", "percent"),
    [
        ("2026-03-04 23:59:59", -1),
        ("2026-03-05 00:00", 0),
        ("2026-03-05 11:59:59", 49),
        ("2026-03-05 12:00", 50),
        ("2026-03-05 23:59:59", 99),
        ("2026-03-06 00:00", 100),
        ("2026-03-06 12:00", 150),
    ],
)
def test_how_much_of_the_time_has_passed(now: str, percent: int) -> None:
    assert rules.passed_percent(*WHOLE_DAY, at(now)) == percent


@given(MOMENTS, st.integers(1, 10**9), st.integers(0, 200))
def test_a_part_of_the_way_has_passed_when_it_is_told(
    started: datetime, hundredths: int, percent: int
) -> None:
    """The page and the reminder say the same."""
    whole = timedelta(microseconds=100 * hundredths)
    instant = started + whole * percent / 100
    assert rules.passed_percent(started, started + whole, instant) == percent
    assert rules.passed_percent(started, started + whole, instant - timedelta(microseconds=1)) == percent - 1


def test_a_clock_that_was_over_before_it_began_is_late() -> None:
    """A letter that is written down days after it came in (P-24)."""
    started, due = WHOLE_DAY
    assert rules.passed_percent(due, started, due) == rules.passed_percent(due, due, due) == 100
    assert [one.percent for one in rules.notices(due, started, STEPS, 0, due)] == [50, 80, 80, 100, 100]


@pytest.mark.parametrize(
    ("level", "role"),
    [("major", Role.OFFICE_MANAGER), ("important", Role.DEPARTMENT_SUPERVISOR), ("minor", None)],
)
def test_before_whom_a_complaint_is_brought(level: str, role: Role | None) -> None:
    """P-14, P-15, P-16."""
    assert rules.recipient(defaults().complaints.levels[level].escalate_to) is role


@pytest.mark.parametrize(("minutes", "refused"), [(1, False), (0, True), (-1, True)])
def test_a_deadline_lies_ahead(minutes: int, refused: bool) -> None:
    now = WHOLE_DAY[0]
    wanted = now + timedelta(minutes=minutes)
    if refused:
        with pytest.raises(RuleBroken, match=r"complaint\.deadline_past"):
            rules.refuse_past_deadline(wanted, now)
    else:
        rules.refuse_past_deadline(wanted, now)
    rules.refuse_past_deadline(None, now)


def test_whoever_is_told_has_a_task_of_that_clock() -> None:
    assert rules.told_kind(K.RESOLVE, "department_supervisor") == "complaint.told.resolve.supervisor"
    assert rules.told_kind(K.FIRST_CONTACT, "office_manager") == "complaint.told.first_contact.manager"
    assert len({rules.told_kind(kind, to) for kind in K for to in ("a_supervisor", "a_manager")}) == 10


def test_the_last_notice_is_that_of_the_end() -> None:
    notices = rules.notices(*WHOLE_DAY, STEPS, 0, WHOLE_DAY[1])
    assert [rules.is_last(notice, STEPS) for notice in notices] == [False, False, False, True, True]


def test_every_clock_names_the_requirement_that_asks_for_it() -> None:
    """P-14, P-15, P-16, P-19, P-21."""
    for level, has in defaults().complaints.levels.items():
        for kind in (*has.deadlines, K.FIRST_CONTACT, K.FEEDBACK):
            assert LevelId(level) in rules.RULE_OF[ClockKind(kind)]
    assert rules.RULE_OF[K.RESOLVE] == {
        LevelId.MAJOR: "P-14",
        LevelId.IMPORTANT: "P-15",
        LevelId.MINOR: "P-16",
    }
