"""The homes and buildings of the estate: list, workbook, and what is corrected by hand."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from werkzeug.wrappers import Response

from pmweb.blueprints.estate import register
from pmweb.blueprints.estate.forms import SOLD, UNSOLD, BuildingForm, FilterForm, HomeForm, NewHomeForm
from pmweb.blueprints.estate.operations.homes import add_home, describe_building, describe_home
from pmweb.blueprints.estate.register import Wanted
from pmweb.blueprints.estate.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models.homes import Building, Finish, Home, HomeKind
from pmweb.web import nouns
from pmweb.web.access import find, requires
from pmweb.web.pages import go, page
from pmweb.web.registers import paged, workbook
from pmweb.web.unit_of_work import expect


@bp.get("/")
@requires(Permission.ESTATE_READ)
def index() -> Response:
    """The estate in figures, and its homes by building, section and number."""
    buildings = register.buildings()
    wanted, form = _wanted(buildings)
    return page(
        "estate/index.html",
        found=paged(register.listed(wanted), register.ORDER),
        filter=form,
        wanted=wanted,
        title=_title(wanted),
        total=sum(line.homes for line in buildings),
        counters=_counters(buildings),
        unfinished=[line.name for line in buildings if line.completed_on is None and line.homes],
        words=nouns,
    )


@bp.get("/export.xlsx")
@requires(Permission.ESTATE_READ)
def export() -> Response:
    """The homes as a workbook, with the same filters; the import reads it."""
    wanted, _form = _wanted(register.buildings())
    heads = (
        *(_("楼栋"), _("单元"), _("房号"), _("楼层"), _("房屋用途"), _("户型"), _("建筑面积"), _("计费面积")),
        *(_("交付标准"), _("销售状态"), _("交付日期"), _("备注")),
    )
    lines = (
        (
            *(row.building_name, row.section, row.number, row.floor, nouns.HOME_KINDS[row.kind]),
            *(row.layout_type, row.floor_area, row.chargeable_area, nouns.FINISHES[row.finish]),
            *(_("已售") if row.sold else _("未售"), row.handed_over_on, row.remark),
        )
        for row in unit().execute(register.listed(wanted).order_by(*register.ORDER))
    )
    return workbook(_("房产台账"), heads, lines)


@bp.get("/buildings")
@requires(Permission.ESTATE_READ)
def buildings() -> Response:
    """Every building with its figures and the day from which the builder's warranty runs (WAR-1)."""
    return page("estate/buildings.html", buildings=register.buildings(), words=nouns)


@bp.route("/buildings/<int:building_id>/edit", methods=["GET", "POST"])
@requires(Permission.ESTATE_MANAGE)
def building(building_id: int) -> Response:
    """The completion of a building, and its top floor."""
    row = find(Building, building_id)
    form = BuildingForm(obj=row if request.method == "GET" else None)
    if request.method == "POST":
        expect(row)

    def change() -> None:
        describe_building(row, completed_on=form.completed_on.data, top_floor=form.top_floor.data)

    if form.carried_out(change):
        flash(_("已保存 %(building)s 的资料。", building=nouns.building_title(row.name)))
        return go("estate.buildings")
    return page(
        "estate/building.html", "entry", form=form, building=row, title=nouns.building_title(row.name)
    )


@bp.route("/homes/new", methods=["GET", "POST"])
@requires(Permission.ESTATE_IMPORT)
def new_home() -> Response:
    """A home that the roll forgot; ``?building=12`` chooses its building."""
    buildings = register.buildings()
    chosen = next((line.name for line in buildings if str(line.id) == request.args.get("building")), "")
    first = {"building": chosen, "kind": HomeKind.RESIDENCE, "finish": Finish.BARE, "sale": UNSOLD}
    form = NewHomeForm(data=first if request.method == "GET" else None)
    form.offer([line.name for line in buildings])
    made: list[Home] = []
    if form.carried_out(lambda: made.append(add_home(form.said()))):
        flash(_("已新增 %(home)s。有业主的，接着在住户里登记。", home=made[0].label))
        return go("home.show", home_id=made[0].id)
    return page("estate/new_home.html", "entry", form=form)


@bp.route("/homes/<int:home>/edit", methods=["GET", "POST"])
@requires(Permission.ESTATE_IMPORT)
def home(home: int) -> Response:
    """What a home is: use, layout, finish, areas, whether it is sold, the day of its hand-over."""
    row = find(Home, home)
    sale = SOLD if row.sold else UNSOLD
    form = HomeForm(obj=row, data={"sale": sale}) if request.method == "GET" else HomeForm()
    if request.method == "POST":
        expect(row)

    def change() -> None:
        assert form.floor_area.data is not None
        assert form.chargeable_area.data is not None
        describe_home(
            row,
            kind=HomeKind(form.kind.data),
            layout_type=form.layout_type.data or "",
            finish=Finish(form.finish.data),
            floor_area=form.floor_area.data,
            chargeable_area=form.chargeable_area.data,
            sold=form.sale.data == SOLD,
            handed_over_on=form.handed_over_on.data,
            remark=form.remark.data or "",
        )

    if form.carried_out(change):
        flash(_("已保存 %(home)s 的房屋资料。", home=row.label))
        return go("home.show", home_id=row.id)
    return page("estate/home.html", "entry", form=form, home=row)


def _wanted(buildings: list[register.BuildingLine]) -> tuple[Wanted, FilterForm]:
    """The filters of the address; what does not exist asks for nothing."""
    form = FilterForm(formdata=request.args)
    form.building.choices = [("", _("全部")), *((str(line.id), line.name) for line in buildings)]
    building = form.building.data or ""
    kind = form.kind.data or ""
    wanted = Wanted(
        words=(form.q.data or "").strip()[:60],
        building_id=int(building)
        if building.isascii() and building.isdigit() and len(building) < 10
        else None,
        kind=HomeKind(kind) if kind in list(HomeKind) else None,
        sold={"yes": True, "no": False}.get(request.args.get("sold", "")),
    )
    return wanted, form


def _title(wanted: Wanted) -> str:
    if wanted == Wanted(sold=wanted.sold):
        return {None: _("全部房屋"), True: _("已售房屋"), False: _("未售房屋")}[wanted.sold]
    return _("筛选结果")


def _counters(buildings: list[register.BuildingLine]) -> list[dict[str, Any]]:
    homes, sold = sum(line.homes for line in buildings), sum(line.sold for line in buildings)
    return [
        {"n": homes, "word": pgettext("many", "户"), "url": url_for("estate.index")},
        {"n": sold, "word": _("已售"), "url": url_for("estate.index", sold="yes")},
        {"n": homes - sold, "word": _("未售"), "url": url_for("estate.index", sold="no")},
        {"n": len(buildings), "word": pgettext("many", "栋楼"), "url": url_for("estate.buildings")},
    ]
