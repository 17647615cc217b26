"""The household of one home: its people, its owner, its vehicles and pets, and how it is used (FM-01)."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pmweb.blueprints.households import operations
from pmweb.blueprints.households.forms import OccupancyForm, OwnerForm, PetForm, VehicleForm
from pmweb.blueprints.households.household import Household, Member, household_of, members_of
from pmweb.blueprints.households.rules import check_shares
from pmweb.blueprints.households.views.base import bp, known_by_number, known_people, typed
from pmweb.domain.id_numbers import mask_name, read_plate
from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.models.homes import Home, Occupancy
from pmweb.models.people import OWNERS, Person, Pet, TieKind, Vehicle
from pmweb.web import nouns
from pmweb.web.access import find, requires
from pmweb.web.fields import Form
from pmweb.web.filters import listed
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import expect
from pmweb.web.wording import worded

CAR, PET = "car-", "pet-"
"""Both forms stand on one page and have a field for the kind: their names need a beginning of their own."""

GROUPS = (
    (TieKind.OWNER, TieKind.CO_OWNER),
    (TieKind.TENANT, TieKind.USER),
    (TieKind.FAMILY,),
    (TieKind.EMERGENCY,),
    (TieKind.AGENT,),
)
"""The people of a home as the register lists them; each group has its own button to add somebody."""


@bp.get("/homes/<int:home_id>")
@requires(Permission.HOUSEHOLDS_READ)
def home(home_id: int) -> Response:
    """Who owns and uses the home, with what; who did before."""
    return _home(find(Home, home_id))


@bp.post("/homes/<int:home_id>/names")
@requires(Permission.HOUSEHOLDS_READ)
def home_names(home_id: int) -> Response:
    """Show the names of the household in full once, and write down who looked (PRI-5)."""
    place = find(Home, home_id)
    operations.show_names(place, "households.home")
    return _home(place, full=True)


@bp.route("/homes/<int:home_id>/owner", methods=["GET", "POST"])
@requires(Permission.HOUSEHOLDS_CHANGE)
def owner(home_id: int) -> Response:
    """The home was sold: the new owner is somebody who is known (``?person=12``) or is written down now."""
    place = find(Home, home_id)
    household = household_of(place.id)
    before = household.owner
    person_id = request.args.get("person", type=int)
    known = find(Person, person_id) if person_id is not None else None
    form = OwnerForm()
    form.for_tie(TieKind.OWNER, person=known is None)
    for name in ("share", "since_on"):
        del form[name]
    seen = before.tie_id if before else 0
    if request.method == "POST":
        expect(
            lambda: seen
        )  # the tie of the owner whom the page showed stands for the version of the household

    def change() -> None:
        new = known or operations.add_person(**form.person_facts())
        operations.change_owner(place, new, form.on.data, things_leave=bool(form.things_leave.data))

    if form.carried_out(change):
        flash(_("业主已变更，原业主的记录保留在历史里。"))
        return go("households.home", home_id=place.id)
    text = typed()
    return page(
        "households/owner.html",
        "entry",
        form=form,
        home=place,
        before=_masked(before) if before else "",
        leaving=[_masked(m) for m in household.members if m.kind not in (TieKind.TENANT, TieKind.USER)],
        who=known,
        who_masked=operations.masked(known) if known else "",
        seen=seen,
        q=text,
        found=known_people(text) if known is None else [],
        choose=lambda known_id: url_for("households.owner", home_id=place.id, person=known_id),
        known=known_by_number() if request.method == "POST" else None,
        action=url_for("households.owner", home_id=place.id, person=person_id),
    )


@bp.post("/homes/<int:home_id>/occupancy")
@requires(Permission.HOUSEHOLDS_CHANGE)
def occupancy(home_id: int) -> Response:
    """How the home is used from now on."""
    place = find(Home, home_id)
    expect(place)
    form = OccupancyForm()
    if form.carried_out(lambda: operations.set_occupancy(place, Occupancy(form.occupancy.data))):
        flash(_("使用情况已保存。"))
        return go("households.home", home_id=place.id)
    return _home(place, form=form)


@bp.post("/homes/<int:home_id>/vehicles")
@requires(Permission.HOUSEHOLDS_CHANGE)
def vehicle(home_id: int) -> Response:
    """Register a vehicle; an odd plate is doubted, not refused (IDN-6)."""
    place = find(Home, home_id)
    form = VehicleForm(prefix=CAR)

    def register() -> None:
        operations.add_vehicle(
            place, form.plate.data or "", kind=form.kind.data or "", space=form.space.data or ""
        )

    if form.carried_out(register):
        if read_plate(form.plate.data or "").warning:
            flash(_("已登记。这个车牌不太常见，请再核对一次。"), "wait")
        return go("households.home", home_id=place.id)
    return _home(place, form=form)


@bp.post("/vehicles/<int:vehicle_id>/end")
@requires(Permission.HOUSEHOLDS_CHANGE)
def vehicle_end(vehicle_id: int) -> Response:
    """The vehicle is no longer of this household."""
    car = find(Vehicle, vehicle_id)
    operations.end_vehicle(car)
    return go("households.home", home_id=car.home_id)


@bp.post("/homes/<int:home_id>/pets")
@requires(Permission.HOUSEHOLDS_CHANGE)
def pet(home_id: int) -> Response:
    """Register a pet."""
    place = find(Home, home_id)
    form = PetForm(prefix=PET)

    def register() -> None:
        operations.add_pet(
            place,
            form.kind.data or "",
            name=form.name.data or "",
            registration_no=form.registration_no.data or "",
        )

    if form.carried_out(register):
        return go("households.home", home_id=place.id)
    return _home(place, form=form)


@bp.post("/pets/<int:pet_id>/end")
@requires(Permission.HOUSEHOLDS_CHANGE)
def pet_end(pet_id: int) -> Response:
    """The pet is no longer of this household."""
    animal = find(Pet, pet_id)
    operations.end_pet(animal)
    return go("households.home", home_id=animal.home_id)


def _home(place: Home, *, full: bool = False, form: Form | None = None) -> Response:
    household = household_of(place.id)
    forms = {
        "use": OccupancyForm(formdata=None, data={"occupancy": household.occupancy.value}),
        "vehicles": VehicleForm(formdata=None, prefix=CAR),
        "pets": PetForm(formdata=None, prefix=PET),
    }
    slots = {OccupancyForm: "use", VehicleForm: "vehicles", PetForm: "pets"}
    if form is not None:
        forms[slots[type(form)]] = form
    return page(
        "households/home.html",
        "people",
        "use",
        "vehicles",
        "pets",
        see=url_for("households.home", home_id=place.id),
        status=200 if form is None else 422,
        form=form,
        home=place,
        title=nouns.home_title(place.building_name, place.section, place.number),
        household=household,
        groups=_groups(household),
        full=full,
        share_problem=_share_problem(household),
        former=members_of(place.id, ended=True),
        forms=forms,
        words=nouns,
    )


def _groups(household: Household) -> list[dict[str, Any]]:
    return [
        {
            "word": listed(nouns.TIES[kind] for kind in kinds),
            "kinds": [(kind.value, nouns.TIES[kind]) for kind in kinds],
            "members": [m for m in household.members if m.kind in kinds],
        }
        for kinds in GROUPS
    ]


def _share_problem(household: Household) -> str:
    """What is wrong with the shares of the owners, in words; nothing when they add up or none is given."""
    owners = [m for m in household.members if m.kind in OWNERS]
    try:
        check_shares(member.share_permille for member in owners)
    except RuleBroken as broken:
        return worded(broken)
    return ""


def _masked(member: Member) -> str:
    return mask_name(member.name, company=member.company)
