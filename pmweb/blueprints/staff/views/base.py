"""What these pages share: the blueprint, the words of its rules, the person that an address names."""

from __future__ import annotations

from flask import Blueprint, abort
from flask_babel import lazy_gettext as _l

from pmweb.blueprints.staff import register, rules
from pmweb.models.estate import Estate
from pmweb.models.staff import Staff
from pmweb.web.access import person
from pmweb.web.wording import word

bp = Blueprint("staff", __name__)

word(
    {
        "sign_in.refused": _l("账号或密码不对，或账号已停用。连续输错 5 次，要等 10 分钟再试。"),
        "sign_in.barred": _l("这里连续输错了 5 次，请过 %(minutes)s 分钟再试。别处登录不受影响。"),
        "username.form": _l("账号用 2 到 40 个小写字母、数字或 . _ -，以字母或数字开头。"),
        "username.taken": _l("账号 %(username)s 已经有人用了，请换一个。"),
        "password.old": _l("现在的密码不对。"),
        "password.same": _l("新密码和现在的一样，请换一个。"),
        "password.short": _l("密码至少 %(least)s 位。可以用几个词连起来，又长又好记。"),
        "password.long": _l("密码最多 %(most)s 位。"),
        "password.personal": _l("密码里除了账号或电话几乎没有别的，太容易猜。请换一个。"),
        "password.common": _l("这是很多人用的密码，最先被猜到。请换一个。"),
        "role.department": _l("这个岗位属于一个部门，请选择部门。"),
        "role.held": _l("已经担任这个岗位了。"),
        "staff.held_elsewhere": _l(
            "此人在您不管理的小区也有岗位，账号和密码要由那边的系统管理员办理。这里可以增减本小区的岗位。"
        ),
        "staff.not_your_estate": _l("您不是这个小区的系统管理员。"),
        "staff.last_admin": _l(
            "%(estate)s 只剩这一位系统管理员，不能停用或取消岗位。请先让另一位同事担任系统管理员。"
        ),
        "staff.yourself": _l("这是您自己的账号。改密码请到“我的账号”；停用要请另一位系统管理员。"),
    }
)


def member(staff_id: int) -> Staff:
    """A person of the chosen estate, or 404."""
    return register.member(staff_id) or abort(404)


def managed() -> list[Estate]:
    """The estates where the signed-in person is administrator."""
    return register.estates(rules.estates_managed(held_by(person())))


def held_by(staff: Staff) -> list[rules.Held]:
    """The roles that somebody holds now, for the rules."""
    return [rules.Held(role.estate_id, role.role) for role in staff.roles if role.ended_at is None]
