"""Repairs for tests: a defect of the acceptance, and a repair brought into any state by the office's verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import follow_ups, signing, work
from pmweb.blueprints.repairs.rules import (
    FollowUpChannel,
    FollowUpResult,
    Heard,
    RepairSource,
    RepairState,
    WaitKind,
)
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.signatures import Signature
from pmweb.models.signing import Refused, Signer, sign
from pmweb.models.staff import Staff
from tests.office import MORNING, Office

S = RepairState
_WAITS = {
    S.WAITING_PARTS: WaitKind.PARTS,
    S.WAITING_EXTERNAL: WaitKind.EXTERNAL,
    S.WAITING_RESIDENT: WaitKind.RESIDENT,
}


class Jobs:
    """One home, one repairer; a minute passes between two verbs."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.home = office.home()
        self.worker = office.staff(Role.REPAIRER, name="周工")
        self.at = MORNING

    @cached_property
    def asker(self) -> Staff:
        """Who asks how a repair has turned out."""
        return self.office.staff(Role.RECEPTIONIST, name="何静")

    @cached_property
    def checker(self) -> Staff:
        """The supervisor who looks at what the residents said."""
        return self.office.staff(Role.DEPARTMENT_SUPERVISOR, name="陈主管")

    def heard(self, result: FollowUpResult | None = FollowUpResult.SATISFIED, **said: Any) -> Heard:
        """What the owner says on the phone."""
        wanted: dict[str, Any] = {"channel": FollowUpChannel.PHONE, "person_name": "周文博"}
        return Heard(result=result, **(wanted | said))

    def now(self) -> Any:
        """A minute later than before."""
        self.at += timedelta(minutes=1)
        return self.at

    def defect(self, **facts: Any) -> Repair:
        """A defect of the acceptance of move-in 12, just entered (M-12)."""
        wanted: dict[str, Any] = {
            "source_kind": "move_in",
            "source_id": 12,
            "item_code": "BAT-01",
            "place": "主卫",
            "description": "地漏排水：排水慢",
            "trade": "plumbing",
            "severity": "minor",
        }
        return work.register_defect(self.home, at=self.now(), **(wanted | facts))

    def signature_on(self, repair: Repair) -> Signature:
        """The resident's answer to the work order: a refusal before a witness is a signature too (M-18)."""
        order = signing.work_order_paper(repair)
        manner = Refused("不认可工期", "何伟")
        return sign(
            unit(), repair, [order], Signer("周文博"), manner, at=self.now(), locale="zh_CN", device="-"
        )[0]

    def go_on(self, repair: Repair, *steps: S) -> Repair:
        """Bring the repair through these states, one verb each."""
        for step in steps:
            self.move(repair, step)
        unit().commit()
        return repair

    def move(self, repair: Repair, to: S) -> None:
        """The verb that leads to a state."""
        at = self.now()
        match to:
            case S.REGISTERED:
                work.give_back(repair, "工种不符", at)
            case S.DISPATCHED:
                work.dispatch(repair, self.worker, None, at, "人员请假")
            case S.ACCEPTED if repair.state in _WAITS:
                work.resume(repair, at)
            case S.ACCEPTED:
                work.accept(repair, at)
            case S.ON_SITE:
                work.arrive(repair, at)
            case S.WAITING_PARTS | S.WAITING_EXTERNAL | S.WAITING_RESIDENT:
                work.wait(repair, _WAITS[to], "等厂家发货", at)
            case S.COMPLETED:
                work.complete(repair, "疏通地漏", at)
            case S.RECHECKED:
                work.recheck(repair, True, "", at)
            case S.SIGNED:
                signing.sign_off(repair, self.signature_on(repair), at)
            case S.REWORK:
                work.rework(repair, "仍然返臭", at)
            case S.CANCELLED:
                work.cancel(repair, "重复登记", at)
            case _:
                self.ask(repair, to, at)

    def ask(self, repair: Repair, to: S, at: datetime) -> None:
        """The verbs after the work: test, follow-up (which stays for the supervisor to look at), check."""
        match to:
            case S.LEAK_TESTED:
                work.leak_test(repair, "rain", True, "", at)
            case S.FOLLOWED_UP:
                heard = self.heard(FollowUpResult.DISSATISFIED)
                follow_ups.follow_up(repair, heard, self.asker, at)
            case S.CLOSED:
                follow_ups.check(repair, "", self.checker, at)

    def in_state(self, state: S, *, source: RepairSource = RepairSource.ACCEPTANCE, **facts: Any) -> Repair:
        """A repair in this state, over the office's verbs."""
        repair = self.defect(**facts)
        repair.source = source
        return self.go_on(repair, *_WAYS[state])


_WORK = (S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED)
_WAYS: dict[S, tuple[S, ...]] = {
    S.REGISTERED: (),
    S.DISPATCHED: _WORK[:1],
    S.ACCEPTED: _WORK[:2],
    S.ON_SITE: _WORK[:3],
    S.WAITING_PARTS: (*_WORK[:3], S.WAITING_PARTS),
    S.WAITING_EXTERNAL: (*_WORK[:2], S.WAITING_EXTERNAL),
    S.WAITING_RESIDENT: (*_WORK[:2], S.WAITING_RESIDENT),
    S.COMPLETED: _WORK,
    S.RECHECKED: (*_WORK, S.RECHECKED),
    S.LEAK_TESTED: (*_WORK, S.LEAK_TESTED),
    S.SIGNED: (*_WORK, S.RECHECKED, S.SIGNED),
    S.FOLLOWED_UP: (*_WORK, S.RECHECKED, S.SIGNED, S.FOLLOWED_UP),
    S.CLOSED: (*_WORK, S.RECHECKED, S.SIGNED, S.FOLLOWED_UP, S.CLOSED),
    S.REWORK: (*_WORK, S.REWORK),
    S.CANCELLED: (S.CANCELLED,),
}
