"""Puts the demo estate together: estate, team, price, roll, stories, calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.fees import operations as fees
from pmweb.blueprints.movein.models import MoveIn
from pmweb.blueprints.movein.rules import Applicant, State
from pmweb.blueprints.staff import operations as staffing
from pmweb.demo.calls import play_calls
from pmweb.demo.complaints import play_complaints
from pmweb.demo.people import People
from pmweb.demo.plot import STORIES
from pmweb.demo.prices import publish_prices
from pmweb.demo.roll import fill
from pmweb.demo.stories import Player
from pmweb.domain.permissions import ROLES_WITHOUT_DEPARTMENT, Role
from pmweb.extensions import db, unit
from pmweb.models.estate import Estate
from pmweb.models.homes import Home
from pmweb.models.people import PartyKind, Person, Tie, TieKind
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from pmweb.models.staff import Staff, StaffRole

PASSWORD = "pmweb-demo"
"""Of every made-up colleague; the sign-in page of demo data shows it."""

ACCOUNTS: tuple[tuple[str, str, Role, str | None], ...] = (
    ("receptionist", "林静", Role.RECEPTIONIST, "customer_service"),
    ("cashier", "宋佳", Role.CASHIER, "finance"),
    ("dispatcher", "方毅", Role.DISPATCHER, "repair"),
    ("repairer", "周志强", Role.REPAIRER, "repair"),
    ("patroller", "贺明", Role.PATROLLER, "security"),
    ("guard", "雷军胜", Role.GUARD, "security"),
    ("supervisor", "何雪梅", Role.DEPARTMENT_SUPERVISOR, "customer_service"),
    ("repair-supervisor", "赵铁山", Role.DEPARTMENT_SUPERVISOR, "repair"),
    ("manager", "梁建国", Role.OFFICE_MANAGER, None),
    ("finance", "沈秋萍", Role.FINANCE, "finance"),
    ("auditor", "范文", Role.AUDITOR, None),
    ("admin", "石磊", Role.ADMIN, None),
)
CALLED_FROM = 8
"""So many homes have something to be repaired."""
_TRADES = {
    "repairer": "plumbing,waterproofing",
    "repairer2": "electrical,intercom",
    "repairer3": "carpentry,doors-windows,masonry",
    "repairer4": "plumbing,gas,other",
}
_MORE_SUPERVISORS = (("security", "唐立峰"), ("environment", "韦芬"))
_MORE_REPAIRERS = ("钱大勇", "阿不都热依木·买买提", "孙平")


def build(
    homes: int = 648, seed: int = 20261, tell: Callable[[int, int], None] = lambda done, all_: None
) -> dict[str, int]:
    """Fill an empty instance with the demo estate and return its counts. The same seed and day give the same."""
    random = Random(seed)
    people, present = People(random), clock.now()
    open_session(unit(), actor=SYSTEM, estate_id=None)
    estate, team = _office()
    close_session(unit())
    open_session(unit(), actor=SYSTEM, estate_id=estate.id)
    start = clock.today() - timedelta(days=900)
    basis = "前期物业服务合同第 8 条"
    fees.set_tariff("property_fee", Decimal("3.20"), start, basis=basis, at=present)
    autumn = clock.today() - timedelta(days=45)
    fees.set_tariff(
        "property_fee", Decimal("3.60"), autumn, basis=basis, document_no="物价备案 2026-18", at=present
    )
    publish_prices(present)
    written = fill(people, random, homes, clock.today(), tell)
    player = Player(people, random, team, present)
    played = _play(player, written, tell)
    homes_lived_in = _lived_in(CALLED_FROM)
    calls = play_calls(player, homes_lived_in)
    complaints = play_complaints(player, homes_lived_in)
    db.session.commit()
    return {
        "homes": len(written),
        "move_ins": played,
        "calls": calls,
        "complaints": complaints,
        "people": db.session.scalar(select(db.func.count(Person.id))) or 0,
    }


def _lived_in(most: int) -> list[Home]:
    """Homes whose owners have moved in."""
    filed = select(MoveIn.home_id).where(
        MoveIn.state.in_((State.FILED, State.FILED_WITH_OPEN_DEFECTS)), MoveIn.applicant != Applicant.COMPANY
    )
    return list(unit().scalars(select(Home).where(Home.id.in_(filed)).order_by(Home.id).limit(most)))


def _office() -> tuple[Estate, dict[str, Staff]]:
    estate = Estate(
        code="SONG",
        name="松涛苑",
        company="松涛物业服务有限公司松涛苑服务中心",
        developer="某某置业有限公司",
        phone="021-50001234",
        created_at=clock.now(),
    )
    unit().add(estate)
    unit().flush()
    team = {username: _member(estate, username, name, role, part) for username, name, role, part in ACCOUNTS}
    for number, name in enumerate(_MORE_REPAIRERS, 2):
        _member(estate, f"repairer{number}", name, Role.REPAIRER, "repair")
    for department, name in _MORE_SUPERVISORS:
        username = f"{department}-supervisor"
        team[username] = _member(estate, username, name, Role.DEPARTMENT_SUPERVISOR, department)
    db.session.commit()
    return estate, team


def _member(estate: Estate, username: str, name: str, role: Role, department: str | None) -> Staff:
    assert (department is None) == (role in ROLES_WITHOUT_DEPARTMENT)
    staff = Staff(
        username=username,
        name=name,
        session_epoch=0,
        steward=role is Role.ADMIN,
        trades=_TRADES.get(username, ""),
    )
    staffing.set_password(staff, staffing.hashed(PASSWORD))
    staff.roles.append(StaffRole(estate_id=estate.id, role=role, department=department))
    unit().add(staff)
    unit().flush()
    return staff


def _play(player: Player, homes: list[Home], tell: Callable[[int, int], None]) -> int:
    """Give each story a home whose owner fits it."""
    query = (
        select(Tie.home_id, Person.kind)
        .join(Person, Person.id == Tie.person_id)
        .where(Tie.kind == TieKind.OWNER)
    )
    owned = dict(iter(db.session.execute(query)))
    by_kind = {
        kind: [home for home in homes if owned.get(home.id) is kind]
        for kind in (PartyKind.PERSON, PartyKind.COMPANY)
    }
    for homes_of_kind in by_kind.values():
        player.random.shuffle(homes_of_kind)
    played = 0
    for story in STORIES:
        kind = PartyKind.COMPANY if story.applicant is Applicant.COMPANY else PartyKind.PERSON
        if by_kind[kind]:
            player.play(by_kind[kind].pop(), story)
            played += 1
            tell(played, len(STORIES))
    return played
