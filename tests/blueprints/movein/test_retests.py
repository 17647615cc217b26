"""What is signed untested is not forgotten: tested on its day, in order or with a work order (M-9, M-11, M-12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pmweb import clock
from pmweb.blueprints.movein.models import AcceptanceItem
from pmweb.blueprints.movein.operations import acceptance, papers, retests, rounds, voiding
from pmweb.blueprints.movein.operations.facts import open_case
from pmweb.blueprints.movein.rules import Result, Severity, State
from pmweb.blueprints.repairs.models import Repair
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db
from pmweb.models.journal import JournalEntry
from pmweb.models.signatures import SignerSide
from pmweb.models.signing import Coverage
from pmweb.models.tasks import Task
from tests.blueprints.movein.journey import DATA, Journey
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]
PLACES = {(room.id, n): room.name_zh for room in DATA.acceptance.rooms.values() for n in range(1, 7)}


def signed_with_two_lines_untested(office: Office, defects: int = 0) -> Journey:
    """One of them is due in two days, one in five."""
    made = Journey(office)
    made.at_the_desk()
    sheet = made.start_acceptance()
    made.walk(sheet, defects)
    for number, item in enumerate(acceptance.items_of(sheet)[-2:]):
        acceptance.mark(
            made.move_in, sheet, item, Result.NOT_TESTED, checklist=DATA.acceptance, at=made.now()
        )
        day = clock.local(made.at).date() + timedelta(days=2 + 3 * number)
        acceptance.describe(made.move_in, sheet, item, note="闭水试验要 24 小时", due_on=day, at=made.now())
    made.read_meters()
    acceptance.confirm_check(made.move_in, at=made.now())
    made.sign()
    made.sign(SignerSide.OFFICE)
    db.session.commit()
    return made


@pytest.fixture
def journey(office: Office) -> Journey:
    return signed_with_two_lines_untested(office)


def lines(journey: Journey) -> list[AcceptanceItem]:
    return retests.waiting(acceptance.items_of(acceptance.first_sheet(journey.move_in)))


def settle(journey: Journey, item: AcceptanceItem, **said: Any) -> None:
    retests.settle(journey.move_in, item, **said, places=PLACES, checklist=DATA.acceptance, at=journey.now())


def owed() -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.kind == "movein.retest", Task.done_at.is_(None))))


def state(journey: Journey) -> State:
    return journey.move_in.state


def test_the_repair_department_is_reminded_on_the_day_of_the_first(journey: Journey) -> None:
    first, second = lines(journey)
    (task,) = owed()
    assert (task.role, task.department, task.facts) == (Role.REPAIRER, "repair", {"count": 2})
    assert task.due_at is not None
    assert clock.local(task.due_at - timedelta(seconds=1)).date() == first.due_on
    settle(journey, first, passed=True)
    (task,) = owed()
    assert task.due_at is not None
    assert clock.local(task.due_at - timedelta(seconds=1)).date() == second.due_on
    settle(journey, second, passed=True)
    assert owed() == []


def test_what_was_signed_stays_signed(journey: Journey) -> None:
    """SIG-2: the line reads as it did; what came of it stands beside it."""
    settle(journey, lines(journey)[0], passed=True)
    found = open_case(journey.move_in, DATA.movein)
    (sheet,) = [paper for paper in found.papers if paper.kind == papers.ACCEPTANCE]
    assert sheet.resident_coverage is Coverage.COVERS
    assert (found.facts.retests, found.facts.to_retest) == (2, 1)


def test_a_failed_test_becomes_a_work_order_and_the_owner_looks_again(journey: Journey) -> None:
    """M-12, M-17: the acceptance had passed; it has not any more."""
    assert state(journey) is State.ACCEPTANCE_PASSED
    first, second = lines(journey)
    settle(journey, first, passed=False, note="楼下渗水")
    (row,) = rounds.repairs_of(journey.move_in)
    assert (row.item_code, row.severity) == (first.code, "minor")
    assert row.description.endswith("楼下渗水")
    assert state(journey) is State.RECTIFYING
    settle(journey, second, passed=True)
    journey.put_right()
    journey.next_round()
    assert state(journey) is State.ACCEPTANCE_PASSED


def test_after_the_filing_the_repair_stands_on_its_own(journey: Journey) -> None:
    """M-19: a roof waits for the rain; the file is closed long before."""
    journey.complete_file()
    journey.file()
    (task,) = owed()
    assert task.facts == {"count": 2}
    settle(journey, lines(journey)[0], passed=False, note="渗水")
    (repair,) = db.session.scalars(select(Repair))
    assert repair.on_its_own
    assert state(journey) is State.FILED


def test_a_second_failure_leaves_the_first_repair_alone(journey: Journey) -> None:
    """What stands on its own already keeps its deadline, and its timeline says so once."""
    journey.complete_file()
    journey.file()
    first, second = lines(journey)
    settle(journey, first, passed=False, note="渗水")
    journey.put_right()
    (sign,) = db.session.scalars(select(Task).where(Task.kind == "repair.sign", Task.done_at.is_(None)))
    due = sign.due_at
    journey.at += timedelta(days=4)
    settle(journey, second, passed=False, note="积水")
    assert sign.due_at == due
    told = select(JournalEntry).where(JournalEntry.event == "repair.on_its_own")
    assert len(list(db.session.scalars(told))) == 0


def test_what_failed_later_stands_on_the_paper(journey: Journey, client_for: ClientFor) -> None:
    """M-17: the owner looks at what is wrong, not at why it waited."""
    first = lines(journey)[0]
    settle(journey, first, passed=False, note="楼下渗水")
    db.session.commit()
    assert first.wrong == "楼下渗水"
    paper = client_for(Role.RECEPTIONIST).get(f"/movein/{journey.move_in.id}/print/acceptance_sheet").text
    assert "楼下渗水" in paper
    assert "BX-2026-000001" in paper


def test_only_a_defect_is_repaired(journey: Journey) -> None:
    """Promise 7: the database says so too."""
    item = acceptance.items_of(acceptance.first_sheet(journey.move_in))[0]
    item.repair_id = 1
    with pytest.raises(IntegrityError, match="only_defects_are_repaired"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"passed": False}, "retest.note"),
        ({"passed": False, "note": "漏电", "severity": Severity.SAFETY}, "retest.photo"),
    ],
)
def test_a_failed_test_is_described(journey: Journey, said: dict[str, Any], code: str) -> None:
    """M-11, FM-05."""
    with pytest.raises(RuleBroken) as broken:
        settle(journey, lines(journey)[0], **said)
    assert broken.value.code == code
    assert len(lines(journey)) == 2


def test_a_test_is_written_down_once_and_never_in_a_voided_case(journey: Journey) -> None:
    first, second = lines(journey)
    settle(journey, first, passed=True)
    with pytest.raises(RuleBroken, match=r"retest\.not_waiting"):
        settle(journey, first, passed=False, note="渗水")
    tested = acceptance.items_of(acceptance.first_sheet(journey.move_in))[0]
    with pytest.raises(RuleBroken, match=r"retest\.not_waiting"):
        settle(journey, tested, passed=True)
    voiding.void(journey.move_in, "重复", at=journey.now())
    with pytest.raises(RuleBroken, match=r"movein\.ended"):
        settle(journey, second, passed=True)


class TestThePage:
    @pytest.fixture
    def repairer(self, client_for: ClientFor, journey: Journey) -> CheckingClient:
        return client_for(Role.REPAIRER, name="周志强")

    def send(self, client: CheckingClient, journey: Journey, said: dict[str, str] | None = None) -> Any:
        severities = {f"line-{item.position}-severity": "minor" for item in lines(journey)}
        url = f"/movein/{journey.move_in.id}/retests"
        return client.post(url, data=severities | (said or {}) | {"_version": 2})

    def test_one_button_takes_what_was_said(self, repairer: CheckingClient, journey: Journey) -> None:
        """What is left alone goes on waiting."""
        first, second = lines(journey)
        page = repairer.get(f"/movein/{journey.move_in.id}/retests").text
        assert "闭水试验要 24 小时" in page
        done = self.send(repairer, journey, {f"line-{first.position}-passed": "yes"})
        assert done.status_code == 303
        db.session.expire_all()
        assert [item.id for item in lines(journey)] == [second.id]
        assert "还有 1 项没有补测" in repairer.get(f"/movein/{journey.move_in.id}").text

    def test_nothing_is_kept_while_something_is_missing(
        self, repairer: CheckingClient, journey: Journey
    ) -> None:
        first, second = lines(journey)
        said = {f"line-{first.position}-passed": "yes", f"line-{second.position}-passed": "no"}
        refused = self.send(repairer, journey, said)
        assert refused.status_code == 422
        assert "请写明哪里不合格" in refused.text
        db.session.expire_all()
        assert len(lines(journey)) == 2

    def test_words_without_a_result_are_no_result(self, repairer: CheckingClient, journey: Journey) -> None:
        """Without JavaScript the field for the words is always there: 周三再来测 is no failed test."""
        first = lines(journey)[0]
        refused = self.send(repairer, journey, {f"line-{first.position}-note": "周三再来测"})
        assert refused.status_code == 422
        assert "请选择补测结果" in refused.text
        db.session.expire_all()
        assert state(journey) is State.ACCEPTANCE_PASSED
        assert len(lines(journey)) == 2

    def test_an_old_page_is_told_so(self, repairer: CheckingClient, journey: Journey) -> None:
        """Promise 6."""
        settle(journey, lines(journey)[0], passed=True)
        db.session.commit()
        assert self.send(repairer, journey).status_code == 409

    def test_a_case_without_such_lines_has_no_such_page(
        self, client_for: ClientFor, office: Office, journey: Journey
    ) -> None:
        page = client_for(Role.REPAIRER).get("/movein/9999/retests")
        assert page.status_code == 404


def test_the_check_of_the_next_round_still_names_what_waits(client_for: ClientFor, office: Office) -> None:
    """M-17: it is nothing of this round; but nobody should think that it was forgotten."""
    journey = signed_with_two_lines_untested(office, defects=1)
    tested, waiting = lines(journey)
    settle(journey, tested, passed=True)
    journey.put_right()
    sheet = rounds.open_round(journey.move_in, journey.facts, "林先生", "周工", at=journey.now())
    (found,) = rounds.defects_of_round(sheet)
    rounds.mark_defect(journey.move_in, sheet, found, True, "", at=journey.now())
    db.session.commit()
    page = client_for(Role.REPAIRER).get(f"/movein/{journey.move_in.id}/check").text
    assert f"第 {waiting.position} 项" in page
    assert f"第 {tested.position} 项" not in page
    assert page.count("待测") == 1
