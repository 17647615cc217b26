"""核对, and 整改与再次验收: work orders, appointment, the next round with the owner (M-12 to M-18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, select
from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.movein.flow import FLOW
from pmweb.blueprints.movein.models import AcceptanceItem, AcceptanceSheet, Appointment, DefectRound, MoveIn
from pmweb.blueprints.movein.operations import acceptance, desk, meters, rounds
from pmweb.blueprints.movein.operations.facts import progress_of, progress_of_round
from pmweb.blueprints.movein.rules import Result, State, may_open_round
from pmweb.blueprints.movein.views.base import bp, case_of, room_names, the_case
from pmweb.data import defaults
from pmweb.domain.permissions import Permission
from pmweb.extensions import unit
from pmweb.models import journal, shelf
from pmweb.models.staff import Staff, repair_team
from pmweb.web.access import allowed, find, requires
from pmweb.web.fields import Form, choice, moment, note, several, text
from pmweb.web.fields import select as select_field
from pmweb.web.filters import listed, named, when
from pmweb.web.nouns import RESPONSIBLES, SEVERITIES
from pmweb.web.pages import go, page
from pmweb.web.unit_of_work import captured_at, expect


class AppointmentForm(Form):
    """When the owner comes again, and who comes along."""

    moment = moment(_l("再次验收时间"), needed=True)
    agreed_by = choice(
        _l("约定方式"), [("phone", _l("电话")), ("visit", _l("当面")), ("message", _l("短信或微信"))]
    )
    staff = select_field(_l("陪同维修人员"), coerce=int)
    remark = text(_l("备注"), 200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff.choices = repair_staff()

    def instant(self) -> datetime:
        """The agreed time as an instant."""
        assert self.moment.data is not None  # validated
        return self.moment.data.replace(tzinfo=clock.zone())


class RoundForm(Form):
    """Who is there for the next round."""

    resident_present = text(_l("业主方到场人"), 80, needed=True)
    inspectors = several(_l("陪验人员（维修部）"), needed=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inspectors.choices = [(name, name) for _id, name in repair_staff()]


class DefectForm(Form):
    """What the owner says about one defect now."""

    passed = choice(_l("复验结果"), [("yes", _l("合格")), ("no", _l("仍不合格"))])
    note = note(_l("仍存在的问题"))


def repair_staff() -> list[tuple[int, str]]:
    """The repair department of this estate."""
    query = select(Staff.id, Staff.name).where(Staff.id.in_(repair_team(unit()))).order_by(Staff.name)
    return [(staff_id, name) for staff_id, name in unit().execute(query)]


@bp.get("/<int:move_in_id>/check")
@requires(Permission.MOVEIN_READ)
def check(move_in_id: int) -> Response:
    """核对: everything once more, before the owner signs."""
    move_in, facts = case_of(move_in_id)
    if facts.round > 1 and not facts.ended and (unanswered := _unanswered(move_in)):
        flash(_("还差 %(n)s 处没有结果：%(places)s", n=len(unanswered), places=listed(unanswered)), "bad")
        return redirect(url_for("movein.rounds", move_in_id=move_in_id))
    FLOW.open_step("check", facts)
    return _check_page(move_in)


def _unanswered(move_in: MoveIn) -> list[str]:
    """The defects of this round about which the owner has said nothing yet, as the page names them."""
    sheet, first = acceptance.sheet_of(move_in), acceptance.first_sheet(move_in)
    found = rounds.defects_of_round(sheet) if sheet is not None else []
    items, names = {item.id: item for item in acceptance.items_of(first)}, room_names(first)
    waiting = [items[defect.item_id] for defect in found if defect.passed is None]
    checklist = defaults().acceptance.items
    return [f"{names[item.room, item.room_no]} · {named(checklist[item.code])}" for item in waiting]


@bp.post("/<int:move_in_id>/check")
@requires(Permission.MOVEIN_INSPECT)
def confirm(move_in_id: int) -> Response:
    """It is complete and may be signed."""
    move_in, facts = case_of(move_in_id)
    FLOW.open_step("check", facts)
    form = Form()

    def agree() -> None:
        sheet = acceptance.sheet_of(move_in)
        if sheet is not None and sheet.round > 1:
            rounds.check_round(move_in, sheet, at=captured_at())
        else:
            acceptance.confirm_check(move_in, at=captured_at())

    if form.carried_out(agree):
        return go("movein.sign", move_in_id=move_in_id)
    return _check_page(move_in, form)


def _check_page(move_in: MoveIn, form: Form | None = None) -> Response:
    sheet = acceptance.sheet_of(move_in)
    first = acceptance.first_sheet(move_in)
    items = acceptance.items_of(first)
    later = rounds.defects_of_round(sheet) if sheet is not None and sheet.round > 1 else []
    defects = [item.id for item in items if item.result is Result.DEFECT]
    return page(
        "movein/check.html",
        "step",
        form=form,
        move_in=move_in,
        sheet=sheet,
        items=items,
        later=later,
        progress=progress_of_round(later) if later else progress_of(items),
        names=room_names(first),
        photos=shelf.attachments(unit(), AcceptanceItem.__tablename__, defects),
        severity_words=SEVERITIES,
        responsible_words=RESPONSIBLES,
        readings=meters.readings_of(move_in),
        entries=desk.key_entries(move_in),
    )


@bp.get("/<int:move_in_id>/rounds", endpoint="rounds")
@requires(Permission.MOVEIN_READ)
def show_rounds(move_in_id: int) -> Response:
    """整改与再次验收: each defect's work order, the appointment, the rounds so far."""
    return _rounds_page(the_case(move_in_id))


