"""Opening a case and checking its papers (M-1 to M-4; FM-02, FM-03)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb import clock
from pmweb.blueprints.movein.intake import Handler, Notice, Power
from pmweb.blueprints.movein.models import MoveIn, PowerOfAttorney
from pmweb.blueprints.movein.names import PAPER_NAMES
from pmweb.blueprints.movein.rules import SCOPES, Applicant, Paper
from pmweb.models.pictures import Prepared
from pmweb.web.fields import Form, choice, day, mobile, several, text, tick
from pmweb.web.file_fields import IdentityScanField, ScanField

APPLICANT_WORDS = {
    Applicant.OWNER: _l("业主本人"),
    Applicant.AGENT: _l("委托他人"),
    Applicant.COMPANY: _l("单位购房"),
}
SCOPE_WORDS = {
    "move_in": _l("办理入住"),
    "acceptance": _l("验收房屋"),
    "key_receipt": _l("领取钥匙物品"),
    "decoration": _l("办理装修"),
    "fee_payment": _l("缴纳费用"),
    "custody": _l("办理托管"),
    "other": _l("其他"),
}


class OpenForm(Form):
    """Who comes to move in."""

    applicant = choice(_l("办理人身份"), [(a.value, APPLICANT_WORDS[a]) for a in Applicant])
    handler_name = text(_l("办理人姓名"), 40)
    handler_mobile = mobile(_l("办理人手机"))
    handler_id_number = text(_l("办理人身份证号码"), 20)
    representative = tick(_l("办理人是单位的法定代表人"))

    def handler(self) -> Handler | None:
        """The person who acts, if one was named."""
        if self.applicant.data == Applicant.OWNER.value or not self.handler_name.data:
            return None
        return Handler(
            self.handler_name.data,
            self.handler_mobile.data or "",
            self.handler_id_number.data or "",
            representative=bool(self.representative.data) and self.applicant.data == Applicant.COMPANY.value,
        )


_HEADS = {
    Paper.NOTICE: ("notice_no", "issued_by", "issued_on"),
    Paper.CONTRACT: ("contract_no", "contract_on"),
}


class IdentityForm(Form):
    """The papers on the desk; scans are optional here and asked for again at the filing (M-19)."""

    seen = several(_l("已查验原件"), [(p.value, p.value) for p in Paper])
    notice_no = text(_l("通知单编号"), 40)
    issued_by = text(_l("出具单位"), 60)
    issued_on = day(_l("出具日期"))
    contract_no = text(_l("购房契约编号"), 40)
    contract_on = day(_l("契约签订日期"))
    owner_id_copy = IdentityScanField(_l("业主身份证复印件"), limit=1)
    agent_id_copy = IdentityScanField(_l("受托人身份证复印件"), limit=1)
    handler_id_copy = IdentityScanField(_l("经办人身份证复印件"), limit=1)
    notice_copy = ScanField(_l("入住通知单"), limit=1)
    power_copy = ScanField(_l("授权委托书"), limit=1)
    certificate_copy = ScanField(_l("单位证明"), limit=1)
    scope = several(_l("委托事项"), [(s, SCOPE_WORDS[s]) for s in SCOPES])
    scope_other = text(_l("其他事项"), 200)
    valid_from = day(_l("委托有效期自"))
    valid_to = day(_l("委托有效期至"))
    sub_delegation = tick(_l("可以转委托"))

    def ask_for(self, kept: Collection[Paper]) -> None:
        """Ask for the papers of this case only; the power of attorney is no optional extra where it is needed."""
        self.seen.choices = [(kind.value, PAPER_NAMES[kind.value]) for kind in kept]
        for name in (name for names in _HEADS.values() for name in names):
            self[name].flags.optional = False
        power = (self.scope, self.scope_other, self.valid_from, self.valid_to, self.sub_delegation)
        for field in power:
            if Paper.POWER_OF_ATTORNEY not in kept:
                del self[field.name]
            elif field is not self.scope_other:
                field.flags.optional = False

    def validate(self, extra_validators: Any = None) -> bool:
        """The head of a paper is asked for once the paper lies on the desk; what is missing is saved as missing."""
        for paper, names in _HEADS.items():
            if paper.value in (self.seen.data or ()):
                self.need(*names)
        fits = bool(super().validate(extra_validators))
        late = [
            field for field in (self.issued_on, self.contract_on) if field.data and field.data > clock.today()
        ]
        for field in late:
            field.errors = [*field.errors, _("日期不能晚于今天。")]
        return fits and not late

    def notice(self) -> Notice:
        """The head of the notice and of the contract, as far as they lie on the desk. Only of a valid form."""
        return Notice(
            self.notice_no.data or "",
            self.issued_by.data or "",
            self.issued_on.data,
            self.contract_no.data or "",
            self.contract_on.data,
        )

    def papers_seen(self) -> list[Paper]:
        """What was ticked."""
        return [Paper(code) for code in self.seen.data or []]

    def scans(self) -> dict[Paper, Prepared]:
        """What was photographed or scanned: one file a paper, and several are refused, not dropped."""
        return {kind: field.data[0] for kind, field in self.scan_fields().items() if field.data}

    def scan_fields(self) -> dict[Paper, Any]:
        """The file field of each paper."""
        return {
            Paper.OWNER_ID: self.owner_id_copy,
            Paper.AGENT_ID: self.agent_id_copy,
            Paper.HANDLER_ID: self.handler_id_copy,
            Paper.NOTICE: self.notice_copy,
            Paper.POWER_OF_ATTORNEY: self.power_copy,
            Paper.UNIT_CERTIFICATE: self.certificate_copy,
        }

    def power(self) -> Power | None:
        """The power of attorney, if its dates are given."""
        if "valid_from" not in self or self.valid_from.data is None or self.valid_to.data is None:
            return None
        return Power(
            tuple(self.scope.data or ()),
            self.scope_other.data or "",
            self.valid_from.data,
            self.valid_to.data,
            bool(self.sub_delegation.data),
        )


class VoidForm(Form):
    """Why the case should not have been opened."""

    reason = text(_l("作废原因"), 200, needed=True)


def identity_answers(move_in: MoveIn, seen: list[Paper], power: PowerOfAttorney | None) -> dict[str, Any]:
    """What the form shows when somebody comes back to it."""
    answers: dict[str, Any] = {
        "seen": [paper.value for paper in seen],
        "notice_no": move_in.notice_no,
        "issued_by": move_in.notice_issued_by,
        "issued_on": move_in.notice_issued_on,
        "contract_no": move_in.contract_no,
        "contract_on": move_in.contract_on,
    }
    if power is not None:
        answers |= {
            "scope": power.scope,
            "scope_other": power.scope_other,
            "valid_from": power.valid_from,
            "valid_to": power.valid_to,
            "sub_delegation": power.sub_delegation,
        }
    return answers
