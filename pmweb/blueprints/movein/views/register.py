"""住户登记表: one page, one form; whichever button is pressed, everything that is written is taken (M-5, FM-01)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.movein.flow import FLOW
from pmweb.blueprints.movein.forms.register import (
    MemberForm,
    OwnerForm,
    Part,
    PetForm,
    RegisterForm,
    VehicleForm,
)
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.operations import desk, papers
from pmweb.blueprints.movein.views.base import bp, case_of, opened_case
from pmweb.domain.permissions import Permission
from pmweb.models.homes import Occupancy
from pmweb.models.signing import Coverage
from pmweb.web.access import requires
from pmweb.web.fields import Together
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect

ADDED = ("member", "vehicle", "pet")
"""What one button each adds; the owner's button is ``owner``, the last one is ``done``."""


@dataclass(frozen=True)
class Sheet:
    """The page as one form: its parts, and how the home is used."""

    register: RegisterForm
    owner: OwnerForm
    member: MemberForm
    vehicle: VehicleForm
    pet: PetForm

    def parts(self) -> dict[str, Part]:
        """The parts by the button that takes them."""
        return {"owner": self.owner, "member": self.member, "vehicle": self.vehicle, "pet": self.pet}

    def to_take(self, button: str) -> dict[str, Part]:
        """What is written on the page, and what the button adds: that one says so when it is empty."""
        adds = button if button in ADDED else None
        return {name: part for name, part in self.parts().items() if name == adds or part.filled()}


@bp.route("/<int:move_in_id>/register", methods=["GET", "POST"])
@requires(Permission.MOVEIN_HANDLE)
def register(move_in_id: int) -> Response:
    """Who lives here, a person at a time; the last button says that it is complete."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("register", facts)
    sheet = _sheet(move_in)
    if request.method == "POST":
        expect(lambda: _version(move_in))
        button = request.form.get("button", "done")
        if _taken(move_in, sheet, button):
            _warn_when_signed(move_in_id)
            if button == "done":
                flash(_("住户登记表已登记。"))
                return go("movein.agreements", move_in_id=move_in_id)
            flash(
                _("已添加 %(name)s。", name=sheet.member.name.data) if button == "member" else _("已保存。")
            )
            more = button if button in ADDED else None
            return go("movein.register", move_in_id=move_in_id, more=more, _anchor=f"h-{button}")
    return _page(move_in, sheet)


def _warn_when_signed(move_in_id: int) -> None:
    """SIG-2: what the owner signed reads otherwise now."""
    standing = next((s for s in opened_case(move_in_id).papers if s.kind == papers.REGISTER), None)
    if standing is not None and standing.resident_coverage is Coverage.CHANGED:
        flash(_("登记表签过字，现在有改动，请业主再签一次。"), "wait")


def _taken(move_in: MoveIn, sheet: Sheet, button: str) -> bool:
    """Take everything or nothing; what is wrong stands beside its field."""
    parts = sheet.to_take(button)
    if not Together([*parts.values(), sheet.register]).validate():
        return False
    if not all(part.carried_out(_act(move_in, name, part)) for name, part in parts.items()):
        return False
    if button != "done":
        return True
    use = Occupancy(sheet.register.occupancy.data)
    return sheet.register.carried_out(lambda: desk.confirm_register(move_in, use, at=captured_at()))


def _act(move_in: MoveIn, name: str, part: Any) -> Callable[[], None]:
    """What taking a part does to the records."""
    match name:
        case "owner":
            said = {field: part[field].data or "" for field in ("mobile", "address", "id_number")}
            return lambda: desk.complete_owner(move_in, **said)
        case "member":
            return lambda: desk.add_member(move_in, part.member())
        case "vehicle":
            return lambda: desk.add_vehicle(move_in, part.plate.data or "", part.space.data or "")
        case _:
            facts = (part.kind.data or "", part["name"].data or "", part.registration_no.data or "")
            return lambda: desk.add_pet(move_in, *facts)


def _sheet(move_in: MoveIn) -> Sheet:
    owner, household = move_in.owner, desk.household(move_in)
    return Sheet(
        RegisterForm(data={"occupancy": _usual_occupancy(move_in)}),
        OwnerForm(prefix="owner-", data={"mobile": owner.mobile, "address": owner.address}),
        MemberForm(prefix="member-", data={"kind": "family" if household.emergency else "emergency"}),
        VehicleForm(prefix="vehicle-"),
        PetForm(prefix="pet-"),
    )


def _version(move_in: MoveIn) -> int:
    """Of the home, of its owner and of who and what was ever registered: all only grow, so another sum is another
    state."""
    return move_in.home.version + move_in.owner.version + desk.ever_registered(move_in)


def _usual_occupancy(move_in: MoveIn) -> str:
    known = move_in.home.occupancy
    return (
        Occupancy.OWNER_OCCUPIED if known is Occupancy.VACANT and not move_in.registered_at else known
    ).value


def _page(move_in: MoveIn, sheet: Sheet) -> Response:
    household = desk.household(move_in)
    forms = Together([*sheet.parts().values(), sheet.register])
    return page(
        "movein/register.html",
        "step",
        form=forms if request.method == "POST" else None,
        sheet=sheet,
        more=request.args.get("more"),
        move_in=move_in,
        version=_version(move_in),
        household=household,
        lacks=desk.register_lacks(household, Occupancy(sheet.register.occupancy.data or Occupancy.VACANT)),
    )