@bp.post("/<int:move_in_id>/appointment")
@requires(Permission.MOVEIN_HANDLE)
def appoint(move_in_id: int) -> Response:
    """Agree on the time of the next acceptance (M-15) and tell the repair department (M-16)."""
    move_in = the_case(move_in_id)
    expect(lambda: _seen(rounds.appointment_of(move_in)), lambda: journal.last_actor(unit(), move_in))
    form = AppointmentForm()
    if form.carried_out(
        lambda: rounds.appoint(
            move_in,
            form.instant(),
            form.agreed_by.data,
            form.remark.data or "",
            form.staff.data,
            at=captured_at(),
        )
    ):
        flash(_("已约好，陪同人员会在今日里看到。"))
        return go("movein.rounds", move_in_id=move_in_id)
    return _rounds_page(move_in, appointment_form=form)


@bp.post("/<int:move_in_id>/rounds")
@requires(Permission.MOVEIN_INSPECT)
def open_round(move_in_id: int) -> Response:
    """Begin the next round with the owner (M-17)."""
    move_in, facts = case_of(move_in_id)
    form = RoundForm()
    if form.carried_out(
        lambda: rounds.open_round(
            move_in,
            facts,
            form.resident_present.data or "",
            "、".join(form.inspectors.data or ()),
            at=captured_at(),
        )
    ):
        return go("movein.rounds", move_in_id=move_in_id)
    return _rounds_page(move_in, round_form=form)


@bp.post("/<int:move_in_id>/rounds/defects/<int:found_id>")
@requires(Permission.MOVEIN_INSPECT)
def mark_defect(move_in_id: int, found_id: int) -> Response:
    """What the owner says about one defect in this round."""
    move_in = the_case(move_in_id)
    found = find(DefectRound, found_id)
    sheet = find(AcceptanceSheet, found.sheet_id)
    if sheet.move_in_id != move_in.id:
        abort(404)
    expect(found)
    form = DefectForm()
    if form.carried_out(
        lambda: rounds.mark_defect(
            move_in, sheet, found, form.passed.data == "yes", form.note.data or "", at=captured_at()
        )
    ):
        return go("movein.rounds", move_in_id=move_in_id, _anchor=f"found-{found_id}")
    return _rounds_page(move_in, failed=(found_id, form))


@dataclass(frozen=True)
class NextAct:
    """What this person may do next (``main``: check, appoint, round, dispatch, recheck, nothing), and why.

    ``turn`` is the work order whose turn it is.
    """

    main: str
    says: str
    turn: Row[Any] | None = None


