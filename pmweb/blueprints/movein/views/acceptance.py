"""验房: the sheet of the home, one tap a line (M-9, M-11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from pmweb.blueprints.movein import sheet as sheets
from pmweb.blueprints.movein.flow import FLOW
from pmweb.blueprints.movein.forms.acceptance import MOST_ROOMS, ItemForm, StartForm
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, MoveIn
from pmweb.blueprints.movein.operations import acceptance as walk
from pmweb.blueprints.movein.operations import meters
from pmweb.blueprints.movein.operations.facts import progress_of
from pmweb.blueprints.movein.rules import Responsible, Result, Severity
from pmweb.blueprints.movein.views.base import bp, case_of, room_names, the_case
from pmweb.blueprints.movein.views.rounds import repair_staff
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import Attachment
from pmweb.models.homes import OPENING_METERS, Finish
from pmweb.models.staff import Staff
from pmweb.web.access import allowed, find, requires
from pmweb.web.nouns import RESPONSIBLES, SEVERITIES
from pmweb.web.pages import asked_row, go, page
from pmweb.web.unit_of_work import captured_at, expect, from_outbox, new_key


@dataclass(frozen=True)
class RoomOnSheet:
    """One room of the sheet as the page shows it."""

    position: int
    name: str
    room: str
    room_no: int
    items: Sequence[AcceptanceItem]

    @property
    def done(self) -> int:
        """Lines that need nothing more."""
        return sum(i.result is not Result.NOT_TESTED or bool(i.note) for i in self.items)

    @property
    def open(self) -> bool:
        """Whether a line still waits for somebody."""
        return self.done < len(self.items)

    @property
    def defects(self) -> int:
        """Lines that are not in order."""
        return sum(i.result is Result.DEFECT for i in self.items)

    @property
    def rest(self) -> int:
        """Lines that 其余全部合格 would mark: untouched, no instrument is needed, no safety at stake."""
        checklist = defaults().acceptance
        return sum(
            i.result is Result.NOT_TESTED and not i.note and not sheets.on_its_own(checklist, i.code)
            for i in self.items
        )

    @property
    def batch(self) -> str:
        """The last 其余全部合格 of this room, to be taken back."""
        return next((i.batch for i in self.items if i.batch), "")


def rooms_of(sheet: AcceptanceSheet, items: Sequence[AcceptanceItem]) -> list[RoomOnSheet]:
    """The rooms of a sheet in the order of the walk."""
    names = room_names(sheet)
    grouped = groupby(items, key=lambda item: (item.room, item.room_no))
    return [
        RoomOnSheet(position, names[room, number], room, number, list(lines))
        for position, ((room, number), lines) in enumerate(grouped, 1)
    ]


@bp.route("/<int:move_in_id>/acceptance/start", methods=["GET", "POST"])
@requires(Permission.MOVEIN_INSPECT)
def acceptance_start(move_in_id: int) -> Response:
    """Which rooms the home has, who walks along: the sheet is made from that (M-9)."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("acceptance", facts)
    if facts.round and request.method == "GET":
        return redirect(url_for("movein.acceptance", move_in_id=move_in_id), 303)
    form = _start_form(move_in)
    if form.carried_out(lambda: _start(move_in, form)):
        return go("movein.acceptance", move_in_id=move_in_id)
    return page(
        "movein/acceptance_start.html",
        "step",
        "count",
        form=form,
        move_in=move_in,
        tools=defaults().acceptance.tools.values(),
        lines=_lines_of(form),
    )


def _start_form(move_in: MoveIn) -> StartForm:
    """Filled in by what is known of the home; a GET may carry other answers, to count their lines."""
    home = move_in.home
    usual = sheets.layout_of(home.layout_type)
    staff = [name for _id, name in repair_staff()]
    known = {
        "finish": home.finish.value,
        "bedrooms": usual.bedrooms,
        "bathrooms": usual.bathrooms,
        "balconies": usual.balconies,
        "top_floor": home.floor is not None and home.floor == home.building.top_floor,
        "inspectors": [name for name in staff if name == current_user.name],
        "resident_present": (move_in.handler or move_in.owner).name,
    }
    answers = {"formdata": request.args} if "finish" in request.args and request.method == "GET" else {}
    form = StartForm(data=known, **answers)
    form.inspectors.choices = [(name, name) for name in staff]
    return form


def _lines_of(form: StartForm) -> int | None:
    """How many lines the sheet will have; None when the answers cannot be counted."""
    rooms = (form.bedrooms.data, form.bathrooms.data, form.balconies.data)
    if not all(number is not None and 0 <= number <= MOST_ROOMS for number in rooms):
        return None
    furnished = form.finish.data == Finish.FURNISHED.value
    lines = sheets.lines(
        defaults().acceptance, form.layout(), furnished=furnished, top_floor=bool(form.top_floor.data)
    )
    return sum(1 for _line in lines)


