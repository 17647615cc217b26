"""The meters of a move-in, through a client (M-10, FM-06)."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb.blueprints.movein.operations import meters
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.homes import Meter, MeterKind, MeterReading, ReadingPurpose
from tests.blueprints.movein.journey import Journey
from tests.checking_client import CheckingClient
from tests.databases import KINDS
from tests.office import MORNING, Office
from tests.pictures import jpeg
from tests.races import at_once

ClientFor = Callable[..., CheckingClient]
HTMX = {"HX-Request": "true", "HX-Boosted": "true"}


def photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(jpeg()), "a.jpg"


@pytest.fixture
def known_meter(journey: Journey) -> Meter:
    """An electricity meter that showed 5 kWh when the developer handed the home over."""
    meter = Meter(home_id=journey.home.id, kind=MeterKind.ELECTRICITY, meter_no="E-900")
    db.session.add(meter)
    db.session.flush()
    for reading, day in (("9.5", 2), ("5", 1)):
        before = MeterReading(
            meter_id=meter.id,
            home_id=journey.home.id,
            purpose=ReadingPurpose.HANDOVER,
            reading=Decimal(reading),
            seal_ok=True,
            read_at=MORNING - timedelta(days=day),
            read_by="开发商",
        )
        db.session.add(before)
    db.session.commit()
    return meter


def sheet_of_meters(*kinds: str, **more: Any) -> dict[str, Any]:
    """What a person fills in about these meters, each with its photo."""
    filled: dict[str, Any] = {f"{kind}_seal_ok": "y" for kind in ("water", "electricity", "gas")}
    filled["_version"] = 0
    for kind in kinds:
        filled |= {f"{kind}_meter_no": f"{kind}-1", f"{kind}_reading": "0.35", f"{kind}_photo": photo()}
    return filled | more


@pytest.mark.parametrize("headers", [{}, HTMX | {"HX-Target": "step"}], ids=["plain", "htmx"])
def test_an_unusual_reading_is_asked_about_once_more(
    journey: Journey, known_meter: Meter, repairer: CheckingClient, headers: dict[str, str]
) -> None:
    """M-10: a soft warning: whoever has looked again may keep it."""
    url = f"/movein/{journey.move_in.id}/readings"
    page = repairer.get(url).text
    assert 'value="E-900"' in page
    assert "上次 5.00" in page
    reading = sheet_of_meters(electricity_meter_no="E-900", electricity_reading="4９0")
    asked = repairer.post(url, data=reading | {"electricity_photo": photo()}, headers=headers)
    assert asked.status_code == 422
    assert "请再看一遍" in asked.text
    assert "electricity_confirmed" in asked.text
    assert meters.readings_of(journey.move_in) == []
    looked = reading | {"electricity_photo": photo(), "electricity_confirmed": "y"}
    kept = repairer.post(url, data=looked, headers=headers, follow_redirects=True)
    assert kept.status_code == 200
    assert "还差 2 只" in kept.text
    (taken,) = meters.readings_of(journey.move_in)
    assert taken.reading == Decimal(490)


def test_a_broken_seal_without_a_reading_is_not_dropped(journey: Journey, repairer: CheckingClient) -> None:
    """FM-06: somebody typed the number and switched the seal off, and forgot the reading."""
    data = sheet_of_meters("water", gas_meter_no="G-777")
    del data["gas_seal_ok"]
    refused = repairer.post(f"/movein/{journey.move_in.id}/readings", data=data)
    assert refused.status_code == 422
    assert "请填写底数" in refused.text
    assert 'value="G-777"' in refused.text
    assert meters.readings_of(journey.move_in) == []


def test_one_button_keeps_all_meters_and_leads_on(journey: Journey, repairer: CheckingClient) -> None:
    """M-10: what was filled in is not lost because another button was pressed."""
    sheet = journey.start_acceptance()
    journey.walk(sheet, defects=0)
    db.session.commit()
    url = f"/movein/{journey.move_in.id}/readings"
    done = repairer.post(url, data=sheet_of_meters("water", "electricity", "gas"))
    assert (done.status_code, done.location) == (303, f"/movein/{journey.move_in.id}/check")
    assert len(meters.readings_of(journey.move_in)) == 3


def test_a_meter_that_lacks_something_keeps_the_others_on_the_page(
    journey: Journey, repairer: CheckingClient
) -> None:
    """FM-06: number, reading and photo; nothing is half-saved, nothing typed is cleared."""
    url = f"/movein/{journey.move_in.id}/readings"
    refused = repairer.post(url, data=sheet_of_meters("water", gas_reading="7.25"))
    assert refused.status_code == 422
    for said in ("请填写表号", "请拍下表盘", 'value="7.25"', 'value="water-1"'):
        assert said in refused.text, said
    assert meters.readings_of(journey.move_in) == []


def test_an_empty_sheet_says_so(journey: Journey, repairer: CheckingClient) -> None:
    refused = repairer.post(f"/movein/{journey.move_in.id}/readings", data=sheet_of_meters())
    assert refused.status_code == 422
    assert "还没有填底数" in refused.text


def test_only_what_was_changed_is_read_anew(journey: Journey, repairer: CheckingClient) -> None:
    """Promise 8: the reading that stands is not replaced by itself."""
    journey.read_meters()
    db.session.commit()
    before = {r.meter.kind: r.id for r in meters.readings_of(journey.move_in)}
    page = repairer.get(f"/movein/{journey.move_in.id}/readings").text
    sent = dict(re.findall(r'name="(\w+_(?:meter_no|reading))"[^>]*value="([^"]*)"', page))
    changed = sheet_of_meters(**sent | {"gas_reading": "3.5", "_version": max(before.values())})
    assert repairer.post(f"/movein/{journey.move_in.id}/readings", data=changed).status_code == 303
    after = {r.meter.kind: r.id for r in meters.readings_of(journey.move_in)}
    assert [kind.value for kind in before if before[kind] != after[kind]] == ["gas"]


def test_a_page_from_before_a_colleague_read_is_stale(journey: Journey, repairer: CheckingClient) -> None:
    """Promise 6."""
    journey.read_meters()
    db.session.commit()
    stale = repairer.post(f"/movein/{journey.move_in.id}/readings", data=sheet_of_meters("water", _version=0))
    assert stale.status_code == 409


def test_the_readings_are_shown_after_the_signature(ready: Journey, repairer: CheckingClient) -> None:
    ready.sign()
    db.session.commit()
    page = repairer.get(f"/movein/{ready.move_in.id}/readings").text
    assert "已签字确认" in page
    assert 'name="water_reading"' not in page
    assert "0.35" in page


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_two_who_read_at_once_leave_one_reading(
    app: Flask, office: Office, journey: Journey, client_for: ClientFor
) -> None:
    """Promise 6, on both databases: the second sees that somebody was faster, and no meter hangs there twice."""
    tablets = [client_for(Role.REPAIRER, name=name) for name in ("周志强", "李工", "吴工")]
    url = f"/movein/{journey.move_in.id}/readings"
    answers = at_once(
        *[
            lambda t=t: t.raw_post(url, sheet_of_meters("water") | {"_key": secrets.token_hex(8)})
            for t in tablets
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    db.session.rollback()
    db.session.expire_all()
    assert len(meters.readings_of(journey.move_in)) == 1
    assert len(list(db.session.scalars(select(Meter)))) == 1
