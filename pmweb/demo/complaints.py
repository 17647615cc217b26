"""Complaints of the demo: what residents were not content with in the last weeks, and how far it came (P-4 to P-23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.operations import (
    answers,
    clocks,
    handling,
    intake,
    remedies,
    resident,
    routing,
)
from pmweb.blueprints.complaints.operations.answers import Told
from pmweb.blueprints.complaints.operations.handling import Found
from pmweb.blueprints.complaints.operations.remedies import Remedy
from pmweb.blueprints.complaints.rules import AnswerChannel, FaultId, LevelId, Validity
from pmweb.data import defaults
from pmweb.demo.stories import Player
from pmweb.domain.money import Money
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.homes import Home
from pmweb.models.staff import Staff


@dataclass(frozen=True)
class Grievance:
    """One complaint: how many hours ago, about what, how grave, who answers for it, and the last step that was made."""

    hours_ago: float
    category: str
    level: LevelId
    said: str
    demand: str
    who: str
    until: str = "received"
    fault: FaultId = FaultId.COMPANY
    cause: str = ""
    result: str = ""
    mark: int | None = 5
    place: str = ""
    harm: str = ""


_MAJOR, _IMPORTANT, _MINOR = LevelId
COMPLAINTS = (
    Grievance(
        620,
        "cleaning",
        _MINOR,
        "楼道垃圾两天没人清，有异味",
        "当天清走，以后每天收",
        "environment-supervisor",
        "closed",
        FaultId.COMPANY,
        "保洁员请假，没有安排顶班",
        "当天清运，并排好顶班表",
        5,
        "1 单元 3 层楼道",
    ),
    Grievance(
        480,
        "fee",
        _IMPORTANT,
        "车位费重复扣了一个月",
        "退回多收的钱",
        "cashier",
        "closed",
        FaultId.COMPANY,
        "换系统时把旧账单又录了一遍",
        "已核对并退回，向住户致歉",
        4,
    ),
    Grievance(
        400,
        "noise",
        _MINOR,
        "楼上装修中午电钻，孩子睡不了觉",
        "午休时间不要施工",
        "guard",
        "invalid",
        FaultId.RESIDENT,
        "",
        "",
        None,
    ),
    Grievance(
        240,
        "security",
        _MAJOR,
        "夜里有陌生人跟进单元门，门禁坏了三天没人修",
        "马上修好门禁，说明谁放的行",
        "security-supervisor",
        "reopened",
        FaultId.SHARED,
        "门禁锁体损坏，夜班岗亭未登记访客",
        "已更换锁体，夜班加一次巡逻",
        2,
    ),
    Grievance(
        150,
        "repair_service",
        _IMPORTANT,
        "约好上门两次都没来，也没人打电话",
        "今天必须来修",
        "repair-supervisor",
        "informed",
        FaultId.COMPANY,
        "派单冲突，没有通知住户改期",
        "已上门修好，当面致歉，约定改期必须电话通知",
        3,
    ),
    Grievance(
        74,
        "developer",
        _IMPORTANT,
        "外墙渗水，书房一面墙发霉，开发商一直推",
        "给一个说法，什么时候修",
        "repair-supervisor",
        "planned",
    ),
    Grievance(
        50,
        "utility",
        _MAJOR,
        "整栋停水一天，没有提前通知，也没有应急供水",
        "恢复供水，说明原因",
        "repair-supervisor",
        "waiting",
    ),
    Grievance(
        30,
        "parking",
        _MINOR,
        "消防通道总停着一辆车，晚上出不去",
        "请挪走，不要再让停",
        "guard",
        "reported",
        FaultId.RESIDENT,
        "访客不清楚通道不能停",
        "已联系车主挪车，地面补画禁停线",
        None,
        "2 号楼北侧通道",
    ),
    Grievance(
        26,
        "staff_conduct",
        _MINOR,
        "前台接电话说话很冲，问一句顶一句",
        "要道歉",
        "supervisor",
        "contacted",
    ),
    Grievance(
        2.5,
        "facility",
        _IMPORTANT,
        "今天早上电梯里滴水，怀疑楼上水管漏",
        "今天止水，三天内修好",
        "repairer",
        "assigned",
        FaultId.COMPANY,
        "",
        "",
        None,
        "1 单元电梯",
        "已关楼层总阀，放警示牌和接水桶",
    ),
    Grievance(
        0.9,
        "security",
        _MAJOR,
        "保安与送餐员推搡，把住户老人碰倒了",
        "送医检查，追究责任",
        "security-supervisor",
        "received",
        FaultId.COMPANY,
        "",
        "",
        None,
        "东门岗亭",
        "已送社区医院，保安停岗",
    ),
    Grievance(
        0.4,
        "pet",
        _MINOR,
        "邻居遛狗不牵绳，小孩被吓哭",
        "请物业去说",
        "guard",
        "received",
    ),
)
_STEPS = (
    "received",
    "assigned",
    "contacted",
    "planned",
    "waiting",
    "reported",
    "informed",
    "closed",
    "reopened",
)
_MORE = {"planned", "waiting"}
"""Steps that only the stories have that end with them."""


def play_complaints(player: Player, homes: Sequence[Home]) -> int:
    """Each complaint comes from the next of these homes; how many there are. Who has to know has been told."""
    for home, grievance in zip(cycle(homes), COMPLAINTS, strict=False):
        _play(player, home, grievance)
        db.session.commit()
    if homes:
        _call_the_supervisor(player, homes[0])
    while clocks.remind(player.present):
        db.session.commit()
    return len(COMPLAINTS) if homes else 0


def _call_the_supervisor(player: Player, home: Home) -> None:
    """P-11: somebody at the desk is upset at this moment."""
    player.at = player.present - timedelta(minutes=3)
    with player.acting("receptionist"):
        desk = player.team["receptionist"]
        intake.call_supervisor("meeting_room", home, desk, "customer_service", player.at)


def _play(player: Player, home: Home, grievance: Grievance) -> None:
    player.at = player.present - timedelta(hours=grievance.hours_ago)
    with player.acting("receptionist"):
        complaint = _take(player, home, grievance)
    if grievance.until == "invalid":
        _find_invalid(player, complaint)
        return
    if grievance.until == "planned":
        with player.acting("receptionist"):
            resident.issue_link(complaint, player.at)
    for step in _STEPS[1 : _STEPS.index(grievance.until) + 1]:
        if step not in _MORE or step == grievance.until:
            player.now(9)
            _GO_ON[step](player, complaint, grievance)


def _take(player: Player, home: Home, grievance: Grievance) -> Complaint:
    who = intake.callers(home)[0]
    heard = intake.Heard(
        channel="phone",
        station="customer_service",
        home=home,
        place=grievance.place,
        anonymous=False,
        name=who.name,
        phone=who.mobile,
        happened_at=player.at - timedelta(minutes=40),
        received_at=player.at,
        category=grievance.category,
        department=defaults().complaints.categories[grievance.category].department,
        against=None,
        against_name="",
        description=grievance.said,
        demand=grievance.demand,
        levels=frozenset({grievance.level}),
        harm=bool(grievance.harm),
        measure=grievance.harm,
        measured_at=player.at if grievance.harm else None,
    )
    return intake.take(heard, (), player.team["receptionist"], at=player.at)


def _lead(player: Player, complaint: Complaint) -> str:
    """Who hands it out: the person of its level."""
    if complaint.escalated_to is Role.OFFICE_MANAGER:
        return "manager"
    return (
        f"{complaint.department.partition('_')[0]}-supervisor"
        if complaint.department in _LED
        else "supervisor"
    )


_LED = ("repair", "security", "environment")


def _assign(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    lead, staff = _lead(player, complaint), player.team[grievance.who]
    with player.acting(lead):
        routing.assign(complaint, staff, _department(staff), player.team[lead], player.at)


def _department(staff: Staff) -> str:
    return next(role.department for role in staff.roles if role.department)


def _contact(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    with player.acting(grievance.who):
        staff = player.team[grievance.who]
        handling.contact(complaint, AnswerChannel.PHONE, "听住户说了经过，约好回复时间", staff, player.at)


def _plan(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    with player.acting(grievance.who):
        for title, how, cost, days, risk in _PLANS:
            remedy = Remedy(
                title=title,
                description=how,
                cost=Money.from_yuan(cost),
                payer="developer",
                days=days,
                risk=risk,
            )
            remedies.draft(complaint, remedy, player.team[grievance.who], player.at)


_PLANS = (
    ("局部打胶修补", "蜘蛛人沿窗框和裂缝打胶", "2600", 3, "两三年后可能再渗"),
    ("整面外墙重做防水", "搭吊篮，整面重做防水和涂料", "38500", 25, "要等开发商批复"),
)


def _wait(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    with player.acting(grievance.who):
        staff = player.team[grievance.who]
        answers.reply(
            complaint, AnswerChannel.PHONE, "市政管网抢修，今晚 22 点前恢复，已安排送水", staff, player.at
        )
        handling.wait(complaint, "等自来水公司抢修市政管网", player.at)


def _report(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    if grievance.fault is FaultId.SHARED:
        with player.acting("manager"):
            meeting = ("security", "repair")
            by = player.team["manager"]
            remedies.call_meeting(complaint, meeting, player.now(60), "1 单元大堂", by, player.at)
            remedies.minutes(
                complaint, meeting, "", "门禁当天换锁体，夜班加一次巡逻并登记访客", by, player.now(40)
            )
    found = Found(
        fault=grievance.fault,
        steps=("1", "2"),
        cause=grievance.cause,
        bases=("owners_covenant", "resident_handbook"),
        result=grievance.result,
    )
    with player.acting(grievance.who):
        handling.report(complaint, found, (), player.now(90))


def _inform(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    content = (grievance.mark or 0) > 2
    told = Told(
        channel=AnswerChannel.PHONE,
        text=grievance.result,
        accepted=content,
        satisfaction=grievance.mark,
        said="" if content else "等了这么久，希望不要再发生",
    )
    with player.acting("receptionist"):
        answers.inform(complaint, told, player.team["receptionist"], player.now(30))


def _close(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    with player.acting("supervisor"):
        note = "" if complaint.accepted else "已按商定办法处理，继续观察一周"
        answers.close(complaint, note, player.team["supervisor"], player.now(20))


def _reopen(player: Player, complaint: Complaint, grievance: Grievance) -> None:
    player.next_day(6)
    with player.acting("manager"):
        answers.reopen(complaint, "门禁又坏了，夜里仍有人跟进", player.at)


def _find_invalid(player: Player, complaint: Complaint) -> None:
    with player.acting("receptionist"):
        doubt, helped = "当天楼上没有装修登记，现场没有施工", "请保安午间巡查三天，住户再听到可直接打电话"
        answers.find_invalid(complaint, doubt, helped, player.team["receptionist"], player.now(120))
    with player.acting("supervisor"):
        lead, told = player.team["supervisor"], "电话说明了查看经过"
        answers.look_again(complaint, Validity.INVALID, told, lead, player.now(60))


_GO_ON: Mapping[str, Callable[[Player, Complaint, Grievance], None]] = {
    "assigned": _assign,
    "contacted": _contact,
    "planned": _plan,
    "waiting": _wait,
    "reported": _report,
    "informed": _inform,
    "closed": _close,
    "reopened": _reopen,
}
