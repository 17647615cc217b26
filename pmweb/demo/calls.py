"""Calls of the demo: what residents who live there asked for in the last days, and how far it came (R-1 to W-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import cycle

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.desk import operations as desk
from pmweb.blueprints.repairs import register
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import billing, follow_ups, intake, places, pricing, signing, work
from pmweb.blueprints.repairs.operations.lines import as_typed, lines_of
from pmweb.blueprints.repairs.operations.promises import nature_of
from pmweb.blueprints.repairs.operations.report import write_report
from pmweb.blueprints.repairs.rules import (
    FollowUpChannel,
    FollowUpResult,
    Line,
    LineKind,
    LineStage,
    Part,
    RepairSource,
    RepairState,
)
from pmweb.blueprints.repairs.rules import Heard as Said
from pmweb.blueprints.repairs.rules.report import Analysis, Month
from pmweb.data import defaults
from pmweb.demo import pictures
from pmweb.demo.stories import Player
from pmweb.domain.money import Money
from pmweb.extensions import db, unit
from pmweb.models import shelf
from pmweb.models.files import FileKind
from pmweb.models.homes import Building, Home
from pmweb.models.signing import Pad


@dataclass(frozen=True)
class Heard:
    """One call: how many hours ago, what it was about, and the last step that was made."""

    hours_ago: int
    category: str
    place: str
    said: str
    until: str = "registered"
    part: Part = Part.PRIVATE
    exclusion: str | None = None


CALLS = (
    Heard(170, "tap_valve", "厨房", "水龙头关不紧，一直滴水", "satisfied"),
    Heard(150, "inner_door", "主卧", "门锁舌弹不出来", "problem"),
    Heard(124, "lamp", "门厅", "吸顶灯一闪一闪", "signed"),
    Heard(98, "socket_switch", "书房", "开关面板松动", "acceptable"),
    Heard(29, "drain_blocked", "客卫", "地漏返水", "tried"),
    Heard(96, "bathroom_leak", "主卫", "楼下说天花板滴水，洗澡以后更明显，请尽快来看", "tested"),
    Heard(75, "inner_door", "次卧", "房门下沿蹭地，关不上", "completed"),
    Heard(51, "drain_blocked", "厨房", "下水很慢，返味", "completed", exclusion="improper_use"),
    Heard(30, "window_leak", "南阳台", "下雨天窗框下沿渗水，墙面发霉，约一米长", "working"),
    Heard(26, "lamp", "2 号楼 1 单元 5 层走廊", "走廊灯不亮，老人晚上出门看不见", "accepted", Part.COMMON),
    Heard(5, "socket_switch", "客厅", "电视墙的插座没有电", "dispatched"),
    Heard(3, "air_conditioner", "主卧", "空调不制热"),
    Heard(1, "electric_leakage", "厨房", "碰到水龙头有麻手的感觉，已经关了总闸"),
)
LOGGED = (
    (27, "event", "保洁外包队长来交下周排班表，已放在前台文件夹"),
    (6, "incident", "2 号楼 1 单元电梯困人约 8 分钟，维保人员到场放出，无人受伤，已通知主任"),
    (2, "event", "快递柜厂家来电，约明天上午检修"),
)
"""What else stands in the work log (R-2, FM-31): hours ago, kind, words."""
PLACES = ("1 单元大堂", "1 单元电梯厅", "2 单元大堂", "地下车库 A 区", "生活水泵房", "东门岗亭")
"""Public places with a label to be scanned."""
_STEPS = ("registered", "dispatched", "accepted", "working", "completed", "tested")
_ASKED = {
    "signed": None,
    "tried": Said(result=None, channel=FollowUpChannel.PHONE),
    "satisfied": Said(result=FollowUpResult.SATISFIED, channel=FollowUpChannel.PHONE, satisfaction=5),
    "acceptable": Said(result=FollowUpResult.ACCEPTABLE, channel=FollowUpChannel.VISIT, satisfaction=4),
    "problem": Said(
        result=FollowUpResult.PROBLEM_FOUND, channel=FollowUpChannel.PHONE, problem="用了一天又弹不出来"
    ),
}
"""What the centre heard after the work was signed; nothing yet for what is only signed."""


def play_calls(player: Player, homes: Sequence[Home]) -> int:
    """Each call comes from the next of these homes; how many were taken. What the move-ins left is asked after, too."""
    _ask_after_move_ins(player)
    for home, heard in zip(cycle(homes), CALLS, strict=False):
        _play(player, home, heard)
        db.session.commit()
    _write_the_log(player)
    _write_the_report(player)
    _put_up_labels(player)
    return len(CALLS) if homes else 0


def _write_the_report(player: Player) -> None:
    """The supervisor has begun to write about the last month (R-8)."""
    last = Month.of(clock.local(player.present).date()).later(-1)
    with player.acting("supervisor"):
        write_report(
            last,
            Analysis(
                causes="新交付楼栋验房发现的问题占多数，以水电收口和门窗五金为主。",
                measures="请施工单位每周二、周五集中整改，维修部复检后销项。",
                responsible="赵铁山",
            ),
            player.present,
        )
    db.session.commit()


def _write_the_log(player: Player) -> None:
    for hours_ago, kind, said in LOGGED:
        player.at = player.present - timedelta(hours=hours_ago)
        with player.acting("receptionist"):
            desk.log(kind, said, player.at)
    db.session.commit()


def _put_up_labels(player: Player) -> None:
    building = unit().scalars(select(Building).order_by(Building.id).limit(1)).one()
    with player.acting("dispatcher"):
        for name in PLACES:
            places.add_place(name, building if "单元" in name else None, player.at)
    db.session.commit()


def _play(player: Player, home: Home, heard: Heard) -> None:
    player.at = player.present - timedelta(hours=heard.hours_ago)
    who = intake.callers(home)[0]
    call = intake.Call(
        source=RepairSource.PHONE,
        home=home,
        part=heard.part,
        place=heard.place,
        category=heard.category,
        description=heard.said,
        caller_name=who.name,
        caller_phone=who.mobile,
        exclusion=heard.exclusion,
    )
    with player.acting("receptionist"):
        repair = intake.take_call(call, [], at=player.now())
    last = "completed" if heard.until in _ASKED else heard.until
    for step in _STEPS[1 : _STEPS.index(last) + 1]:
        _go_on(player, repair, step)
    if heard.until in _ASKED:
        _sign(player, repair)
        _ask(player, repair, _ASKED[heard.until])


def _sign(player: Player, repair: Repair) -> None:
    """The resident signs the work order on the repairer's tablet (M-18)."""
    signer = signing.moment_of(repair, "zh_CN").signers[0]
    with player.acting("repairer"):
        signing.sign_here(
            repair,
            Pad(*pictures.signature(player.random)),
            signer_id=signer.person_id,
            locale="zh_CN",
            device="pmweb demo",
            seen=None,
            at=player.now(5),
        )