def _start(move_in: MoveIn, form: StartForm) -> None:
    walk.start_acceptance(
        move_in,
        form.layout(),
        finish=Finish(form.finish.data),
        top_floor=bool(form.top_floor.data),
        inspectors="、".join(form.inspectors.data or ()),
        resident_present=form.resident_present.data or "",
        checklist=defaults().acceptance,
        at=captured_at(),
    )


@bp.get("/<int:move_in_id>/acceptance")
@requires(Permission.MOVEIN_READ)
def acceptance(move_in_id: int) -> Response:
    """The sheet: every room on one page; a tap replaces one line and the counts."""
    move_in = the_case(move_in_id)
    sheet = walk.sheet_of(move_in, 1)
    if sheet is None:
        begins = "movein.acceptance_start" if allowed(Permission.MOVEIN_INSPECT) else "movein.show"
        return redirect(url_for(begins, move_in_id=move_in_id), 303)
    wait_id = request.args.get("wait", type=int)
    return _sheet_page(
        move_in,
        sheet,
        item_id=request.args.get("item", wait_id, type=int) or asked_row("item"),
        position=request.args.get("room", type=int),
        wait_id=wait_id,
    )


@bp.post("/<int:move_in_id>/items/<int:item_id>")
@requires(Permission.MOVEIN_INSPECT)
def mark_item(move_in_id: int, item_id: int) -> Response:
    """One tap on a line, or what is said about it."""
    move_in, sheet, item = _line(move_in_id, item_id)
    if "wait" in request.form:  # nothing is said yet: the line opens and asks why it cannot be tested today
        return go("movein.acceptance", move_in_id=move_in_id, wait=item_id, _anchor=f"item-{item_id}")
    _refuse_stale(item)
    return _taken(move_in, sheet, item, lambda form: _say(move_in, sheet, item, form))


@bp.post("/<int:move_in_id>/items/<int:item_id>/photos")
@requires(Permission.MOVEIN_INSPECT)
def add_photos(move_in_id: int, item_id: int) -> Response:
    """Photos of a defect by themselves: the words of the line went ahead of them (offline.md)."""
    move_in, sheet, item = _line(move_in_id, item_id)
    at = captured_at()
    return _taken(
        move_in, sheet, item, lambda form: walk.add_photos(move_in, sheet, item, form.photos.data, at=at)
    )


def _taken(
    move_in: MoveIn, sheet: AcceptanceSheet, item: AcceptanceItem, act: Callable[[ItemForm], None]
) -> Response:
    """A photo that cannot be read is said to be so, and does not stop the others; the outbox keeps it."""
    form = ItemForm()
    refused = [] if from_outbox() else form.good_photos_only()
    if form.carried_out(lambda: act(form)):
        for sentence in refused:
            flash(sentence, "bad")
        return go("movein.acceptance", move_in_id=move_in.id, item=item.id, _anchor=f"item-{item.id}")
    return _sheet_page(move_in, sheet, item_id=item.id, form=form)


def _say(move_in: MoveIn, sheet: AcceptanceSheet, item: AcceptanceItem, form: ItemForm) -> None:
    marked, at = request.form.get("mark"), captured_at()
    if marked and marked not in list(Result):
        abort(400)
    again = not marked or (item.result is Result.DEFECT and marked == Result.DEFECT.value)
    if marked:
        walk.mark(move_in, sheet, item, Result(marked), checklist=defaults().acceptance, at=at)
    if again:
        _describe(move_in, sheet, item, form, at)
    walk.add_photos(move_in, sheet, item, form.photos.data, at=at)


def _describe(
    move_in: MoveIn, sheet: AcceptanceSheet, item: AcceptanceItem, form: ItemForm, at: datetime
) -> None:
    """What stands in the detail; a field that the page did not show keeps what it had."""
    walk.describe(
        move_in,
        sheet,
        item,
        note=form.note.data or "",
        severity=Severity(form.severity.data) if form.severity.data else None,
        responsible=Responsible(form.responsible.data) if form.responsible.data else None,
        due_on=form.due_on.data,
        value=form.value.data or "" if "value" in request.form else item.value,
        at=at,
    )


@bp.post("/<int:move_in_id>/items/<int:item_id>/photos/<int:attachment_id>/remove")
@requires(Permission.MOVEIN_INSPECT)
def remove_photo(move_in_id: int, item_id: int, attachment_id: int) -> Response:
    """A photo was laid to the wrong line."""
    move_in, sheet, item = _line(move_in_id, item_id)
    attachment = find(Attachment, attachment_id)
    if (attachment.subject_kind, attachment.subject_id) != (AcceptanceItem.__tablename__, item.id):
        abort(404)
    walk.take_off_photo(move_in, sheet, attachment, at=captured_at())
    return go("movein.acceptance", move_in_id=move_in_id, item=item_id, _anchor=f"item-{item_id}")