def _next_with_the_owner(appointment: Appointment | None) -> NextAct:
    """Something can be looked at again: first the time is agreed (M-15), then the round begins (M-17).

    Not before its day: the button of the round would lie where 约好了 was pressed a moment ago.
    """
    if appointment is None and allowed(Permission.MOVEIN_HANDLE):
        return NextAct("appoint", _("可以再次验收了，请与业主约时间。"))
    if appointment is not None and clock.local(appointment.at).date() > clock.today():
        return NextAct("", _("已约 %(at)s，业主到场时再开始。", at=when(appointment.at)))
    if allowed(Permission.MOVEIN_INSPECT):
        return NextAct("round", _("业主到场后开始，逐处复验。"))
    return NextAct("", _("等前台与业主约时间。"))


def _next_of_repairs(repairs: Sequence[Row[Any]]) -> NextAct:
    """Nothing is rechecked yet: it is the turn of the repair department (M-12 to M-14)."""
    unassigned = [row for row in repairs if row.state in rounds.UNASSIGNED]
    repaired = [row for row in repairs if row.state in rounds.REPAIRED]
    if unassigned:
        says = _("还有 %(n)s 张工作单，等维修调度派单。", n=len(unassigned))
        main = "dispatch" if allowed(Permission.REPAIRS_DISPATCH) else ""
        return NextAct(main, says, unassigned[0])
    if repaired:
        says = _("修好 %(n)s 处，等维修部主管复检。", n=len(repaired))
        main = "recheck" if allowed(Permission.REPAIRS_RECHECK) else ""
        return NextAct(main, says, repaired[0])
    return NextAct("", _("等维修人员修好，再由主管复检。"))


def _seen(appointment: Appointment | None) -> int:
    """The standing appointment stands for the version of what was agreed."""
    return appointment.id if appointment else 0


def _rounds_page(
    move_in: MoveIn,
    *,
    appointment_form: AppointmentForm | None = None,
    round_form: RoundForm | None = None,
    failed: tuple[int, DefectForm] | None = None,
) -> Response:
    sheet = acceptance.sheet_of(move_in)
    first = acceptance.first_sheet(move_in)
    items = {item.id: item for item in acceptance.items_of(first)}
    appointment = rounds.appointment_of(move_in)
    repairs = rounds.repairs_of(move_in)
    ready = [row for row in repairs if row.state in rounds.RECHECKED]
    still_open = sum(rounds.is_open(row.state) for row in repairs)
    may_open = may_open_round(still_open, len(ready))
    rectifying = move_in.state is State.RECTIFYING and move_in.voided_at is None
    later = rounds.defects_of_round(sheet) if sheet is not None and sheet.round > 1 else []
    if sheet is not None and sheet.round > 1 and sheet.closed_at is None:
        next_act = NextAct("check", _("每处都有结果后，核对并签字。"))
    elif rectifying and may_open:
        next_act = _next_with_the_owner(appointment)
    else:
        next_act = _next_of_repairs(repairs) if rectifying else NextAct("", "")
    return page(
        "movein/rounds.html",
        "step",
        also=("dock",),
        form=appointment_form or round_form or (failed[1] if failed else None),
        move_in=move_in,
        sheet=sheet,
        items=items,
        names=room_names(first),
        repairs=repairs,
        ready=ready,
        may_open=may_open,
        still_open=still_open > len(ready),
        main=next_act.main,
        turn=next_act.turn,
        waits_for=next_act.says,
        later=later,
        photos=rounds.photos_for(items[found.item_id] for found in later),
        failed=failed,
        appointment=appointment,
        seen=_seen(appointment),
        staff=dict(repair_staff()),
        appointment_form=appointment_form or AppointmentForm(formdata=None),
        round_form=round_form
        or RoundForm(
            formdata=None,
            data={
                "resident_present": (move_in.handler or move_in.owner).name,
                "inspectors": first.inspectors.split("、"),
            },
        ),
        sheets=acceptance.sheets_of(move_in),
        rectifying=rectifying,
        checklist=defaults().acceptance,
    )
