"""What repairs show elsewhere: every event and every task has its words."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from pmweb.blueprints.repairs import cards
from pmweb.blueprints.repairs.operations import billing, follow_ups, pricing, signing, sources, verdict, work
from pmweb.blueprints.repairs.rules import ESTIMATE, RepairState, promises
from pmweb.extensions import unit
from pmweb.models.journal import JournalEntry
from pmweb.models.signing import Refused, Signer, sign
from pmweb.models.tasks import Task
from pmweb.web.cards import asked, told
from tests.blueprints.repairs.jobs import Jobs
from tests.office import Office

S = RepairState
_CODE = re.compile(r'"(repair\.[a-z_]+)"')


def codes_in(*modules: object) -> set[str]:
    """Every code that these modules write, but for those of refused rules."""
    files = (Path(str(getattr(module, "__file__", ""))) for module in modules)
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    return set(_CODE.findall(re.sub(r"RuleBroken\([^)]*\)", "", text)))


def test_every_event_that_is_written_is_worded() -> None:
    assert set(cards.EVENTS) == codes_in(work, signing, sources, follow_ups, pricing, billing, verdict)


def test_every_task_that_is_promised_is_worded() -> None:
    assert set(cards.TASKS) == {*codes_in(promises), ESTIMATE}


def test_the_whole_life_of_a_repair_reads_as_sentences(app: Flask, office: Office) -> None:
    jobs = Jobs(office)
    repair = jobs.in_state(S.WAITING_PARTS)
    jobs.go_on(
        repair, S.ACCEPTED, S.DISPATCHED, S.REGISTERED, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED
    )
    work.recheck(repair, False, "仍然返臭", jobs.now())
    jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED)
    work.recheck(repair, True, "通水 10 分钟", jobs.now())
    order, manner = signing.work_order_paper(repair), Refused("不认可工期", "何伟")
    (signature,) = sign(
        unit(), repair, [order], Signer("周文博"), manner, at=jobs.now(), locale="zh_CN", device=""
    )
    signing.sign_off(repair, signature, jobs.now())
    work.cancel(jobs.defect(), "重复登记", jobs.now())
    unit().commit()
    with app.test_request_context():
        lines = [told(entry).text for entry in unit().scalars(select(JournalEntry).order_by(JournalEntry.id))]
        wanted = [asked(task) for task in unit().scalars(select(Task).where(Task.subject_kind == "repair"))]
    for said in (
        *("登记报修，开出工作单", "派给 周工", "待料：等厂家发货", "转派给 周工：人员请假"),
        *(
            "周工 的工作单退回，等重新派单：工种不符",
            "复检不合格，转第 2 轮返修：仍然返臭",
            "复检合格：通水 10 分钟",
        ),
        *("周** 拒绝在工作单上签字，已由见证人记录", "取消：重复登记"),
    ):
        assert said in lines
    assert "派单：主卫 地漏排水：排水慢" in wanted
    assert not [text for text in (*lines, *wanted) if "repair." in text or "%(" in text]
