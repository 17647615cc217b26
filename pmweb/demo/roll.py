"""The roll of the demo estate: six buildings, two sections, eighteen floors, three doors a floor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product
from random import Random

from pmweb import clock
from pmweb.blueprints.estate.models import RollImport
from pmweb.blueprints.estate.rules import ImportState
from pmweb.blueprints.households import operations as households
from pmweb.demo.people import People
from pmweb.domain.home_numbers import HomeNumber
from pmweb.extensions import db, unit
from pmweb.models.homes import Building, Finish, Home, HomeKind, ParkingSpace
from pmweb.models.people import IdKind, PartyKind, Person, TieKind
from pmweb.models.session_rules import bulk_work

_LAYOUTS = (
    ("两室一厅", Decimal("89.46")),
    ("三室两厅", Decimal("118.88")),
    ("四室两厅", Decimal("141.34")),
    ("两室两厅", Decimal("97.06")),
)
_COMPANY_HOMES = 9


def fill(
    people: People, random: Random, wanted: int, today: date, tell: Callable[[int, int], None]
) -> list[Home]:
    """Write ``wanted`` homes with their households; about one in twenty is unsold. Returns the homes."""
    homes: list[Home] = []
    with bulk_work(unit(), "demo_roll", {"homes": wanted}) as counts:
        buildings = [_building(str(number), today) for number in range(1, 7)]
        doors = islice(product(buildings, ("1", "2"), range(1, 19), range(1, 4)), wanted)
        company = _company(people)
        for index, (building, section, floor, door) in enumerate(doors):
            home = _home(building, section, f"{floor:02d}{door:02d}", random, today)
            homes.append(home)
            if random.random() >= 0.05:
                owner = company if index % 71 == 5 and index < 71 * _COMPANY_HOMES else None
                _household(home, owner, people, random, today)
            if index % 50 == 49:
                unit().flush()
                tell(index + 1, wanted)
        counts["homes"] = len(homes)
    _brought(homes)
    db.session.commit()
    return homes


def _brought(homes: list[Home]) -> None:
    """How the roll came in: a first file that somebody gave up, and the one that was taken over."""
    sold = sum(home.sold for home in homes)
    found = {"homes": len(homes), "sold": sold, "unsold": len(homes) - sold}
    found |= {"people": sold, "companies": 1, "spaces": 0, "plates": 0}
    for state, name, days in (
        (ImportState.DROPPED, "松涛苑房产台账（旧）.xls", 82),
        (ImportState.DONE, "松涛苑业主信息登记总表.xlsx", 80),
    ):
        at = clock.now() - timedelta(days=days)
        done = state is ImportState.DONE
        roll = RollImport(
            state=state,
            folder="gone",
            file_name=name,
            sha256="0" * 64,
            pieces=4,
            done=4 if done else 0,
            found=found,
            taken={"homes": len(homes), "people": sold} if done else {},
            uploaded_at=at,
            uploaded_by="石磊",
            started_at=at if done else None,
            finished_at=at + timedelta(seconds=9) if done else None,
        )
        unit().add(roll)


def _building(name: str, today: date) -> Building:
    building = Building(name=name, completed_on=today - timedelta(days=400), top_floor=18)
    unit().add(building)
    unit().flush()
    return building


def _home(building: Building, section: str, number: str, random: Random, today: date) -> Home:
    layout, area = random.choice(_LAYOUTS)
    where = HomeNumber(building.name, section, number)
    shop = number.startswith("01") and building.name == "6"
    home = Home(
        building_id=building.id,
        building_name=building.name,
        section=section,
        number=number,
        floor=where.floor,
        label=where.label,
        sort_key=where.sort_key,
        kind=HomeKind.SHOP if shop else HomeKind.RESIDENCE,
        layout_type="商铺" if shop else layout,
        floor_area=area,
        chargeable_area=area,
        finish=Finish.FURNISHED if building.name == "5" else Finish.BARE,
        handed_over_on=today - timedelta(days=random.randrange(1, 70)),
    )
    unit().add(home)
    unit().flush()
    return home


def _company(people: People) -> Person:
    company = households.add_person(people.company(0), kind=PartyKind.COMPANY, mobile=people.mobile())
    households.set_identity(company, IdKind.USCC, people.uscc(1))
    return company


def _household(home: Home, owner: Person | None, people: People, random: Random, today: date) -> None:
    since = today - timedelta(days=random.randrange(100, 900))
    if owner is None:
        owner = households.add_person(people.name(), mobile=people.mobile())
        households.set_identity(owner, IdKind.ID_CARD, people.id_card())
    ties = [households.tie(home, owner, TieKind.OWNER, since_on=since, beside=[], quietly=True)]
    if random.random() < 0.25:
        partner = households.add_person(people.name(), mobile=people.mobile())
        ties.append(
            households.tie(home, partner, TieKind.CO_OWNER, since_on=since, beside=ties, quietly=True)
        )
    if random.random() < 0.4:
        call = households.add_person(people.name(), mobile=people.mobile())
        households.tie(
            home, call, TieKind.EMERGENCY, since_on=since, relation="亲属", beside=ties, quietly=True
        )
    if random.random() < 0.09:
        space = ParkingSpace(code=f"B1-{home.id:03d}", home_id=home.id)
        unit().add(space)
        households.add_vehicle(home, people.plate(), space=space.code, quietly=True)
