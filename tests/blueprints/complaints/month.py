"""A month of complaints: drawn from a seed, made with the operations of the room, and noted in a ledger beside them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import answers, handling, routing
from pmweb.blueprints.complaints.rules import AnswerChannel, LevelId
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.homes import Home
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from pmweb.models.staff import Staff
from tests.blueprints.complaints.cases import SECURITY, Cast, found, told
from tests.blueprints.complaints.ledger import GRAVE, MANAGER, SUPERVISOR, File, Ledger, ends
from tests.office import MORNING, Office

MINUTE = timedelta(minutes=1)
_CAST = ("receiver", "guard", "supervisor", "service", "manager")
NEXT = {
    "received": "assign assign assign level agree reply",
    "escalated": "acknowledge acknowledge assign assign assign level reply",
    "assigned": "contact contact contact contact reassign pass_up level reply agree",
    "in_progress": "report report report report wait pass_up level reassign reply agree",
    "waiting_external": "resume report report level reply agree",
    "result_reported": "inform inform inform send_back reply",
    "resident_informed": "close close close reopen",
    "closed": "leave leave leave leave leave leave reopen",
    "reopened": "assign assign assign level reply",
}
"""What happens in a state, the likelier the oftener it stands there."""


class Month:
    """So many complaints over so many days."""

    def __init__(self, office: Office, complaints: int, days: int, seed: int = 20260305) -> None:
        self.draw, self.ledger, self.cast = Random(seed), Ledger(), Cast(office)
        self.estate_id = office.estate.id
        self.second = office.staff(Role.GUARD, name="孙强")
        self._people = {name: getattr(self.cast, name).id for name in _CAST}
        self._second_id, self._home_id = self.second.id, self.cast.home.id
        self.files: dict[int, File] = {}
        self.done = 0
        whole = days * 24 * 60
        self._queue: list[tuple[datetime, int, File | None]] = [
            (MORNING + self.draw.randrange(whole) * MINUTE, number, None) for number in range(complaints)
        ]
        self._serial = complaints
        heapq.heapify(self._queue)

    def go_on(self, until: datetime) -> None:
        """Everything that people do until then, in one sitting."""
        if not self._queue or self._queue[0][0] > until:
            return
        session = unit()
        session.rollback()
        close_session(session)
        open_session(session, actor=SYSTEM, estate_id=self.estate_id)
        self._come_in()
        while self._queue and self._queue[0][0] <= until:
            at, _number, file = heapq.heappop(self._queue)
            file = self._take(at) if file is None else self._step(file, at)
            self.done += 1
            if file is not None:
                self._serial += 1
                heapq.heappush(self._queue, (at + self._pause(), self._serial, file))
        session.commit()
        close_session(session)

    def _come_in(self) -> None:
        """The people of the office, in the session of this sitting."""
        everybody = {staff.id: staff for staff in unit().scalars(select(Staff))}
        for name, staff_id in self._people.items():
            setattr(self.cast, name, everybody[staff_id])
        self.second, self.cast.home = everybody[self._second_id], unit().get_one(Home, self._home_id)

    def _pause(self) -> timedelta:
        """From a minute to five days, short ones oftener; sometimes none, so that two things happen at once."""
        if self.draw.random() < 0.03:
            return timedelta(0)
        return timedelta(seconds=int(math.exp(self.draw.uniform(math.log(60), math.log(5 * 86400)))))

    def _take(self, at: datetime) -> File:
        level = self.draw.choice(list(GRAVE))
        waited = self.draw.choice((0, 0, 0, 1, 30, 60 * 24 * 4)) * MINUTE  # a letter lay about
        received = at - waited
        own = None
        if level == "minor" and self.draw.random() < 0.3:
            own = received + self.draw.randrange(30, 60 * 24 * 6) * MINUTE
        complaint = self.cast.take(
            at=at, received_at=received, happened_at=received, levels=frozenset({LevelId(level)}),
            resident_deadline=own,
        )  # fmt: skip
        file = File(complaint.id, level, received, own)
        self.files[file.id], self.ledger.receivers[file.id] = file, self.cast.receiver.id
        self.ledger.start_level(file, set())
        file.moved = at
        if level != "minor":
            file.state, file.lies_before = "escalated", MANAGER if level == "major" else SUPERVISOR
        self.ledger.settle(file)
        return file

    def _step(self, file: File, at: datetime) -> File | None:
        act = self.draw.choice(NEXT[file.state].split())
        if act == "leave":
            return None
        complaint = unit().get_one(Complaint, file.id)
        at = max(at, file.moved)
        moves: Callable[[File, Complaint, datetime], bool | None] = getattr(self, f"_{act}")
        moved = moves(file, complaint, at)
        if moved is not False:
            file.moved = at
        self.ledger.settle(file)
        assert complaint.state.value == file.state
        return file

    # --- what people do: the office and the ledger side by side; False for what is no move ---

    def _acknowledge(self, file: File, complaint: Complaint, at: datetime) -> bool | None:
        if file.acknowledged:
            return False
        routing.acknowledge(complaint, self.cast.manager, at)
        file.acknowledged = True
        self.ledger.end(file, "escalate")
        return None

    def _assign(self, file: File, complaint: Complaint, at: datetime) -> None:
        staff = self.draw.choice([self.cast.guard, self.second])
        routing.assign(complaint, staff, SECURITY, self.cast.manager, at)
        if file.state == "escalated":
            file.acknowledged = True
            self.ledger.end(file, "escalate")
        self._given(file, staff.id, at)

    def _reassign(self, file: File, complaint: Complaint, at: datetime) -> None:
        staff = self.second if complaint.assignee_id == self.cast.guard.id else self.cast.guard
        routing.reassign(complaint, staff, SECURITY, "换班", at)
        self._given(file, staff.id, at)

    def _given(self, file: File, staff: int, at: datetime) -> None:
        file.state = "assigned"
        self.ledger.given(file, staff)
        if not file.contacted:
            self.ledger.end(file, "first_contact")
            self.ledger.start(file, "first_contact", at, at + 30 * MINUTE)

    def _contact(self, file: File, complaint: Complaint, at: datetime) -> None:
        handling.contact(complaint, AnswerChannel.PHONE, "", self.cast.guard, at)
        file.state, file.contacted = "in_progress", True
        self.ledger.end(file, "first_contact")

    def _wait(self, file: File, complaint: Complaint, at: datetime) -> None:
        handling.wait(complaint, "等城管到场", at)
        file.state = "waiting_external"

    def _resume(self, file: File, complaint: Complaint, at: datetime) -> None:
        handling.resume(complaint, "", at)
        file.state = "in_progress"

    def _report(self, file: File, complaint: Complaint, at: datetime) -> None:
        handling.report(complaint, found(), (), at)
        file.state = "result_reported"
        self.ledger.end(file, "resolve")
        self.ledger.start(file, "feedback", at, ends(at, 0))

    def _send_back(self, file: File, complaint: Complaint, at: datetime) -> None:
        handling.send_back(complaint, "没有说清楚", at)
        file.state = "in_progress"
        self.ledger.end(file, "feedback")
        self.ledger.run_on(file)

    def _inform(self, file: File, complaint: Complaint, at: datetime) -> None:
        answers.inform(complaint, told(), self.cast.receiver, at)
        file.state, file.replied = "resident_informed", True
        self.ledger.end(file, "feedback", "reply")

    def _reply(self, file: File, complaint: Complaint, at: datetime) -> bool:
        answers.reply(complaint, AnswerChannel.VISIT, "周五前给结果", self.cast.receiver, at)
        file.replied = True
        self.ledger.end(file, "reply")
        return False

    def _close(self, file: File, complaint: Complaint, at: datetime) -> None:
        answers.close(complaint, "", self.cast.service, at)
        file.state = "closed"
        self.ledger.end(file)

    def _reopen(self, file: File, complaint: Complaint, at: datetime) -> None:
        answers.reopen(complaint, "又施工", at)
        self.ledger.end(file)
        file.state, file.round = "reopened", file.round + 1
        file.acknowledged = file.contacted = False
        file.begun, file.own = at, None
        self.ledger.given(file, None)
        days = {"major": 10, "important": 3, "minor": 2}[file.level]
        self.ledger.start(file, "resolve", at, ends(at, days))

    def _agree(self, file: File, complaint: Complaint, at: datetime) -> bool:
        if file.level == "minor" and at < file.clocks["resolve"].due:
            until = at + self.draw.randrange(10, 60 * 24 * 4) * MINUTE
            answers.agree(complaint, until, "住户同意", at)
            file.own, since = until, file.clocks["resolve"].started
            self.ledger.end(file, "resolve")
            self.ledger.start(file, "resolve", since, until, agreed=at)
        return False

    def _pass_up(self, file: File, complaint: Complaint, at: datetime) -> None:
        routing.pass_up(complaint, "要外墙施工", "已电话说明", at)
        file.contacted = True
        self.ledger.end(file, "first_contact")
        file.lies_before = MANAGER if file.lies_before else SUPERVISOR
        file.state, file.acknowledged = "escalated", False

    def _level(self, file: File, complaint: Complaint, at: datetime) -> bool:
        level = self.draw.choice([other for other in GRAVE if other != file.level])
        routing.change_level(complaint, LevelId(level), "补充了情况", self.cast.manager, at)
        rises = GRAVE[level] > GRAVE[file.level]
        self.ledger.end(file, "escalate", "reply", "resolve")
        file.level = level
        file.own = file.own if level == "minor" else None
        to = {"major": MANAGER, "important": SUPERVISOR, "minor": ""}[level]
        brought = rises and file.state in ("received", "assigned", "in_progress", "waiting_external")
        taken_up = file.state != "escalated" or (file.acknowledged and not rises)
        but = {"reply"} if file.replied else set()
        self.ledger.start_level(file, but | (set() if brought or not taken_up else {"escalate"}))
        if brought:
            self.ledger.end(file, "first_contact")
            file.state, file.lies_before, file.acknowledged = "escalated", to, False
        elif rises and file.state == "escalated":
            file.lies_before, file.acknowledged = to, False
        elif file.state == "reopened" or not file.acknowledged:
            file.lies_before = to or SUPERVISOR
        return brought
