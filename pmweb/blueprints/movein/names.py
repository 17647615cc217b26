"""What states, papers and gaps of a move-in are called, said once for pages, papers and messages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from pmweb.blueprints.movein.rules import Paper, Result, State
from pmweb.data import defaults
from pmweb.web.filters import named

STATES = {
    State.OPEN: _l("办理中"),
    State.ACCEPTANCE_OPEN: _l("验房中"),
    State.RECTIFYING: _l("整改中"),
    State.ACCEPTANCE_PASSED: _l("验收合格"),
    State.FILED: _l("已归档"),
    State.FILED_WITH_OPEN_DEFECTS: _l("已归档（有未了整改）"),
}

PAPER_NAMES: dict[str, Any] = {
    Paper.OWNER_ID.value: _l("业主身份证"),
    Paper.NOTICE.value: _l("入住通知单"),
    Paper.CONTRACT.value: _l("房屋买卖契约"),
    Paper.POWER_OF_ATTORNEY.value: _l("授权委托书"),
    Paper.AGENT_ID.value: _l("受托人身份证"),
    Paper.UNIT_CERTIFICATE.value: _l("单位证明（执照复印件盖章、授权书）"),
    Paper.HANDLER_ID.value: _l("经办人身份证"),
    "household_register": _l("住户登记表"),
    "handover_receipt": _l("钥匙、物品领取登记"),
    "acceptance_sheet": _l("房屋质量验收登记表"),
    "meter_readings": _l("水电气表底数确认"),
    "work_order": _l("维修工作单"),
    "household_file": _l("户档案目录"),
}

RESULT_WORDS = {
    Result.OK: _l("合格"),
    Result.DEFECT: _l("不合格"),
    Result.NOT_APPLICABLE: _l("无此项"),
    Result.NOT_TESTED: _l("没有结果"),
}

FACT_NAMES = {
    "lines": _l("查验项"),
    "defects": _l("复验结果"),
    "inspectors": _l("陪验人员"),
    "present": _l("业主方到场人"),
    "finish": _l("装修交付标准"),
    "readings": _l("表底数"),
    "things": _l("钥匙物品清单"),
    "people": _l("家庭成员"),
    "vehicles": _l("车辆"),
    "pets": _l("宠物"),
    "owner": _l("业主信息"),
}
"""Parts of a paper that may read otherwise than they did when it was shown."""

MISSING_WORDS = {
    "owner_id": _l("业主证件号码"),
    "owner_mobile": _l("业主手机"),
    "emergency": _l("紧急联系人"),
    "users": _l("租户或使用人"),
}


def paper_name(kind: str) -> str:
    """What a paper is called, in the reader's language."""
    agreement = defaults().movein.agreements.get(kind)
    return named(agreement) if agreement else str(PAPER_NAMES.get(kind, kind))
