"""Three months of complaints, drawn from a seed and handled as an office does, many of them at midnight."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import inspect, select

from pmweb.blueprints.complaints.models import Complaint, ComplaintClock, ComplaintRound
from pmweb.blueprints.complaints.operations import answers, handling, routing
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId, Validity
from pmweb.data import defaults
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.base import Base
from pmweb.models.homes import Building, Home
from pmweb.models.staff import Staff
from tests.blueprints.complaints.cases import SECURITY, Cast, found, told
from tests.office import Office

S = ComplaintState
_OWN = ("id", "estate_id", "version", "complaint_id")
Row = TypeVar("Row", bound=Base)
BEGUN = datetime(2025, 12, 31, 16, tzinfo=UTC)
"""2026-01-01 00:00 in Shanghai."""
MONTHS = ((1, 31), (2, 28), (3, 31))
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LOOKED_AT = BEGUN + 85 * DAY
"""While the last of them are still being handled."""


class Months:
    """The complaints of an estate after three months."""

    def __init__(self, office: Office, seed: int = 8) -> None:
        self.cast, self.draw = Cast(office), random.Random(seed)
        self.copies = 0
        self.accused = [office.staff(Role.GUARD, name=name) for name in ("孙平", "阿不都热依木·买买提")]
        self.homes: list[Home | None] = [self.cast.home, None]
        for name in ("2", "10"):
            office.building = Building(name=name)
            unit().add(office.building)
            unit().flush()
            self.homes += [office.home(f"{floor:02d}01") for floor in range(1, 4)]

    def fill(self, complaints: int, copies: int = 7) -> None:
        """So many complaints: some are handled step by step, the others are copies of these on other days."""
        for _ in range(complaints // (copies + 1)):
            self.copy(self.complaint(), copies)
        unit().commit()

    def copy(self, complaint: Complaint, times: int) -> None:
        """The same course of things about something else, so many days earlier or later."""
        beside = [
            row
            for kind in (ComplaintClock, ComplaintRound)
            for row in unit().scalars(select(kind).where(kind.complaint_id == complaint.id))
        ]
        for _ in range(times):
            self.copies += 1
            by = (self.draw.randrange(88) - (complaint.received_at - BEGUN) // DAY) * DAY
            about = self.about() | {"number": f"copy {self.copies}"}
            about["happened_at"] = complaint.received_at + by - self.draw.randrange(3 * 86400) * SECOND
            same = _moved(complaint, by, **about)
            unit().add_all([same, *(_moved(row, by, complaint=same) for row in beside)])
        unit().flush()

    def moment(self) -> datetime:
        """At a midnight of Shanghai, a second before or after it; else any."""
        if self.draw.random() < 0.4:
            return BEGUN + self.draw.randrange(90) * DAY + self.draw.choice((-1, 0, 1)) * SECOND
        return BEGUN + self.draw.randrange(88 * 86400) * SECOND

    def complaint(self) -> Complaint:
        """One complaint, as far as it came."""
        at, about = self.moment(), self.about()
        complaint = self.cast.take(
            at=at,
            received_at=at,
            happened_at=at - self.draw.randrange(3 * 86400) * SECOND,
            home=unit().get(Home, about["home_id"]) if about["home_id"] else None,
            place=about["place"],
            anonymous=about["home_id"] is None,
            category=about["category"],
            department=about["against_department"],
            channel=about["channel"],
            levels=frozenset({self.draw.choice(list(LevelId))}),
            against=unit().get(Staff, about["against_staff_id"]) if about["against_staff_id"] else None,
            against_name=about["against_name"],
        )
        self.handle(complaint, at)
        return complaint

    def about(self) -> dict[str, Any]:
        """Where, what about, and whom: somebody of the office, somebody else, or nobody."""
        draw, data = self.draw, defaults().complaints
        home, staff = draw.choice(self.homes), draw.choice([*self.accused, None, None])
        return {
            "home_id": home.id if home else None,
            "place": "" if home else "大堂",
            "category": draw.choice(list(data.categories)[:5]),
            "channel": draw.choice(list(data.channels)),
            "against_department": draw.choice(list(data.departments)),
            "against_staff_id": staff.id if staff else None,
            "against_name": staff.name if staff else draw.choice(("", "送水工")),
        }

    def later(self, at: datetime) -> datetime:
        """Soon, some days later, or exactly at a midnight."""
        soon, days = at + self.draw.randrange(7200) * SECOND, at + self.draw.randrange(4 * 86400) * SECOND
        midnight = BEGUN + ((at - BEGUN) // DAY + self.draw.randrange(1, 4)) * DAY
        return self.draw.choice((soon, soon, days, midnight))

    def handle(self, complaint: Complaint, at: datetime) -> None:
        """The usual way with its turnings, broken off anywhere."""
        cast, draw = self.cast, self.draw
        if complaint.state is S.RECEIVED and draw.random() < 0.2:
            answers.find_invalid(complaint, "并无此事", "代为联系", cast.receiver, at)
            answers.look_again(complaint, draw.choice(list(Validity)), "已说明", cast.service, self.later(at))
        for _round in range(draw.choice((1, 1, 2, 3))):
            if not self.once(complaint):
                return
            if draw.random() < 0.5:
                answers.close(complaint, "住户已知悉", cast.service, self.later(complaint.moved_at))
            if _round or draw.random() < 0.5:
                answers.reopen(complaint, "第二天又施工", self.later(complaint.moved_at))

    def once(self, complaint: Complaint) -> bool:
        """One round up to the resident's verdict; False where it was broken off."""
        cast, draw = self.cast, self.draw
        if complaint.state in (S.CLOSED, S.RESIDENT_INFORMED):
            return False
        if draw.random() < 0.15:
            return False
        if draw.random() < 0.2:
            other = draw.choice([level for level in LevelId if level is not complaint.level])
            routing.change_level(complaint, other, "另有情况", cast.manager, self.later(complaint.moved_at))
        if complaint.state is S.RECEIVED and complaint.level is not LevelId.MINOR:
            return False
        routing.assign(complaint, cast.guard, SECURITY, cast.manager, self.later(complaint.moved_at))
        if draw.random() < 0.15:
            return False
        if draw.random() < 0.2:
            answers.reply(
                complaint, told().channel, "正在处理", cast.receiver, self.later(complaint.moved_at)
            )
        handling.contact(complaint, told().channel, "", cast.guard, self.later(complaint.moved_at))
        if draw.random() < 0.15:
            return False
        in_time = complaint.due_at is not None and complaint.due_at > complaint.moved_at
        if complaint.level is LevelId.MINOR and draw.random() < 0.3 and in_time:
            until = complaint.moved_at + draw.randrange(1, 5) * DAY
            answers.agree(complaint, until, "住户同意", complaint.moved_at)
        handling.report(complaint, found(), (), self.later(complaint.moved_at))
        if draw.random() < 0.15:
            return False
        mark = draw.choice((None, 1, 3, 4, 5))
        said = told(accepted=draw.choice((True, False, None)), satisfaction=mark)
        answers.inform(complaint, said, cast.receiver, self.later(complaint.moved_at))
        return True


def _moved(row: Row, by: timedelta, **changes: Any) -> Row:
    """Another row like this one, all of its moments so much later."""
    said = {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}
    later = {name: value + by for name, value in said.items() if isinstance(value, datetime)}
    kept = {name: value for name, value in said.items() if name not in _OWN}
    return type(row)(**(kept | later | changes))