def _ask(player: Player, repair: Repair, said: Said | None) -> None:
    """The reception asks the next morning (W-1, W-5)."""
    if said is None:
        return
    player.next_day()
    heard = replace(said, person_name="" if said.result is None else repair.caller_name)
    with player.acting("receptionist"):
        follow_ups.follow_up(repair, heard, player.team["receptionist"], player.now())


def _ask_after_move_ins(player: Player) -> None:
    """What was signed at a second acceptance has been followed up in time; only the latest are still to be checked."""
    query = select(Repair).where(
        Repair.state == RepairState.SIGNED, Repair.follow_up_due_at <= player.present
    )
    for repair in unit().scalars(query.order_by(Repair.follow_up_due_at, Repair.id)):
        assert repair.follow_up_due_at is not None
        player.at = repair.follow_up_due_at - timedelta(hours=player.random.randrange(8, 15))
        owner = register.people_to_call(repair.home_id)[0]
        result = player.random.choice((FollowUpResult.SATISFIED, FollowUpResult.ACCEPTABLE))
        heard = Said(result=result, channel=FollowUpChannel.PHONE, person_name=owner.name)
        with player.acting("receptionist"):
            follow_ups.follow_up(repair, heard, player.team["receptionist"], player.at)
        if repair.state is RepairState.FOLLOWED_UP and player.at < player.present - timedelta(days=14):
            player.next_day()
            with player.acting("supervisor"):
                follow_ups.check(repair, "", player.team["supervisor"], player.now())
    db.session.commit()


def _go_on(player: Player, repair: Repair, step: str) -> None:
    worker = player.team["repairer"]
    with player.acting("dispatcher" if step == "dispatched" else "repairer"):
        match step:
            case "dispatched":
                work.dispatch(repair, worker, None, player.now(20))
            case "accepted":
                work.accept(repair, player.now(10))
            case "working":
                _agree(player, repair)
                work.arrive(repair, player.now(40))
            case "completed":
                photo = shelf.put(unit(), pictures.wall(player.random), FileKind.PHOTO, at=player.now(45))
                work.complete(repair, "已修好，现场清理完毕", player.at, [photo.id])
                if repair.estimate is not None:
                    lines = [as_typed(line) for line in lines_of(repair, LineStage.ESTIMATE)]
                    billing.bill(repair, lines, player.now(5))
            case "tested":
                player.next_day()
                work.leak_test(repair, "rain", True, "下过一夜雨，无渗漏", player.now())


def _agree(player: Player, repair: Repair) -> None:
    """What is paid for is estimated, and the resident says yes on the phone (X-6)."""
    if not nature_of(repair).paid or repair.category is None:
        return
    price = pricing.price_of(repair.category, clock.local(player.at).date())
    assert price is not None
    said = defaults().repairs.categories[repair.category]
    lines = [
        Line(LineKind.SERVICE, said.name_zh, "次", Decimal(1), price.unit_price),
        Line(LineKind.MATERIAL, "管道疏通剂", "瓶", Decimal(1), Money(1800)),
    ]
    pricing.estimate(repair, lines, player.now(5))
    who, by = (repair.caller_name, repair.caller_phone), player.team["repairer"]
    pricing.accept_by_phone(repair, *who, "已逐项念过", by=by, at=player.now(5))
