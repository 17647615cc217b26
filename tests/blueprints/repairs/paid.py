"""Paid repairs for tests: the call, the consent, the work, and the lines that they are made of (X-6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pmweb.blueprints.repairs.models import Repair
from pmweb.blueprints.repairs.operations import intake, pricing
from pmweb.blueprints.repairs.rules import Line, LineKind, Part, RepairSource, RepairState
from pmweb.domain.money import Money
from tests.blueprints.repairs.jobs import Jobs

S = RepairState
UNBLOCK = Line(LineKind.SERVICE, "疏通", "次", Decimal(1), Money(8000))
HOURS = Line(LineKind.LABOUR, "人工费", "工时", Decimal("1.5"), Money(6000))
TRAP = Line(LineKind.MATERIAL, "存水弯", "个", Decimal(2), Money(1250))


def called(jobs: Jobs, **more: Any) -> Repair:
    """The resident blocked the drain: that is paid for."""
    asked: dict[str, Any] = {
        "source": RepairSource.PHONE,
        "home": jobs.home,
        "part": Part.PRIVATE,
        "place": "厨房",
        "category": "drain_blocked",
        "description": "下水很慢",
        "caller_name": "周文博",
        "caller_phone": "13800138000",
        "exclusion": "improper_use",
    }
    return intake.take_call(intake.Call(**(asked | more)), [], at=jobs.now())


def agreed(jobs: Jobs, repair: Repair, *said: Line) -> Repair:
    pricing.estimate(repair, said or (UNBLOCK, TRAP), jobs.now())
    pricing.accept_by_phone(repair, "周文博", "13800138000", "", by=jobs.worker, at=jobs.now())
    return repair


def done(jobs: Jobs, repair: Repair) -> Repair:
    return jobs.go_on(repair, S.DISPATCHED, S.ACCEPTED, S.ON_SITE, S.COMPLETED)