@bp.post("/<int:move_in_id>/rooms/<int:position>/rest")
@requires(Permission.MOVEIN_INSPECT)
def mark_rest(move_in_id: int, position: int) -> Response:
    """本间其余全部合格: the untouched lines of a room that are not marked on their own."""
    move_in, sheet, room = _room(move_in_id, position)
    walk.mark_rest(move_in, sheet, room.room, room.room_no, checklist=defaults().acceptance, at=captured_at())
    return go("movein.acceptance", move_in_id=move_in_id, room=position, _anchor=f"room-{position}")


@bp.post("/<int:move_in_id>/rooms/<int:position>/undo")
@requires(Permission.MOVEIN_INSPECT)
def undo_rest(move_in_id: int, position: int) -> Response:
    """Take 其余全部合格 back."""
    move_in, sheet, _room_on_sheet = _room(move_in_id, position)
    walk.undo_rest(move_in, sheet, request.form.get("batch", ""), at=captured_at())
    return go("movein.acceptance", move_in_id=move_in_id, room=position, _anchor=f"room-{position}")


def _line(move_in_id: int, item_id: int) -> tuple[MoveIn, AcceptanceSheet, AcceptanceItem]:
    move_in = the_case(move_in_id)
    item = find(AcceptanceItem, item_id)
    sheet = find(AcceptanceSheet, item.sheet_id)
    if sheet.move_in_id != move_in.id:
        abort(404)
    return move_in, sheet, item


def _room(move_in_id: int, position: int) -> tuple[MoveIn, AcceptanceSheet, RoomOnSheet]:
    move_in = the_case(move_in_id)
    sheet = walk.first_sheet(move_in)
    rooms = rooms_of(sheet, walk.items_of(sheet))
    if not 1 <= position <= len(rooms):
        abort(404)
    return move_in, sheet, rooms[position - 1]


def _refuse_stale(item: AcceptanceItem) -> None:
    """Somebody else has touched this line since the page was made. One's own later tap overrides one's own,
    whatever it was: a tap on the line, or 其余全部合格 of the room."""
    expect(item, lambda: _who_marked(item), own=item.marked_by == f"staff:{current_user.id}")


def _who_marked(item: AcceptanceItem) -> str:
    kind, _colon, number = item.marked_by.partition(":")
    staff = unit().get(Staff, int(number)) if kind == "staff" else None
    return staff.name if staff else ""


def _sheet_page(
    move_in: MoveIn,
    sheet: AcceptanceSheet,
    *,
    item_id: int | None = None,
    position: int | None = None,
    wait_id: int | None = None,
    form: ItemForm | None = None,
) -> Response:
    items = walk.items_of(sheet)
    rooms = rooms_of(sheet, items)
    item = next((line for line in items if line.id == item_id), items[0])
    room = next((r for r in rooms if r.position == position or item in r.items), rooms[0])
    if position is not None and 1 <= position <= len(rooms):
        room = rooms[position - 1]
    defects = [line.id for line in items if line.result is Result.DEFECT]
    progress = progress_of(items)
    reasons_of = defaults().movein.reasons_of
    sets = (reasons_of(defaults().acceptance.items[line.code]) for line in items)
    open_lines = {line.code for line in items if line.result is Result.NOT_TESTED and not line.note}
    return page(
        "movein/acceptance.html",
        "item",
        "room",
        also=("progress", "place", "onward", "heading") if item_id else ("progress", "place", "onward"),
        form=form,
        move_in=move_in,
        sheet=sheet,
        all_rooms=rooms,
        room=room,
        item=item,
        photos=shelf.attachments(unit(), AcceptanceItem.__tablename__, defects),
        progress=progress,
        metered=progress.complete and len(meters.readings_of(move_in)) >= len(OPENING_METERS),
        rooms_done=sum(r.done == len(r.items) for r in rooms),
        checklist=defaults().acceptance,
        reasons_of=reasons_of,
        reason_sets=list(dict.fromkeys(sets)),
        instruments=sheets.INSTRUMENT_METHODS,
        meter_lines=sheets.METER_LINES.values(),
        only_meters=open_lines <= set(sheets.METER_LINES.values()),
        severity_words=SEVERITIES,
        responsible_words=RESPONSIBLES,
        nonce=new_key(),
        failed_id=item_id if form is not None else None,
        wait_id=wait_id,
    )
