"""Three months of repairs for tests, drawn from a seed, with many moments at the edges of local days and months."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pmweb.blueprints.repairs.models import FollowUp, Repair, RepairLine, RepairRound
from pmweb.blueprints.repairs.rules import (
    FollowUpChannel,
    FollowUpKind,
    FollowUpResult,
    LineKind,
    LineStage,
    Part,
    RepairSource,
    RepairState,
)
from pmweb.data import defaults
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.domain.warranty import Verdict
from pmweb.extensions import unit
from pmweb.models.homes import Building, Home
from tests.office import Office

S = RepairState
MONTHS = ("2026-09", "2026-10", "2026-11")
EIGHT = timedelta(hours=8)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
_EDGES = [datetime(2026, month, 1, tzinfo=UTC) - EIGHT for month in (9, 10, 11, 12)]
"""The first instants of the months in Shanghai, where it is 16:00 UTC the day before."""
_WORKED = (S.COMPLETED, S.FOLLOWED_UP, S.CLOSED)


class Months:
    """Repairs of an estate as they would stand after three months of work."""

    def __init__(self, office: Office, seed: int = 1, prefix: str = "") -> None:
        self.office, self.prefix, self.draw = office, prefix, random.Random(seed)
        self.worker = office.staff(Role.REPAIRER, estate=office.estate)
        self.homes: list[Home | None] = [None]
        for name in ("1", "2", "10"):
            if name != office.building.name:
                office.building = Building(name=name)
                unit().add(office.building)
                unit().flush()
            self.homes += [office.home(f"{floor:02d}01") for floor in range(1, 9)]
        self.number = 0

    def fill(self, repairs: int = 400) -> None:
        """So many repairs."""
        for _ in range(repairs):
            self.repair()
        unit().commit()

    def moment(self) -> datetime:
        """Mostly at an edge: a month's or a day's first second, the one before, the one after; else any."""
        kind = self.draw.random()
        if kind < 0.25:
            near = self.draw.choice(_EDGES)
        elif kind < 0.5:
            near = _EDGES[0] + self.draw.randrange(91) * DAY
        else:
            return _EDGES[0] - 2 * DAY + timedelta(seconds=self.draw.randrange(95 * 86400))
        return near + self.draw.choice((-1, 0, 1)) * SECOND

    def maybe(self, value: Any, often: float = 0.5) -> Any:
        """This, or nothing."""
        return value if self.draw.random() < often else None

    def work(self, since: datetime) -> dict[str, Any]:
        """The facts of a round that was worked on."""
        done = max(since, self.moment())
        return {
            "assignee_id": self.worker.id,
            "dispatched_at": since,
            "work_done": "修好",
            "completed_at": done,
            "appointment_at": self.maybe(self.near(done)),
            "arrived_at": self.maybe(self.near(done)),
            "follow_up_due_at": self.maybe(self.due(done), 0.8),
        }

    def near(self, moment: datetime) -> datetime:
        """Around it: hours, days, or exactly the midnight before."""
        midnight = (moment + EIGHT).replace(hour=0, minute=0, second=0) - EIGHT
        around = moment + timedelta(hours=self.draw.randrange(-60, 60))
        return self.draw.choice((midnight, midnight - SECOND, around))

    def due(self, done: datetime) -> datetime:
        """24:00 of the second or third day."""
        return (done + EIGHT).replace(hour=0, minute=0, second=0) - EIGHT + self.draw.choice((3, 4)) * DAY

    def repair(self) -> Repair:
        """One repair in some state, with former rounds and follow-ups."""
        self.number += 1
        at, home = self.moment(), self.draw.choice(self.homes)
        state = self.draw.choice((S.REGISTERED, S.ACCEPTED, S.CANCELLED, *_WORKED, *_WORKED))
        data = defaults().repairs
        facts: dict[str, Any] = {
            "number": f"BX-2026-{self.prefix}{self.number:05d}",
            "home_id": home.id if home else None,
            "place": "大堂" if home is None else self.draw.choice(("", "主卫")),
            "part": Part.COMMON if home is None else self.draw.choice(list(Part)),
            "source": self.draw.choice(list(RepairSource)),
            "category": self.maybe(self.draw.choice(list(data.categories)), 0.8),
            "trade": self.draw.choice(list(data.trades)),
            "verdict": self.maybe(self.draw.choice(list(Verdict)), 0.8),
            "priority": "normal",
            "description": "漏水",
            "due_on": self.maybe((self.moment() + EIGHT).date(), 0.3),
            "registered_at": at,
            "moved_at": at,
            "queue_at": at,
            "state": state,
        }
        if state is S.CANCELLED:
            facts |= {"cancelled_at": at, "cancel_reason": "重复登记"}
        if state is S.ACCEPTED:
            facts |= {"assignee_id": self.worker.id, "dispatched_at": at, "accepted_at": at}
        rounds = self.draw.choice((0, 0, 0, 1, 2)) if state in (*_WORKED, S.ACCEPTED) else 0
        facts["round"] = rounds + 1
        if state in _WORKED:
            facts |= self.work(at)
            facts |= {"amount": self.maybe(Money(self.draw.randrange(1, 100_000)), 0.4)}
            facts |= {"followed_up_at": facts["completed_at"], "closed_at": facts["completed_at"]}
        repair = Repair(**facts)
        unit().add(repair)
        unit().flush()
        for _ in range(self.draw.randrange(3)):
            self.line(repair)
        for number in range(1, rounds + 1):
            self.former(repair, number, at)
        if state in _WORKED:
            self.ask(repair, repair.round, repair.follow_up_due_at)
        return repair

    def line(self, repair: Repair) -> None:
        """Something that was estimated or used, and perhaps corrected afterwards."""
        at, fen = self.moment(), Money(self.draw.randrange(1, 50_000))
        line = RepairLine(
            repair_id=repair.id,
            round=1,
            stage=self.draw.choice(list(LineStage)),
            kind=self.draw.choice(list(LineKind)),
            name="软管",
            quantity=Decimal(1),
            unit_price=fen,
            amount=fen,
            written_at=at,
            voided_at=self.maybe(at, 0.2),
        )
        unit().add(line)

    def former(self, repair: Repair, number: int, since: datetime) -> None:
        """A round that did not hold."""
        facts = self.work(since)
        ended = facts["completed_at"] + DAY
        unit().add(
            RepairRound(
                repair_id=repair.id,
                round=number,
                ended_in=S.COMPLETED,
                ended_at=ended,
                reason="仍漏",
                **facts,
            )
        )
        self.ask(repair, number, facts["follow_up_due_at"])

    def ask(self, repair: Repair, number: int, due_at: datetime | None) -> None:
        """Sometimes a follow-up, sometimes a second one, sometimes only the check of the supervisor."""
        if due_at is None or self.draw.random() < 0.2:
            return
        kinds = [FollowUpKind.FOLLOW_UP, FollowUpKind.CHECK, FollowUpKind.FOLLOW_UP]
        for kind in self.draw.choice((kinds[:1], kinds[:2], kinds, kinds[1:2])):
            result = self.draw.choice(list(FollowUpResult))
            stars = self.maybe(self.draw.randrange(1, 6))
            unit().add(
                FollowUp(
                    repair_id=repair.id,
                    round=number,
                    kind=kind,
                    channel=FollowUpChannel.PHONE,
                    due_at=due_at,
                    followed_at=due_at + self.draw.choice((-DAY, -SECOND, 0 * DAY, DAY)),
                    result=result,
                    problem="仍漏" if result is FollowUpResult.PROBLEM_FOUND else "",
                    satisfaction=stars if result is not FollowUpResult.UNREACHABLE else None,
                    late_reason="住户不在",
                    by_id=self.worker.id,
                )
            )
            unit().flush()
