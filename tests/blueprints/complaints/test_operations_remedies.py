"""Plans, joint meetings, linked matters, the call of the supervisor (P-7, P-10, P-11, P-13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from pmweb.blueprints.complaints.models import Complaint, SupervisorCall
from pmweb.blueprints.complaints.operations import answers, handling, intake, remedies, routing
from pmweb.blueprints.complaints.operations.remedies import Remedy
from pmweb.blueprints.complaints.rules import ComplaintState, FaultId, LevelId
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.rules import Part, RepairSource
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.tasks import Task
from tests.blueprints.complaints.cases import HOUR, SECURITY, Cast, found, owed, told_of
from tests.office import MORNING, Office

S = ComplaintState
LATER = MORNING + HOUR
TOMORROW = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
PLAN = Remedy(title="换隔音条", description="", cost=Money(30000), payer="公司", days=3, risk="")


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


def open_tasks(kind: str) -> list[Task]:
    query = select(Task).where(Task.kind == f"complaint.{kind}", Task.done_at.is_(None))
    return list(unit().scalars(query.order_by(Task.id)))


def call(cast: Cast, complaint: Complaint, *departments: str, at: datetime = LATER) -> None:
    wanted = departments or ("repair", SECURITY)
    remedies.call_meeting(complaint, wanted, at + HOUR, "3 栋大堂", cast.guard, at)


def test_a_plan_with_its_cost_is_chosen_by_somebody_else(cast: Cast) -> None:
    """P-13: drafted by the responsible person, approved by a supervisor; the others are dropped."""
    complaint = cast.in_state(S.IN_PROGRESS)
    first = remedies.draft(complaint, PLAN, cast.guard, LATER)
    second = remedies.draft(
        complaint,
        Remedy(title="赔付", description="", cost=None, payer="", days=None, risk=""),
        *(cast.supervisor, LATER),
    )
    task = owed(complaint)["plan"]
    assert (task.role, task.department, task.rule, task.due_at) == (
        *(Role.DEPARTMENT_SUPERVISOR, SECURITY, "P-13"),
        TOMORROW,
    )
    assert told_of(complaint, "plan")[0]["cost"] == str(PLAN.cost)
    for plan_id, by, code in ((0, cast.service, "plan_unknown"), (first.id, cast.guard, "plan_own")):
        with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
            remedies.choose(complaint, plan_id, "", by, LATER)
    remedies.choose(complaint, first.id, "快", cast.supervisor, LATER)
    assert (remedies.chosen_plan(complaint), first.chosen_by_id) == (first, cast.supervisor.id)
    assert (first.dropped_at, second.dropped_at) == (None, LATER)
    assert "plan" not in owed(complaint)
    with pytest.raises(RuleBroken, match=r"complaint\.plan_chosen"):
        remedies.draft(complaint, PLAN, cast.guard, LATER)


def test_a_new_round_has_plans_of_its_own(cast: Cast) -> None:
    """P-13."""
    complaint = cast.in_state(S.IN_PROGRESS)
    remedies.choose(complaint, remedies.draft(complaint, PLAN, cast.guard, LATER).id, "", cast.service, LATER)
    handling.report(complaint, found(), (), LATER)
    cast._inform(complaint, LATER)
    answers.reopen(complaint, "又施工", LATER)
    cast.bring(complaint, S.ASSIGNED, LATER)
    again = remedies.draft(complaint, PLAN, cast.guard, LATER)
    assert [plan.round for plan in remedies.plans_of(complaint)] == [2, 1]
    assert remedies.chosen_plan(complaint) is None
    remedies.choose(complaint, again.id, "", cast.service, LATER)


def test_nobody_chooses_among_plans_once_there_is_a_result(cast: Cast) -> None:
    """P-13: the promise ends with the work, so that it is not passed up for ever."""
    complaint = cast.in_state(S.IN_PROGRESS)
    remedies.draft(complaint, PLAN, cast.guard, LATER)
    handling.report(complaint, found(), (), LATER)
    assert set(owed(complaint)) == {"inform"}


def test_the_heads_of_the_departments_are_called_to_the_place(cast: Cast) -> None:
    """P-10: a promise for each, and the decision with who came."""
    complaint = cast.in_state(S.IN_PROGRESS)
    call(cast, complaint, "repair", SECURITY, "repair")
    tasks = open_tasks("meeting")
    assert [(task.role, task.department, task.rule) for task in tasks] == [
        (Role.DEPARTMENT_SUPERVISOR, "repair", "P-10"),
        (Role.DEPARTMENT_SUPERVISOR, SECURITY, "P-10"),
    ]
    assert {task.due_at for task in tasks} == {LATER + HOUR}
    for came, decision, code in (((), "换门", "nobody_came"), (("repair",), " ", "decision")):
        with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
            remedies.minutes(complaint, came, "", decision, cast.guard, LATER)
    remedies.minutes(complaint, ("repair", SECURITY), "社区王主任", "先换门再排班", cast.guard, LATER)
    (meeting,) = remedies.meetings_of(complaint)
    assert (meeting.departments, meeting.came, meeting.others, meeting.held_at) == (
        *("repair,security", "repair,security", "社区王主任"),
        LATER,
    )
    assert open_tasks("meeting") == []
    assert told_of(complaint, "minutes")[0]["decision"] == "先换门再排班"


@pytest.mark.parametrize(
    ("departments", "hours", "code"),
    [
        ((SECURITY,), 1, "meeting_alone"),
        ((SECURITY, SECURITY), 1, "meeting_alone"),
        ((SECURITY, "repair"), -1, "meeting_past"),
    ],
)
def test_a_joint_meeting_is_of_several_and_lies_ahead(
    cast: Cast, departments: tuple[str, ...], hours: int, code: str
) -> None:
    """P-10."""
    complaint = cast.in_state(S.IN_PROGRESS)
    with pytest.raises(RuleBroken, match=rf"complaint\.{code}"):
        remedies.call_meeting(complaint, departments, LATER + hours * HOUR, "大堂", cast.guard, LATER)


def test_where_all_have_a_part_they_meet_before_the_result(cast: Cast) -> None:
    """P-10: in this round."""
    complaint = cast.in_state(S.IN_PROGRESS)
    with pytest.raises(RuleBroken, match=r"complaint\.meeting_first"):
        handling.report(complaint, found(fault=FaultId.SHARED), (), LATER)
    call(cast, complaint)
    with pytest.raises(RuleBroken, match=r"complaint\.meeting_first"):
        handling.report(complaint, found(fault=FaultId.SHARED), (), LATER)
    remedies.minutes(complaint, ("repair",), "", "换门", cast.guard, LATER)
    handling.report(complaint, found(fault=FaultId.SHARED), (), LATER)
    assert complaint.state is S.RESULT_REPORTED


def test_a_meeting_that_was_not_held_is_off_with_the_result(cast: Cast) -> None:
    """P-10: nobody is passed up for not coming; a new round calls its own."""
    complaint = cast.in_state(S.IN_PROGRESS)
    call(cast, complaint)
    handling.report(complaint, found(), (), LATER)
    assert open_tasks("meeting") == []
    cast._inform(complaint, LATER)
    answers.reopen(complaint, "又施工", LATER)
    call(cast, complaint)
    assert [meeting.round for meeting in remedies.meetings_of(complaint)] == [2, 1]


def test_what_is_to_be_mended_becomes_a_repair_of_the_home(cast: Cast) -> None:
    """P-7: its source is the complaint, and it is linked once."""
    complaint = cast.in_state(S.IN_PROGRESS)
    link = remedies.order_repair(complaint, "lamp", "楼道灯不亮", LATER)
    repair = unit().scalars(select(Repair)).one()
    assert (repair.source, repair.home_id, repair.caller_name) == (
        *(RepairSource.COMPLAINT, complaint.home_id),
        complaint.complainant_name,
    )
    assert (link.subject_kind, link.subject_id, link.number) == ("repair", repair.id, repair.number)
    with pytest.raises(RuleBroken, match=r"complaint\.linked"):
        remedies.link(complaint, repair.number, LATER)
    other = cast.in_state(S.IN_PROGRESS)
    assert remedies.link(other, " bx-2026-1 ", LATER).subject_id == repair.id
    assert [one.number for one in remedies.links_of(complaint)] == [repair.number]
    assert told_of(complaint, "linked")[0]["matter"] == repair.number


@pytest.mark.parametrize("number", ["BX-2026-000099", "TS-2026-000001", "灯"])
def test_a_number_that_nobody_knows_is_refused(cast: Cast, number: str) -> None:
    with pytest.raises(RuleBroken, match=r"complaint\.link_unknown"):
        remedies.link(cast.in_state(S.IN_PROGRESS), number, LATER)


def test_what_is_of_no_home_orders_a_repair_of_the_common_part(cast: Cast) -> None:
    """P-7."""
    complaint = cast.take(home=None, place="大堂")
    made = remedies.order_repair(complaint, "lamp", "灯不亮", LATER)
    repair = unit().get_one(Repair, made.subject_id)
    assert (repair.part, repair.place, repair.home_id) == (Part.COMMON, "大堂", None)


def test_the_supervisor_is_called_to_a_room_apart(cast: Cast) -> None:
    """P-11: at once, above all else, whether or not the complaint is written down yet."""
    made = intake.call_supervisor("meeting_room", cast.home, cast.receiver, "customer_service", MORNING)
    (task,) = open_tasks("calm")
    assert (task.role, task.department, task.rule, task.pressing) == (
        *(Role.DEPARTMENT_SUPERVISOR, "customer_service", "P-11"),
        True,
    )
    due = MORNING + timedelta(minutes=10)
    assert (task.due_at, task.next_reminder_at) == (due, due)
    complaint = cast.take(call_id=made.id, at=LATER)
    assert (made.complaint_id, complaint.agitated) == (complaint.id, True)
    intake.came(made, cast.service, LATER)
    intake.came(made, cast.supervisor, LATER + timedelta(minutes=1))
    assert (made.came_at, made.came_by_id, open_tasks("calm")) == (LATER, cast.service.id, [])
    assert [facts["name"] for facts in told_of(complaint, "came")] == [cast.service.name]


def test_a_room_that_the_office_does_not_have_is_refused(cast: Cast) -> None:
    """P-11."""
    with pytest.raises(RuleBroken, match=r"complaint\.room"):
        intake.call_supervisor("roof", None, cast.receiver, "customer_service", MORNING)
    assert unit().scalars(select(SupervisorCall)).all() == []


def test_a_call_belongs_to_one_complaint(cast: Cast) -> None:
    """P-11."""
    made = intake.call_supervisor("meeting_room", None, cast.receiver, "customer_service", MORNING)
    of_a_home = cast.take(call_id=made.id)
    assert (made.complaint_id, of_a_home.agitated) == (None, False)
    first = cast.take(call_id=made.id, home=None, place="前台")
    cast.take(call_id=made.id, home=None, place="前台")
    assert made.complaint_id == first.id


def test_the_plan_of_one_who_passes_up_is_still_to_be_chosen(cast: Cast) -> None:
    """P-13: why, upwards, and what could be done instead."""
    complaint = cast.in_state(S.IN_PROGRESS)
    remedies.draft(complaint, PLAN, cast.guard, LATER)
    routing.pass_up(complaint, "超出权限", "已说明", LATER)
    assert set(owed(complaint)) == {"acknowledge", "plan"}


def test_what_was_passed_up_is_planned_where_it_lies(cast: Cast) -> None:
    """P-13: reported upwards at once, then plans with their cost; the manager chooses what the supervisor drafted."""
    complaint = cast.in_state(S.IN_PROGRESS)
    routing.pass_up(complaint, "要外墙施工", "已说明", LATER)
    plan = remedies.draft(complaint, PLAN, cast.supervisor, LATER)
    assert set(owed(complaint)) == {"acknowledge", "plan"}
    remedies.choose(complaint, plan.id, "", cast.manager, LATER)
    assert (complaint.state, set(owed(complaint))) == (S.ESCALATED, {"acknowledge"})


@pytest.mark.parametrize(
    ("by", "who"),
    [("guard", (Role.OFFICE_MANAGER, None)), ("manager", (Role.DEPARTMENT_SUPERVISOR, SECURITY))],
)
def test_what_lies_before_the_manager_is_the_managers_choice(
    cast: Cast, by: str, who: tuple[Role, str | None]
) -> None:
    """P-13: who may not choose there is not promised the choice; nobody chooses among plans of one's own."""
    complaint = cast.in_state(S.IN_PROGRESS, level=LevelId.MAJOR)
    routing.pass_up(complaint, "要外墙施工", "已说明", LATER)
    assert complaint.escalated_to is Role.OFFICE_MANAGER
    remedies.draft(complaint, PLAN, getattr(cast, by), LATER)
    task = owed(complaint)["plan"]
    assert (task.role, task.department) == who
