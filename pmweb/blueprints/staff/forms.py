"""What is asked of a member of the office, and what the rights are called."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField
from wtforms.validators import ValidationError

from pmweb.data import defaults
from pmweb.domain.permissions import ROLES_WITHOUT_DEPARTMENT, Permission, Role
from pmweb.models.estate import Estate
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.nouns import ROLES, choices

ROOMS = {
    "home": _l("今日"),
    "staff": _l("人员"),
    "estate": _l("房产"),
    "households": _l("住户"),
    "files": _l("档案"),
    "movein": _l("入住"),
    "repairs": _l("报修"),
    "complaints": _l("投诉"),
    "desk": _l("值班"),
    "fees": _l("收费"),
}
"""The rooms, as the part of a permission before the colon names them."""
PERMISSIONS = {
    Permission.TODAY: _l("看今日待办"),
    Permission.SEARCH: _l("查找"),
    Permission.STAFF_READ: _l("看同事的岗位和电话"),
    Permission.STAFF_MANAGE: _l("管理账号和岗位"),
    Permission.ESTATE_READ: _l("看楼栋和房屋"),
    Permission.ESTATE_IMPORT: _l("导入房产台账，新增和更正房屋"),
    Permission.ESTATE_MANAGE: _l("管理小区和楼栋"),
    Permission.HOUSEHOLDS_READ: _l("看住户资料"),
    Permission.HOUSEHOLDS_CHANGE: _l("登记和更改住户"),
    Permission.IDENTITY_REVEAL: _l("看完整证件号码"),
    Permission.FILES_READ: _l("看照片和文件"),
    Permission.IDENTITY_SCANS_READ: _l("看证件扫描件"),
    Permission.MOVEIN_READ: _l("看入住办理"),
    Permission.MOVEIN_HANDLE: _l("办理入住"),
    Permission.MOVEIN_INSPECT: _l("验房"),
    Permission.MOVEIN_FILE: _l("归档"),
    Permission.REPAIRS_READ: _l("看报修"),
    Permission.REPAIRS_REGISTER: _l("登记报修"),
    Permission.REPAIRS_DISPATCH: _l("派单"),
    Permission.REPAIRS_WORK: _l("接单和维修"),
    Permission.REPAIRS_RECHECK: _l("复检"),
    Permission.REPAIRS_PRICE: _l("有偿维修报价"),
    Permission.REPAIRS_FOLLOW_UP: _l("回访"),
    Permission.REPAIRS_CHECK: _l("抽查回访"),
    Permission.REPAIRS_REPORT: _l("出维修月报"),
    Permission.COMPLAINTS_READ: _l("看经手的投诉"),
    Permission.COMPLAINTS_READ_ALL: _l("看全部投诉"),
    Permission.COMPLAINTS_REGISTER: _l("登记投诉"),
    Permission.COMPLAINTS_ASSIGN: _l("转办投诉"),
    Permission.COMPLAINTS_HANDLE: _l("处理派给自己的投诉"),
    Permission.COMPLAINTS_DECIDE: _l("派责任人、改级别、复核、结案"),
    Permission.COMPLAINTS_DIRECT: _l("接受重大投诉呈报"),
    Permission.DESK_READ: _l("看工作日志"),
    Permission.DESK_LOG: _l("记工作日志"),
    Permission.FEES_READ: _l("看收费"),
    Permission.FEES_CHARGE: _l("开应收"),
}
AS_BROWSER = "browser"
LANGUAGES = [(AS_BROWSER, _l("跟随浏览器")), ("zh_CN", "中文"), ("en", "English")]
WITH_DEPARTMENT = [role.value for role in Role if role not in ROLES_WITHOUT_DEPARTMENT]
"""The roles for which a department is asked."""


def _password(label: Any, autocomplete: str, **kwargs: Any) -> PasswordField:
    """A password: never trimmed, never shown again."""
    return PasswordField(
        label, [fields.Needed()], render_kw={"autocomplete": autocomplete, "maxlength": 200}, **kwargs
    )


class LoginForm(Form):
    """Who is there."""

    username = fields.text(_l("账号"), needed=True)
    password = _password(_l("密码"), "current-password")


class PasswordForm(Form):
    """The old password and a new one, twice: nobody sees what is typed."""

    old = _password(_l("现在的密码"), "current-password")
    password = _password(
        _l("新密码"), "new-password", description=_l("至少 10 位；不要用账号、电话和常见的密码")
    )
    again = _password(_l("新密码（再输一次）"), "new-password")

    def validate_again(self, field: Any) -> None:
        """Nobody sees what is typed: the second time shows a slip of the first."""
        if field.data != self.password.data:
            raise ValidationError(_("两次输入的新密码不一样。"))


class MeForm(Form):
    """What people keep up to date themselves."""

    mobile = fields.mobile(_l("手机"), description=_l("同事和维修调度看得到"))
    locale = fields.choice(_l("界面语言"), LANGUAGES)


class PersonForm(Form):
    """What is known about a member of the office."""

    name = fields.text(_l("姓名"), 40, needed=True)
    mobile = fields.mobile(_l("手机"))
    trades = fields.several(_l("会做的工种"), description=_l("维修人员填，派单时排在前面"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trades.choices = fields.labelled(defaults().repairs.trades.values())


class RoleForm(Form):
    """A role, and where it is held."""

    estate_id = fields.select(_l("小区"), coerce=int)
    role = fields.select(_l("岗位"), [("", _l("请选择")), *choices(ROLES)])
    department = fields.choice(_l("部门"), needed=False)

    def __init__(self, estates: Collection[Estate] = (), *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate_id.choices = [(estate.id, estate.name) for estate in estates]
        self.department.choices = fields.labelled(defaults().complaints.departments.values())


class NewForm(PersonForm, RoleForm):
    """A new member of the office with the first role."""

    username = fields.text(
        _l("账号"),
        40,
        needed=True,
        description=_l("登录用：小写字母、数字和 . _ -"),
        render_kw={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = ("name", "username")  # what is missing is named in the order of the page
        self._fields = {name: self._fields[name] for name in dict.fromkeys((*asked, *self._fields))}


class EstateForm(Form):
    """The estate to work in from now on."""

    to = HiddenField()
