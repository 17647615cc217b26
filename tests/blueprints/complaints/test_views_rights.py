"""Over HTTP, every state for every role: the page offers what the procedure allows, and nothing else is done."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations.moves import case_of
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId, Verb
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from tests.blueprints.complaints.cases import Cast
from tests.blueprints.complaints.expected import HANDLERS, can_be_done, may_do
from tests.checking_client import CheckingClient
from tests.office import Office

READS_ALL = {Role.RECEPTIONIST, Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER, Role.AUDITOR}
SENDERS = {Role.RECEPTIONIST, Role.GUARD, Role.DEPARTMENT_SUPERVISOR, Role.AUDITOR}
"""Who also sends what is not offered, to minor complaints: one of each kind of rights."""
LEVELS = (LevelId.MAJOR, LevelId.MINOR)
CASES = [
    (state, level)
    for state in ComplaintState
    for level in LEVELS
    if not (state is ComplaintState.RECEIVED and level is LevelId.MAJOR)
]


def offered(text: str) -> set[Verb]:
    """What a page has a form for, or leads to."""
    return {verb for verb in Verb if re.search(rf'(/{verb.value}"|do={verb.value}")', text)}


def lies_before_another(verb: Verb, complaint: Complaint) -> bool:
    """P-15: the supervisor at hand leads the service centre, and the complaint lies before that of security."""
    waits = complaint.state is ComplaintState.ESCALATED and complaint.acknowledged_at is None
    return waits and verb in (Verb.ACKNOWLEDGE, Verb.ASSIGN)


@pytest.mark.parametrize(("state", "level"), CASES)
def test_each_role_is_offered_what_it_may_do_and_can_do_nothing_else(
    office: Office, client_for: Callable[..., CheckingClient], state: ComplaintState, level: LevelId
) -> None:
    """P-14 to P-23, X-1: who neither received nor handles it; what is sent all the same changes nothing."""
    cast = Cast(office)
    complaint = cast.in_state(state, level)
    unit().commit()
    address, case = f"/complaints/{complaint.id}", case_of(complaint)
    for role in Role:
        client = client_for(role)
        wanted = {
            verb
            for verb in Verb
            if can_be_done(verb, state, case)
            and may_do(verb, role, state, case, responsible=False, receiver=False)
            and not (role is Role.DEPARTMENT_SUPERVISOR and lies_before_another(verb, complaint))
        }
        page = client.get(address)
        if role not in READS_ALL:
            assert page.status_code == (404 if role in HANDLERS else 403)
            assert not wanted
        else:
            assert offered(page.text) == wanted, role
        if level is LevelId.MAJOR or role not in SENDERS:
            continue
        for verb in set(Verb) - wanted:
            answer = client.post(f"{address}/{verb.value}", data={"_version": complaint.version})
            assert answer.status_code in (403, 404, 409, 422), (role, verb)
        unit().expire_all()
        assert (complaint.state, complaint.level) == (state, level)


@pytest.mark.parametrize("state", [one for one in ComplaintState if one is not ComplaintState.RECEIVED])
def test_the_responsible_guard_and_the_receiver_are_offered_their_part(
    office: Office, client_for: Callable[..., CheckingClient], state: ComplaintState
) -> None:
    """P-19, P-21: a guard handles what was given to him, and tells the resident of what he received."""
    cast = Cast(office)
    complaint = cast.in_state(state, LevelId.MINOR)
    for responsible in (True, False):
        client = client_for(Role.GUARD)
        guard = _of(client)
        complaint.assignee_id = guard if responsible else (complaint.assignee_id and cast.guard.id)
        complaint.receiver_id = cast.receiver.id if responsible else guard
        unit().commit()
        case = case_of(complaint)
        if responsible and state in (ComplaintState.CLOSED, ComplaintState.REOPENED):
            continue
        wanted = {
            verb
            for verb in Verb
            if can_be_done(verb, state, case)
            and may_do(verb, Role.GUARD, state, case, responsible=responsible, receiver=not responsible)
        }
        page = client.get(f"/complaints/{complaint.id}")
        assert page.status_code == 200
        assert offered(page.text) == wanted


def _of(client: CheckingClient) -> int:
    with client.session_transaction() as session:
        return int(str(session["_user_id"]).partition(":")[0])


def test_another_estate_knows_nothing_of_it(
    office: Office, client_for: Callable[..., CheckingClient]
) -> None:
    """Promise 2: neither the page nor any verb."""
    complaint = Cast(office).in_state(ComplaintState.IN_PROGRESS)
    unit().commit()
    stranger = client_for(Role.OFFICE_MANAGER, estate=office.other_estate())
    assert stranger.get(f"/complaints/{complaint.id}").status_code == 404
    for verb in Verb:
        assert stranger.post(f"/complaints/{complaint.id}/{verb.value}", data={}).status_code == 404
    unit().expire_all()
    assert complaint.state is ComplaintState.IN_PROGRESS
