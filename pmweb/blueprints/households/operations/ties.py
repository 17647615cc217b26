"""What ties people to a home: as owner, tenant, family and so on; a new owner (FM-01)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.households import rules
from pmweb.blueprints.households.operations.identity import masked
from pmweb.blueprints.households.operations.things import end_things
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import journal
from pmweb.models.homes import Home, meant_by
from pmweb.models.people import AgeGroup, Consent, Person, Tie, TieKind


def home_meant(text: str) -> Home:
    """The one home that a typed text means. Raises ``household.no_home`` or ``household.homes``."""
    meant = meant_by(text)
    found = unit().scalars(select(Home).where(meant).limit(2)).all() if meant is not None else []
    if not found:
        raise RuleBroken("household.no_home", field="home")
    if len(found) > 1:
        raise RuleBroken("household.homes", field="home")
    return found[0]


def tie(
    home: Home,
    person: Person,
    kind: TieKind,
    *,
    since_on: date | None = None,
    relation: str = "",
    share_permille: int | None = None,
    age_group: AgeGroup | None = None,
    lease_until: date | None = None,
    guardian_agreed: bool = False,
    beside: Iterable[Tie] | None = None,
    quietly: bool = False,
) -> Tie:
    """Tie a person to a home from ``since_on`` on; an owner makes the home a sold one (FM-01).

    Details that FM-01 does not know for this kind are left out. ``beside`` are the open ties of the home when
    the caller knows them (an import), else they are asked for; ``quietly`` leaves no entry in the timeline.
    Raises ``RuleBroken``: the codes of ``rules.check_new_tie``, ``rules.check_emergency`` (not asked of an import),
    ``rules.check_lease``, ``rules.check_child``.
    """
    today = clock.today()
    known = rules.DETAILS[kind.value].known
    share_permille = share_permille if "share" in known else None
    standing = [_standing(other) for other in beside] if beside is not None else _open_ties(home.id)
    rules.check_new_tie(person.id, kind.value, share_permille, standing)
    if kind is TieKind.EMERGENCY and beside is None:
        rules.check_emergency(person.mobile, _mobiles_of_the_owner(home.id))
    if "lease_until" in known:
        rules.check_lease(lease_until, today)
    if "age_group" in known:
        rules.check_child(age_group.value if age_group else None, guardian_agreed)
    new = Tie(
        home_id=home.id,
        person_id=person.id,
        kind=kind,
        relation=relation if "relation" in known else "",
        share_permille=share_permille,
        age_group=age_group if "age_group" in known else None,
        lease_until=lease_until if "lease_until" in known else None,
        since_on=since_on or today,
    )
    unit().add(new)
    if kind is TieKind.OWNER and not home.sold:
        home.sold = True
    if new.age_group is AgeGroup.CHILD:
        _note_guardian(person)
    if not quietly:
        _tell(home.id, person, "tie.added", kind=kind.value)
    unit().flush()
    return new


def change_tie(
    of: Tie,
    *,
    relation: str = "",
    share_permille: int | None = None,
    age_group: AgeGroup | None = None,
    lease_until: date | None = None,
    guardian_agreed: bool = False,
) -> None:
    """Change the details of a tie: a new share, a lease that was renewed. Raises as ``tie`` does."""
    known = rules.DETAILS[of.kind.value].known
    if "share" in known and share_permille != of.share_permille:
        others = [other for other in _open_ties(of.home_id) if other.person_id != of.person_id]
        rules.check_new_tie(of.person_id, "co_owner", share_permille, others)
        of.share_permille = share_permille
    if "lease_until" in known and lease_until != of.lease_until:
        rules.check_lease(lease_until, clock.today())
        of.lease_until = lease_until
        if lease_until is not None:
            _tell(of.home_id, of.person, "lease.changed", until=lease_until.isoformat())
    if "age_group" in known and age_group is not of.age_group:
        rules.check_child(age_group.value if age_group else None, guardian_agreed)
        of.age_group = age_group
        if age_group is AgeGroup.CHILD:
            _note_guardian(of.person)
    if "relation" in known:
        of.relation = relation
    unit().flush()


def end_tie(of: Tie, on: date | None = None) -> None:
    """Somebody leaves the home; the tie stays as history.

    Raises ``RuleBroken``: ``tie.ended``, ``tie.end_early``, ``tie.end_future``.
    """
    on = on or clock.today()
    if of.until_on is not None:
        raise RuleBroken("tie.ended")
    rules.check_end(of.since_on, on, clock.today())
    of.until_on = on
    _tell(of.home_id, of.person, "tie.ended", kind=of.kind.value)
    unit().flush()


def change_owner(home: Home, person: Person, on: date | None = None, *, things_leave: bool = True) -> Tie:
    """The home has a new owner: owner, co-owners, family, emergency contact and agent of the old one end.

    A tenant stays, a lease outlives the sale. With ``things_leave`` the vehicles and pets end as well. Raises
    ``RuleBroken``: ``owner.same``, ``tie.end_early``, ``tie.end_future``.
    """
    on = on or clock.today()
    session = unit()
    open_ties = session.scalars(select(Tie).where(Tie.home_id == home.id, Tie.until_on.is_(None))).all()
    if any(old.kind is TieKind.OWNER and old.person_id == person.id for old in open_ties):
        raise RuleBroken("owner.same")
    rules.check_end(date.min, on, clock.today())
    before = ""
    for old in open_ties:
        if old.kind.value in rules.LEAVE_WITH_OWNER or old.person_id == person.id:
            rules.check_end(old.since_on, on, clock.today())
            old.until_on = on
            before = masked(old.person) if old.kind is TieKind.OWNER else before
    if things_leave:
        end_things(home, on)
    session.flush()
    stays = [old for old in open_ties if old.until_on is None]
    new = tie(home, person, TieKind.OWNER, since_on=on, beside=stays, quietly=True)
    _tell(home.id, person, "owner.changed", before=before)
    session.flush()
    return new


def _mobiles_of_the_owner(home_id: int) -> frozenset[str]:
    query = (
        select(Person.mobile)
        .join(Tie, Tie.person_id == Person.id)
        .where(Tie.home_id == home_id, Tie.kind == TieKind.OWNER, Tie.until_on.is_(None))
    )
    return frozenset(unit().scalars(query))


def _open_ties(home_id: int) -> list[rules.StandingTie]:
    rows = unit().execute(
        select(Tie.person_id, Tie.kind, Tie.share_permille).where(
            Tie.home_id == home_id, Tie.until_on.is_(None)
        )
    )
    return [rules.StandingTie(row.person_id, row.kind.value, row.share_permille) for row in rows]


def _standing(other: Tie) -> rules.StandingTie:
    return rules.StandingTie(other.person_id, other.kind.value, other.share_permille)


def _note_guardian(child: Person) -> None:
    """The guardian agreed to the sentence on the form (PRI-2, FM-35)."""
    consent = Consent(
        person_id=child.id,
        purposes="register",
        sensitive="child",
        text_version=rules.CHILD_NOTICE,
        agreed_at=clock.now(),
    )
    unit().add(consent)


def _tell(home_id: int, person: Person, event: str, **facts: Any) -> None:
    journal.note(unit(), person, event, at=clock.now(), home_id=home_id, name=masked(person), **facts)
