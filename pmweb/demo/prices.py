"""The price list of the demo: what the office charges for paid services, and for an hour of work (G-7, FM-33)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from pmweb import clock
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.repairs.operations import pricing
from pmweb.domain.money import Money

BASIS = "松涛苑有偿服务价目表，已公示"
PRICES: tuple[tuple[str, int], ...] = (
    ("tap_valve", 40),
    ("drain_blocked", 80),
    ("toilet", 60),
    ("basin_shower", 60),
    ("power_failure", 50),
    ("socket_switch", 25),
    ("lamp", 30),
    ("entrance_door", 80),
    ("inner_door", 60),
    ("window_hardware", 35),
    ("glass", 160),
    ("gas_appliance", 80),
    ("air_conditioner", 120),
    ("wall_plaster", 45),
    ("floor", 65),
)
"""Yuan for one unit of the category."""


def publish_prices(at: datetime) -> None:
    """Prices that hold since two years, and one that has gone up since."""
    start = clock.today() - timedelta(days=700)
    for category, yuan in PRICES:
        pricing.set_price(category, Money(yuan * 100), start, basis=BASIS, at=at)
    dearer = clock.today() - timedelta(days=60)
    pricing.set_price("drain_blocked", Money(9000), dearer, basis="调价通知，已公示 30 天", at=at)
    fees.set_tariff("repair_labour", Decimal(60), start, basis=BASIS, at=at)
