"""Every verb in every state, with the office: what is legal works, what is not changes nothing (P-8 to P-24)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect

from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import answers, handling, remedies, routing
from pmweb.blueprints.complaints.operations.moves import case_of, open_plans, table
from pmweb.blueprints.complaints.operations.remedies import Remedy
from pmweb.blueprints.complaints.rules import AnswerChannel, ComplaintState, LevelId, Validity, Verb
from pmweb.data import defaults
from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from tests.blueprints.complaints.cases import HOUR, SECURITY, Cast, all_clocks, found, told
from tests.blueprints.complaints.expected import can_be_done
from tests.office import MORNING, Office

S, L = ComplaintState, LevelId
LATER = MORNING + HOUR
PLAN = Remedy(title="换隔音条", description="", cost=Money(30000), payer="公司", days=3, risk="")
Act = Callable[[Cast, Complaint], Any]


def first_plan(complaint: Complaint) -> int:
    """The plan to choose; none where there is none."""
    return next((plan.id for plan in open_plans(complaint)), 0)


ACTS: dict[Verb, Act] = {
    Verb.ACKNOWLEDGE: lambda cast, one: routing.acknowledge(one, cast.manager, LATER),
    Verb.ASSIGN: lambda cast, one: routing.assign(one, cast.guard, SECURITY, cast.manager, LATER),
    Verb.REASSIGN: lambda cast, one: routing.reassign(one, cast.supervisor, SECURITY, "换班", LATER),
    Verb.CONTACT: lambda cast, one: handling.contact(one, AnswerChannel.PHONE, "", cast.guard, LATER),
    Verb.REPORT: lambda cast, one: handling.report(one, found(), (), LATER),
    Verb.WAIT: lambda cast, one: handling.wait(one, "等城管", LATER),
    Verb.RESUME: lambda cast, one: handling.resume(one, "", LATER),
    Verb.PASS_UP: lambda cast, one: routing.pass_up(one, "要外墙施工", "已说明", LATER),
    Verb.SEND_BACK: lambda cast, one: handling.send_back(one, "没有说清楚", LATER),
    Verb.INFORM: lambda cast, one: answers.inform(one, told(), cast.receiver, LATER),
    Verb.CLOSE: lambda cast, one: answers.close(one, "", cast.service, LATER),
    Verb.REOPEN: lambda cast, one: answers.reopen(one, "又施工", LATER),
    Verb.REPLY: lambda cast, one: answers.reply(one, AnswerChannel.VISIT, "周五前", cast.receiver, LATER),
    Verb.PLAN: lambda cast, one: remedies.draft(one, PLAN, cast.guard, LATER),
    Verb.CHOOSE: lambda cast, one: remedies.choose(one, first_plan(one), "", cast.supervisor, LATER),
    Verb.MEET: lambda cast, one: remedies.call_meeting(
        one, ["repair", SECURITY], LATER + HOUR, "大堂", cast.guard, LATER
    ),
    Verb.MINUTES: lambda cast, one: remedies.minutes(one, ["repair"], "", "换门", cast.guard, LATER),
    Verb.LEVEL: lambda cast, one: routing.change_level(
        one, L.MAJOR if one.level is L.MINOR else L.MINOR, "有人受伤", cast.supervisor, LATER
    ),
    Verb.AGREE: lambda cast, one: answers.agree(one, LATER + 30 * HOUR, "住户同意", LATER),
    Verb.INVALID: lambda cast, one: answers.find_invalid(one, "没有施工", "陪同查看", cast.guard, LATER),
    Verb.VALIDITY: lambda cast, one: answers.look_again(one, Validity.INVALID, "已解释", cast.service, LATER),
    Verb.LINK: lambda cast, one: remedies.link(one, "BX-2026-000001", LATER),
    Verb.REPAIR: lambda cast, one: remedies.order_repair(one, "lamp", "楼道灯不亮", LATER),
}
PREPARED: dict[Verb, tuple[Verb, Act]] = {
    Verb.CHOOSE: (Verb.PLAN, lambda cast, one: remedies.draft(one, PLAN, cast.guard, MORNING)),
    Verb.MINUTES: (
        Verb.MEET,
        lambda cast, one: remedies.call_meeting(
            one, ["repair", SECURITY], MORNING, "大堂", cast.guard, MORNING
        ),
    ),
    Verb.VALIDITY: (
        Verb.INVALID,
        lambda cast, one: answers.find_invalid(one, "没有施工", "陪同查看", cast.guard, MORNING),
    ),
}
"""What has to have been done before, where it can be."""
START = [
    *((state, L.MINOR) for state in S),
    *((state, L.MAJOR) for state in (S.ESCALATED, S.IN_PROGRESS, S.REOPENED)),
    (S.ESCALATED, L.IMPORTANT),
]


def as_it_stands(complaint: Complaint) -> dict[str, Any]:
    """Every column, and every clock."""
    unit().expire_all()
    facts = {column.key: getattr(complaint, column.key) for column in inspect(Complaint).columns}
    clocks = [(one.kind, one.due_at, one.ended_at, one.withdrawn) for one in all_clocks(complaint)]
    return facts | {"clocks": clocks}


@pytest.mark.parametrize(("state", "level"), START)
def test_every_verb_in_every_state(office: Office, state: ComplaintState, level: LevelId) -> None:
    """What the table written by hand allows is done, all else is refused as ``move.illegal`` and leaves no trace."""
    cast = Cast(office)
    assert remedies.order_repair(cast.take(), "lamp", "灯不亮", MORNING).number == "BX-2026-000001"
    complaint = cast.in_state(state, level)
    unit().commit()
    for verb, act in ACTS.items():
        before_it, prepare = PREPARED.get(verb, (None, None))
        if (
            before_it is not None
            and prepare is not None
            and can_be_done(before_it, state, case_of(complaint))
        ):
            prepare(cast, complaint)
            unit().flush()
        legal, before = can_be_done(verb, state, case_of(complaint)), as_it_stands(complaint)
        if legal:
            act(cast, complaint)
            unit().flush()
            assert as_it_stands(complaint)["written"] > before["written"], verb
        else:
            with pytest.raises(RuleBroken, match=r"move\.illegal"):
                act(cast, complaint)
            assert as_it_stands(complaint) == before, verb
        unit().rollback()


def test_the_table_is_that_of_the_data_file() -> None:
    moves = defaults().complaints.moves
    assert {state.value: [to.value for to in table().after(state)] for state in S} == {
        state: list(moves.after(state)) for state in moves.states
    }


def test_a_slow_clock_of_a_device_moves_nothing_back(office: Office) -> None:
    """No move is older than the one before it."""
    cast = Cast(office)
    complaint = cast.in_state(S.ASSIGNED, at=MORNING)
    handling.contact(complaint, AnswerChannel.PHONE, "", cast.guard, MORNING - timedelta(days=1))
    assert complaint.first_contact_at == complaint.moved_at == MORNING
