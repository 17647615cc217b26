"""Repairs for tests: a defect of the acceptance, and a repair brought into any state by the office's verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import signing, work
from pmweb.blueprints.repairs.rules import RepairSource, RepairState, WaitKind
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.signatures import Signature
from pmweb.models.signing import Refused, Signer, sign
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
                raise NotImplementedError(to)

    def in_state(self, state: S, *, source: RepairSource = RepairSource.ACCEPTANCE, **facts: Any) -> Repair:
        """A repair in this state. States of a later issue are written down as they would stand then."""
        repair = self.defect(**facts)
        repair.source = source
        self.go_on(repair, *_WAYS[state])
        match state:
            case S.LEAK_TESTED:
                repair.state, repair.leak_tested_at = state, self.now()
            case S.FOLLOWED_UP:
                repair.state, repair.followed_up_at = state, self.now()
            case S.CLOSED:
                repair.state, repair.followed_up_at, repair.closed_at = state, self.now(), self.now()
        unit().commit()
        return repair


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
    S.LEAK_TESTED: _WORK,
    S.SIGNED: (*_WORK, S.RECHECKED, S.SIGNED),
    S.FOLLOWED_UP: (*_WORK, S.RECHECKED, S.SIGNED),
    S.CLOSED: (*_WORK, S.RECHECKED, S.SIGNED),
    S.REWORK: (*_WORK, S.REWORK),
    S.CANCELLED: (S.CANCELLED,),
}
