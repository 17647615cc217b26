"""What all pages of complaints share: the blueprint, its words, the rights of the person who looks."""

from __future__ import annotations

from flask import Blueprint, abort
from flask_babel import lazy_gettext as _l

from pmweb.blueprints.complaints import register
from pmweb.blueprints.complaints.models import Complaint
from pmweb.blueprints.complaints.register import seen_by_me as seen_by_me
from pmweb.blueprints.complaints.rules import ComplaintState, LevelId
from pmweb.domain.permissions import Permission, Role
from pmweb.models.staff import StaffRole
from pmweb.web.access import allowed, estate, find, person
from pmweb.web.wording import word

bp = Blueprint("complaints", __name__, url_prefix="/complaints")

word(
    {
        "complaint.level": _l("请选级别：符合哪一项就选哪一项，按最重的算。"),
        "complaint.place": _l("不分房号的投诉要写明地点。"),
        "complaint.anonymous": _l("户内的投诉要写明投诉人；公共事项才可以匿名。"),
        "complaint.measure": _l("损害正在发生，请先止损，并写明采取了什么措施。"),
        "complaint.measured_at": _l("请填采取止损措施的时间。"),
        "complaint.received_later": _l("受理时间还没到，请核对。"),
        "complaint.happened_later": _l("发生时间晚于受理时间，请核对。"),
        "complaint.measured_later": _l("止损时间还没到，请核对。"),
        "complaint.deadline_past": _l("这个期限已经过去，请与住户重新约定。"),
        "complaint.deadline_far": _l("这个期限太远，请核对年份和月份。"),
        "complaint.received_old": _l("受理时间太早，请核对年份和月份。"),
        "complaint.twice": _l("这件刚才已经登记为 %(number)s，没有再登记一件。"),
        "complaint.agreed_late": _l("期限已经过了，不能再约；请尽快办，并向住户说明。"),
        "complaint.own_cause": _l("被投诉人不能自己处理这件投诉，请另选责任人。"),
        "complaint.against_receiver": _l("投诉的是您本人，请同事来登记。"),
        "complaint.same_person": _l("已经由 %(name)s 负责，请另选一位。"),
        "complaint.not_of_the_department": _l("%(name)s 不在这个部门，请另选责任人，或改选部门。"),
        "complaint.reason": _l("请写明原因，大家都看得到。"),
        "complaint.told_why": _l("请写明怎样向住户讲明了原因。"),
        "complaint.same_level": _l("级别没有变化，请另选一项。"),
        "complaint.until_past": _l("预计日期已经过去，请填今天或以后。"),
        "complaint.fault": _l("报结果前要查明责任，请选责任归属。"),
        "complaint.steps": _l("请勾选做了哪几步，至少一步。"),
        "complaint.root_cause": _l("请写明起因和经过。"),
        "complaint.result": _l("请写明处理结果，接待人照此通报住户。"),
        "complaint.meeting_first": _l("各方都有责任的，要先请相关部门负责人到场共同商定，并记下决定。"),
        "complaint.meeting_past": _l("碰头时间已经过去，请重新约定。"),
        "complaint.meeting_alone": _l("至少请两个部门的负责人到场。"),
        "complaint.nobody_came": _l("请选哪些部门的负责人到了场。"),
        "complaint.decision": _l("请写明共同商定的办法。"),
        "complaint.plan_chosen": _l("这一轮已经选定方案，不能再加。"),
        "complaint.plan_unknown": _l("请从列出的方案里选一个。"),
        "complaint.plan_own": _l("自己拟的方案要由另一位主管选定。"),
        "complaint.link_unknown": _l("没有找到这个单号。请填报修单号或收费单号，例如 BX-2026-000012。"),
        "complaint.linked": _l("这张单已经关联了。"),
        "complaint.second_look": _l("这件投诉是您提出无效的，请由另一位主管复核。"),
        "complaint.help": _l("无效投诉也要尽力帮忙，请写明为住户做了什么。"),
        "complaint.explanation": _l("请写明怎样向住户解释。"),
        "complaint.close_reason": _l("住户不认可结果。请写明为什么仍然结案，或改为重开。"),
        "complaint.doubt_first": _l("有人提出这件投诉无效，请先复核。"),
        "complaint.room": _l("请从列出的房间里选。"),
        "complaint.word": _l("请写下您要说的话。"),
        "complaint.words_many": _l("您写的已经很多，请直接联系客户服务中心。"),
        "complaint.not_yours": _l("这一步要由别人办理。请看页面上写的责任人。"),
    }
)

TONES = {
    ComplaintState.RECEIVED: "wait",
    ComplaintState.ESCALATED: "bad",
    ComplaintState.ASSIGNED: "now",
    ComplaintState.IN_PROGRESS: "now",
    ComplaintState.WAITING_EXTERNAL: "wait",
    ComplaintState.RESULT_REPORTED: "now",
    ComplaintState.RESIDENT_INFORMED: "ok",
    ComplaintState.CLOSED: "ok",
    ComplaintState.REOPENED: "bad",
}
LEVEL_TONES = {LevelId.MAJOR: "bad", LevelId.IMPORTANT: "wait", LevelId.MINOR: "plain"}


def rights() -> frozenset[Permission]:
    """Everything that this person may do here."""
    return frozenset(permission for permission in Permission if allowed(permission))


def found(complaint_id: int) -> Complaint:
    """The complaint, or 404 for one that is not this person's to see."""
    complaint = find(Complaint, complaint_id)
    if not register.sees(complaint):
        abort(404)
    return complaint


def leads(complaint: Complaint) -> bool:
    """Whether this person is the supervisor of the department that answers for it (P-15)."""
    return leads_department(complaint.department)


def leads_department(department: str) -> bool:
    """Whether this person is the supervisor of this department here."""
    return any(
        role.role is Role.DEPARTMENT_SUPERVISOR and role.department == department for role in roles_held()
    )


def roles_held() -> list[StaffRole]:
    """The roles of this person in the chosen estate."""
    here = estate().id
    return [role for role in person().roles if role.estate_id == here and role.ended_at is None]
