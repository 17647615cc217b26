"""What is done with the people of the office: records, traces and refusals (X-1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.staff import operations, register
from pmweb.blueprints.staff.register import GONE, WORKING, Wanted
from pmweb.domain.permissions import Role
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db, unit
from pmweb.models.audit import AuditEntry
from pmweb.models.estate import Estate
from pmweb.models.journal import JournalEntry
from pmweb.models.session_rules import Actor
from pmweb.models.staff import SignInAttempt, Staff, appoint_stewards
from tests.office import MORNING, Office

GOOD = "shuixiangu-88"
OTHER = "baiyulan-2-kaihua"
MINUTE = timedelta(minutes=1)
ONCE = operations.OneTime("pinned-once", operations.Hashed("what is kept of it"))


@pytest.fixture
def admin(office: Office) -> Staff:
    return office.act_as(Role.ADMIN)


@pytest.fixture
def colleague(office: Office, admin: Staff) -> Staff:
    """A new receptionist with a password of her own."""
    staff = operations.add_staff("linjing", "林静", at=MORNING, mobile="13800138000")
    operations.set_password(staff, operations.hashed(GOOD))
    give(staff, office.estate, Role.RECEPTIONIST, "customer_service", by=admin)
    db.session.commit()
    return staff


def give(staff: Staff, estate: Estate, role: Role, department: str | None = None, *, by: Staff | None) -> Any:
    return operations.grant_role(staff, estate, role, department, by=by, at=clock.now())


def events(staff: Staff) -> list[str]:
    entries = select(JournalEntry).where(
        JournalEntry.subject_kind == "staff", JournalEntry.subject_id == staff.id
    )
    return [entry.event for entry in unit().scalars(entries.order_by(JournalEntry.id))]


def attempts() -> int:
    return unit().scalar(select(func.count()).select_from(SignInAttempt)) or 0


# --- signing in


def fail(username: str = "linjing", address: str = "10.0.0.1", times: int = 1) -> None:
    for _ in range(times):
        operations.count_attempt(username, address, clock.now())
    db.session.commit()


def test_five_failures_bar_this_name_at_this_address_only(colleague: Staff) -> None:
    fail(times=5)
    with pytest.raises(RuleBroken, match=r"sign_in\.barred"):
        fail()
    fail(address="10.0.0.2")
    fail(username="somebody-else")
    assert attempts() == 7


def test_many_failures_elsewhere_do_not_bar_the_office(colleague: Staff) -> None:
    """Nobody can lock a colleague out from outside."""
    for number in range(40):
        fail(address=f"198.51.100.{number}", times=5)
    fail(address="10.0.0.1")


def test_what_is_barred_is_not_counted_and_clears_by_itself(colleague: Staff) -> None:
    fail(times=5)
    for minute in range(1, 10):
        with clock.standing_still_at(MORNING + minute * MINUTE), pytest.raises(RuleBroken):
            fail()
    assert attempts() == 5
    with clock.standing_still_at(MORNING + 10 * MINUTE):
        fail()


def test_a_success_forgets_the_failures_of_this_address_and_what_is_old(colleague: Staff) -> None:
    fail("somebody", "10.9.9.9")
    with clock.standing_still_at(MORNING + timedelta(days=2)):
        fail(times=4)
        fail(address="10.0.0.2")
        operations.admit(colleague, "10.0.0.1", clock.now())
        db.session.commit()
        assert attempts() == 1
        fail(times=5)


def test_a_sign_in_is_no_change_of_the_record(colleague: Staff) -> None:
    """No version (an administrator's open form stays good), no line in the trail."""
    version = colleague.version
    lines = unit().scalar(select(func.count()).select_from(AuditEntry))
    operations.admit(colleague, "10.0.0.1", MORNING + MINUTE)
    db.session.commit()
    db.session.refresh(colleague)
    assert colleague.last_sign_in_at == MORNING + MINUTE
    assert colleague.version == version
    assert unit().scalar(select(func.count()).select_from(AuditEntry)) == lines


def test_only_the_password_fits_and_nobody_has_the_unknown_one(colleague: Staff, office: Office) -> None:
    assert operations.password_fits(colleague, GOOD)
    for wrong in ("", GOOD + " ", GOOD.upper(), "!", "-"):
        assert not operations.password_fits(colleague, wrong)
        assert not operations.password_fits(None, wrong)
    without = operations.add_staff("new", "新人", at=MORNING)
    assert not operations.password_fits(without, operations.UNUSABLE)
    assert not operations.password_fits(office.staff(Role.GUARD), "-")


def test_a_password_is_kept_as_argon2id_and_renewed_when_the_parameters_change(colleague: Staff) -> None:
    assert colleague.password_hash.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    colleague.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    db.session.commit()
    assert operations.password_fits(colleague, GOOD)
    kept = operations.renewed(colleague, GOOD)
    operations.admit(colleague, "10.0.0.1", MORNING, kept)
    db.session.commit()
    db.session.refresh(colleague)
    assert colleague.password_hash.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert operations.renewed(colleague, GOOD) is None
    assert operations.password_fits(colleague, GOOD)


def test_a_closed_account_is_as_unknown(colleague: Staff, admin: Staff) -> None:
    assert operations.account("linjing") is colleague
    operations.disable(colleague, by=admin, at=MORNING)
    assert operations.account("linjing") is None
    assert operations.account("nobody") is None


# --- accounts


def test_a_new_account_leaves_its_trace_and_no_secret(colleague: Staff, admin: Staff) -> None:
    assert (colleague.username, colleague.mobile) == ("linjing", "13800138000")
    assert events(colleague) == ["staff.added", "staff.role_granted"]
    trail = [entry for entry in unit().scalars(select(AuditEntry)) if entry.subject_kind == "Staff"]
    assert trail[-1].actor == f"staff:{admin.id}"
    assert "argon2" not in repr([entry.changes for entry in trail])


def test_a_user_name_is_given_once(colleague: Staff) -> None:
    with pytest.raises(RuleBroken) as broken:
        operations.add_staff(" LinJing ", "林晶", at=MORNING)
    assert (broken.value.code, broken.value.facts["field"]) == ("username.taken", "username")
    with pytest.raises(RuleBroken, match=r"username\.form"):
        operations.add_staff("林静", "林静", at=MORNING)


def test_a_closed_account_loses_its_sessions_and_keeps_its_roles(colleague: Staff, admin: Staff) -> None:
    epoch = colleague.session_epoch
    operations.disable(colleague, by=admin, at=MORNING)
    operations.disable(colleague, by=admin, at=MORNING + MINUTE)
    assert (colleague.disabled_at, colleague.session_epoch) == (MORNING, epoch + 1)
    assert len(operations.current_roles(colleague)) == 1
    operations.enable(colleague, by=admin, at=MORNING)
    operations.enable(colleague, by=admin, at=MORNING)
    assert colleague.disabled_at is None
    assert events(colleague)[2:] == ["staff.disabled", "staff.enabled"]


def test_nobody_closes_or_resets_the_own_account(admin: Staff, office: Office) -> None:
    office.staff(Role.ADMIN)
    with pytest.raises(RuleBroken, match=r"staff\.yourself"):
        operations.disable(admin, by=admin, at=MORNING)
    with pytest.raises(RuleBroken, match=r"staff\.yourself"):
        operations.reset_password(admin, ONCE, by=admin, at=MORNING)


def test_an_account_of_another_estate_too_is_not_in_the_hands_of_this_administrator(
    colleague: Staff, admin: Staff, office: Office
) -> None:
    """Else the password of a colleague would open an estate that is not the administrator's."""
    give(colleague, office.other_estate(), Role.ADMIN, by=None)
    acts: list[Any] = [
        lambda: operations.disable(colleague, by=admin, at=MORNING),
        lambda: operations.reset_password(colleague, ONCE, by=admin, at=MORNING),
        lambda: operations.change_staff(colleague, "林晶", mobile="", trades=(), by=admin, at=MORNING),
    ]
    for act in acts:
        with pytest.raises(RuleBroken, match=r"staff\.held_elsewhere"):
            act()
    operations.end_role(operations.current_roles(colleague)[0], by=admin, at=MORNING)
    operations.disable(office.staff(Role.GUARD), by=admin, at=MORNING)


def test_what_is_known_of_a_person_is_corrected(colleague: Staff, admin: Staff) -> None:
    operations.change_staff(
        colleague, "林晶", mobile="138 0013 8001", trades=["plumbing", "waterproof"], by=admin, at=MORNING
    )
    assert (colleague.name, colleague.mobile) == ("林晶", "13800138001")
    assert colleague.trades == "plumbing,waterproof"
    operations.change_own(colleague, "", "en")
    assert (colleague.mobile, colleague.locale) == ("", "en")
    with pytest.raises(RuleBroken):
        operations.change_own(colleague, "12", None)


# --- passwords


def test_ones_own_change_needs_the_old_password_and_ends_other_sessions(colleague: Staff) -> None:
    epoch = colleague.session_epoch
    for old, new, code in (
        ("wrong-password", OTHER, "password.old"),
        (GOOD, GOOD, "password.same"),
        (GOOD, "short", "password.short"),
        (GOOD, "linjing2026", "password.personal"),
        (GOOD, "1234567890", "password.common"),
    ):
        with pytest.raises(RuleBroken) as broken:
            operations.own_password(colleague, old, new)
        assert broken.value.code == code
    assert colleague.session_epoch == epoch
    operations.set_password(colleague, operations.own_password(colleague, GOOD, OTHER))
    assert colleague.session_epoch == epoch + 1
    assert operations.password_fits(colleague, OTHER)


def test_a_password_of_somebody_else_must_be_changed(colleague: Staff, admin: Staff) -> None:
    epoch = colleague.session_epoch
    once = operations.one_time_password()
    operations.reset_password(colleague, once, by=admin, at=MORNING)
    assert (colleague.must_change_password, colleague.session_epoch) == (True, epoch + 1)
    assert operations.password_fits(colleague, once.password)
    assert not operations.password_fits(colleague, GOOD)
    another = operations.one_time_password()
    assert another.password != once.password
    operations.reset_password(colleague, another, by=None, at=MORNING)
    operations.set_password(colleague, operations.own_password(colleague, another.password, OTHER))
    assert not colleague.must_change_password


# --- roles


def test_a_role_has_its_department_or_none(colleague: Staff, admin: Staff, office: Office) -> None:
    with pytest.raises(RuleBroken, match=r"role\.department"):
        give(colleague, office.estate, Role.CASHIER, by=admin)
    assert give(colleague, office.estate, Role.CASHIER, "finance", by=admin).department == "finance"
    assert give(colleague, office.estate, Role.AUDITOR, "finance", by=admin).department is None


def test_a_role_is_ended_and_taken_up_again(colleague: Staff, admin: Staff, office: Office) -> None:
    row = operations.current_roles(colleague)[0]
    with pytest.raises(RuleBroken, match=r"role\.held"):
        give(colleague, office.estate, Role.RECEPTIONIST, "customer_service", by=admin)
    give(colleague, office.estate, Role.RECEPTIONIST, "finance", by=admin)
    assert row.department == "finance"
    operations.end_role(row, by=admin, at=MORNING)
    operations.end_role(row, by=admin, at=MORNING + MINUTE)
    assert (row.ended_at, operations.held(colleague)) == (MORNING, [])
    assert give(colleague, office.estate, Role.RECEPTIONIST, "finance", by=admin) is row
    assert row.ended_at is None


def test_roles_of_another_estate_are_not_this_administrators(
    colleague: Staff, admin: Staff, office: Office
) -> None:
    other = office.other_estate()
    with pytest.raises(RuleBroken, match=r"staff\.not_your_estate"):
        give(colleague, other, Role.GUARD, "security", by=admin)
    row = give(colleague, other, Role.GUARD, "security", by=None)
    with pytest.raises(RuleBroken, match=r"staff\.not_your_estate"):
        operations.end_role(row, by=admin, at=MORNING)
    give(admin, other, Role.ADMIN, by=None)
    operations.end_role(row, by=admin, at=MORNING)
    assert give(colleague, other, Role.GUARD, "security", by=admin) is row


def test_the_last_administrator_can_neither_lose_the_role_nor_be_closed(admin: Staff, office: Office) -> None:
    row = operations.current_roles(admin)[0]
    closed = office.staff(Role.ADMIN, disabled_at=MORNING)
    elsewhere = office.staff(Role.ADMIN, estate=office.other_estate())
    for by in (admin, None):
        with pytest.raises(RuleBroken, match=r"staff\.last_admin"):
            operations.end_role(row, by=by, at=MORNING)
    with pytest.raises(RuleBroken, match=r"staff\.last_admin"):
        operations.disable(admin, by=None, at=MORNING)
    with pytest.raises(RuleBroken, match=r"staff\.last_admin"):
        operations.disable(elsewhere, by=None, at=MORNING)
    operations.enable(closed, by=admin, at=MORNING)
    operations.end_role(row, by=admin, at=MORNING)
    assert operations.held(admin) == []


def test_a_steward_administers_every_estate_later_ones_too(office: Office) -> None:
    steward = operations.add_staff("wang", "王", at=MORNING, steward=True)
    assert {held.estate_id for held in operations.held(steward)} == {office.estate.id}
    other = office.other_estate()
    appoint_stewards(unit(), other)
    appoint_stewards(unit(), other)
    assert {(held.estate_id, held.role) for held in operations.held(steward)} == {
        (office.estate.id, Role.ADMIN),
        (other.id, Role.ADMIN),
    }
    assert len(steward.roles) == 2


# --- the register


def names(group: str = WORKING, words: str = "") -> set[str]:
    return {row.name for row in unit().execute(register.listed(Wanted(group, words)))}


def test_the_register_holds_the_people_of_this_estate(admin: Staff, office: Office) -> None:
    office.staff(Role.GUARD, name="何伟", mobile="13912345678")
    office.staff(Role.GUARD, name="王停用", disabled_at=MORNING)
    office.staff(Role.GUARD, estate=office.other_estate(), name="外人")
    gone = office.staff(Role.GUARD, name="李离岗")
    operations.end_role(gone.roles[0], by=admin, at=MORNING)
    db.session.commit()
    assert names() == {"林静", "何伟"}
    assert names(GONE) == {"王停用", "李离岗"}
    assert register.counts() == {WORKING: 2, GONE: 2}
    for words in ("何", "5678", "139-1234", "staff2", "STAFF2"):
        assert names(words=words) == {"何伟"}, words
    for words in ("外", "%", "_", "567", "zzz"):
        assert names(words=words) == set(), words


def test_nobody_of_another_estate_exists_here(admin: Staff, office: Office) -> None:
    stranger = office.staff(Role.GUARD, estate=office.other_estate())
    assert register.member(stranger.id) is None
    assert register.member(admin.id) is admin
    give(stranger, office.estate, Role.GUARD, "security", by=None)
    operations.end_role(operations.current_roles(stranger)[-1], by=None, at=MORNING)
    db.session.flush()
    assert register.member(stranger.id) is stranger, "who worked here is still found"


def test_the_command_line_leaves_a_trail_without_an_estate(office: Office) -> None:
    db.session.rollback()
    unit().info.update(estate_id=None, actor=Actor("system", "system"))
    staff = operations.add_staff("auto", "自动", at=MORNING)
    db.session.commit()
    trail = unit().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert trail is not None
    assert (trail.subject_kind, trail.subject_id, trail.actor) == ("Staff", staff.id, "system")
