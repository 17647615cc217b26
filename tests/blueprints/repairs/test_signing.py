"""The resident signs the work order at the repair itself, when nobody else will ask any more (M-18, M-19)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb.blueprints.households import operations as households
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import signing, sources, work
from pmweb.blueprints.repairs.rules import RepairState
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models.people import AgeGroup, TieKind
from pmweb.models.signatures import Signature, SignMethod
from pmweb.models.signing import Refused
from pmweb.models.tasks import Task
from tests.blueprints.repairs.jobs import Jobs
from tests.checking_client import CheckingClient
from tests.office import Office, desk_of
from tests.pictures import STROKES, signature_png

S = RepairState
ClientFor = Callable[..., CheckingClient]
pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def jobs(office: Office) -> Jobs:
    made = Jobs(office)
    office.owner(made.home)
    return made


@pytest.fixture
def rechecked(jobs: Jobs) -> Repair:
    """A repair whose recheck passed after its move-in was filed."""
    repair = jobs.in_state(S.COMPLETED)
    sources.let_go("move_in", 12, jobs.now())
    return jobs.go_on(repair, S.RECHECKED)


def owed() -> list[tuple[str, int | None]]:
    """What is owed now, and by whom."""
    query = select(Task.kind, Task.staff_id).where(Task.done_at.is_(None))
    return [(kind, staff_id) for kind, staff_id in unit().execute(query)]


def given(jobs: Jobs, repair: Repair, signer_id: int | None, manner: Any = None) -> Signature:
    return signing.sign_here(
        repair,
        manner or Refused("要业主本人签", "何伟"),
        signer_id=signer_id,
        locale="zh_CN",
        device="a phone",
        seen=None,
        at=jobs.now(),
    )


def test_after_the_recheck_the_repairer_asks_for_the_signature(jobs: Jobs, rechecked: Repair) -> None:
    """There is no second acceptance any more, so nobody is to agree on one (M-15)."""
    assert owed() == [("repair.sign", jobs.worker.id)]


def test_what_was_rechecked_before_is_owed_at_once(jobs: Jobs) -> None:
    early, late = jobs.in_state(S.RECHECKED), jobs.in_state(S.ON_SITE)
    due = late.due_at
    assert sources.let_go("move_in", 12, jobs.now()) == 2
    assert ("repair.sign", jobs.worker.id) in owed()
    assert (early.state, late.due_at) == (S.RECHECKED, due)


def test_what_is_done_and_other_matters_are_left_alone(jobs: Jobs) -> None:
    done, other = jobs.in_state(S.CANCELLED), jobs.in_state(S.REGISTERED, source_id=13)
    assert sources.let_go("move_in", 12, jobs.now()) == 0
    assert [done.on_its_own, other.on_its_own] == [False, False]


@pytest.mark.parametrize("state", [S.COMPLETED, S.RECHECKED])
def test_while_the_move_in_goes_on_it_is_signed_there(jobs: Jobs, state: RepairState) -> None:
    with pytest.raises(RuleBroken, match=r"repair\.not_to_sign"):
        signing.moment_of(jobs.in_state(state), "zh_CN")


def test_owner_and_who_lives_there_may_sign_and_nobody_else(jobs: Jobs, rechecked: Repair) -> None:
    """M-18, A-37: the owner or a resident of age; somebody whose number is on the list for emergencies may not."""
    tied = {}
    for name, kind, age in (
        ("林父", TieKind.FAMILY, AgeGroup.ADULT),
        ("林小宝", TieKind.FAMILY, AgeGroup.CHILD),
        ("林姐", TieKind.EMERGENCY, None),
    ):
        tied[name] = households.add_person(name, mobile="13700137000")
        households.tie(jobs.home, tied[name], kind, relation="亲属", age_group=age, guardian_agreed=True)
    names = [who.name for who in signing.moment_of(rechecked, "zh_CN").signers]
    assert names[1:] == ["林父"]
    with pytest.raises(RuleBroken, match=r"sign\.owner_only"):
        given(jobs, rechecked, tied["林姐"].id)
    signature = given(jobs, rechecked, tied["林父"].id)
    assert (signature.signer_name, signature.on_behalf_of) == ("林父", names[0])
    assert (rechecked.state, rechecked.signature_id) == (S.SIGNED, signature.id)
    assert owed() == [("repair.follow_up", None)]


def test_an_empty_register_says_what_is_missing(jobs: Jobs, office: Office) -> None:
    repair = jobs.in_state(S.COMPLETED)
    repair.home_id = office.home("909").id
    sources.let_go("move_in", 12, jobs.now())
    jobs.go_on(repair, S.RECHECKED)
    with pytest.raises(RuleBroken, match=r"repair\.nobody_signs"):
        signing.moment_of(repair, "zh_CN")


def test_what_changed_since_it_was_shown_is_not_signed(jobs: Jobs, rechecked: Repair) -> None:
    """SIG-2: reworked and rechecked again while the page was open."""
    moment = signing.moment_of(rechecked, "zh_CN")
    work.rework(rechecked, "业主不认可", jobs.now())
    jobs.go_on(rechecked, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED, S.RECHECKED)
    with pytest.raises(RuleBroken, match=r"signature\.changed"):
        signing.sign_here(
            rechecked,
            Refused("x", "y"),
            signer_id=moment.signers[0].person_id,
            locale="zh_CN",
            device="",
            seen=moment.seen,
            at=jobs.now(),
        )


class TestThePage:
    """M-18 through a client."""

    @pytest.fixture
    def worker(self, app: Flask, office: Office, jobs: Jobs) -> Any:
        return desk_of(app, jobs.worker, office.estate)

    def test_the_repairer_hands_over_the_tablet(self, worker: Any, rechecked: Repair) -> None:
        shown = worker.get(f"/repairs/{rechecked.id}").text
        assert f'href="/repairs/{rechecked.id}/sign"' in shown
        page = worker.get(f"/repairs/{rechecked.id}/sign").text
        assert "疏通地漏" in page
        carried = {
            name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "signer")
        }
        png = "data:image/png;base64," + b64encode(signature_png()).decode()
        drawn = {"manner": "pad", "strokes": json.dumps(STROKES), "strokes_png": png}
        answer = worker.post(f"/repairs/{rechecked.id}/sign", data=carried | drawn)
        assert (answer.status_code, answer.location) == (303, f"/repairs/{rechecked.id}")
        unit().rollback()
        unit().refresh(rechecked)
        assert rechecked.state is S.SIGNED
        assert f'href="/repairs/{rechecked.id}/sign"' not in worker.get(f"/repairs/{rechecked.id}").text

    def test_nothing_drawn_is_said_in_place(self, worker: Any, rechecked: Repair) -> None:
        answer = worker.post(f"/repairs/{rechecked.id}/sign", data={"manner": "pad", "signer": "1"})
        assert answer.status_code == 422
        assert "还没有签名" in answer.text

    def test_another_repairer_is_refused(self, client_for: ClientFor, rechecked: Repair) -> None:
        answer = client_for(Role.REPAIRER, name="李工").get(f"/repairs/{rechecked.id}/sign")
        assert answer.status_code == 422
        assert "派给了别人" in answer.text

    def test_a_refusal_is_recorded_with_its_witness(self, worker: Any, rechecked: Repair) -> None:
        page = worker.get(f"/repairs/{rechecked.id}/sign").text
        carried = {
            name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "signer")
        }
        refused = {"manner": "refused", "reason": "不认可工期", "witness": "何伟"}
        assert worker.post(f"/repairs/{rechecked.id}/sign", data=carried | refused).status_code == 303
        unit().rollback()
        kept = unit().scalars(select(Signature)).one()
        assert (kept.method, kept.witness) == (SignMethod.REFUSED, "何伟")
