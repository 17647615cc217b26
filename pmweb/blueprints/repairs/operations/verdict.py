"""The decision about the warranty is changed by whoever answers for it, with the reason (R-3, A-16, FM-07)."""

from __future__ import annotations

from datetime import datetime

from pmweb import clock
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.repairs import rules
from pmweb.blueprints.repairs.judging import is_paid, owed_by
from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations.billing import drop_bill, was_signed
from pmweb.blueprints.repairs.operations.intake import facts_of, judged
from pmweb.blueprints.repairs.operations.lines import replace_lines
from pmweb.blueprints.repairs.operations.moves import not_before
from pmweb.blueprints.repairs.operations.promises import follow_verdict, nature_of, owed_now
from pmweb.data import defaults
from pmweb.domain.warranty import Verdict
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal


def decide_again(
    repair: Repair, verdict: Verdict | str, reason: str, at: datetime, exclusion: str | None = None
) -> None:
    """R-3: what the register said is changed, or decided at last, until the work is signed; the old stays in the log.

    The end of the warranty is reckoned anew from the day of the call and the days of the house as they are known now.
    The number stays, BX or YC: the two registers are two views of the same records by their verdict (A-1), the
    resident has heard this number, and a number given back would leave a gap. An ``exclusion`` counts where it is paid
    now. Where it is paid no longer, the bill is taken back (X-6). What was promised stays as it is, unless another
    thing is owed now. ``RuleBroken``, before anything is changed: ``repair.decided_late`` (signed, or ended),
    ``repair.decided_same`` (nothing would change), ``repair.reason``, ``repair.decided_rechecked``,
    ``repair.bill_paid``.
    """
    if repair.verdict is None or repair.category is None or not rules.may_decide(repair.state):
        raise RuleBroken("repair.decided_late")
    old, new = repair.verdict, Verdict(verdict)
    caused = exclusion or "" if new is Verdict.PAID else ""
    if new is Verdict.UNDECIDED or (new is old and (new is not Verdict.PAID or caused == repair.exclusion)):
        raise RuleBroken("repair.decided_same", field="verdict")
    if new is Verdict.PAID and not rules.may_be_paid(at_home=repair.home_id is not None, part=repair.part):
        raise RuleBroken("repair.decided_common", field="verdict")
    rules.refuse_without_reason(reason)
    signs = rules.resident_signs(at_home=repair.home_id is not None, part=repair.part, verdict=new)
    rules.refuse_stuck(repair.state, signs=signs)
    at, before, owed = not_before(repair, at), nature_of(repair), owed_now(repair)
    if not is_paid(defaults().warranty, new):
        _take_bill_back(repair, reason, at)
    _write(repair, new, caused)
    journal.note(
        unit(),
        repair,
        "repair.decided",
        at=at,
        home_id=repair.home_id,
        number=repair.number,
        round=repair.round,
        old=old.value,
        new=new.value,
        reason=reason,
    )
    follow_verdict(repair, before, owed, at)


def _write(repair: Repair, verdict: Verdict, exclusion: str) -> None:
    """What follows from the verdict on the record, by the day of the call (T-6)."""
    assert repair.category is not None
    on = clock.local(repair.registered_at).date()
    facts = facts_of(repair.home, repair.part, repair.category, exclusion or None, on, again=repair)
    repair.verdict, repair.responsible, repair.exclusion = verdict, owed_by(facts, verdict), exclusion
    repair.completed_on, repair.handed_over_on = facts.completed_on, facts.handed_over_on
    repair.warranty_ends_on = judged(facts).ends_on
    repair.follows_id = facts.former.repair_id if facts.former else None


def _take_bill_back(repair: Repair, reason: str, at: datetime) -> None:
    """X-6: what costs nothing has no bill; one that was paid is for the finance office first (``repair.bill_paid``)."""
    if repair.amount is None:
        return
    rules.refuse_signed_bill(signed=was_signed(repair), field="verdict")
    charge_id = repair.charge_id
    if charge_id is not None:
        drop_bill(repair, reason, at)
        if not fees.is_void(charge_id):
            raise RuleBroken("repair.bill_paid", field="verdict")
    replace_lines(repair, rules.LineStage.DONE, (), at)
    repair.charge_id = repair.amount = None
