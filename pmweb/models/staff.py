"""The people of the office and the roles they hold (X-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from pmweb.domain.permissions import GRANTS, Permission, Role
from pmweb.models.base import Audited, Base, Versioned
from pmweb.models.estate import Estate
from pmweb.models.session_rules import estate_of

_REPAIRERS = tuple(role for role, rights in GRANTS.items() if Permission.REPAIRS_WORK in rights)


class Staff(Audited, Versioned, Base):
    """A member of the office. Not of one estate: the roles say where.

    ``session_epoch`` ends all other sessions when it grows, for example after a change of the password.
    ``must_change_password`` stands after somebody else chose the password. A ``steward`` becomes administrator
    of every estate that is added later: without one, a new estate would have nobody who can let people in.
    """

    __tablename__ = "staff"
    not_in_trail = frozenset({"password_hash", "mobile"})

    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    mobile: Mapped[str] = mapped_column(String(20), default="")
    trades: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str | None] = mapped_column(String(10))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    steward: Mapped[bool] = mapped_column(default=False)
    session_epoch: Mapped[int] = mapped_column(default=1)
    disabled_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]

    roles: Mapped[list[StaffRole]] = relationship(back_populates="staff", lazy="selectin")

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in."""
        return self.disabled_at is None

    def get_id(self) -> str:
        """What a session remembers: ``id:epoch``, so that a grown epoch ends it."""
        return f"{self.id}:{self.session_epoch}"


class StaffRole(Audited, Base):
    """One role of one person in one estate, and in a department where the role has one."""

    __tablename__ = "staff_role"
    __table_args__ = (Index(None, "staff_id", "estate_id", "role", unique=True),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    role: Mapped[Role]
    department: Mapped[str | None] = mapped_column(String(40))
    ended_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship(back_populates="roles")
    estate: Mapped[Estate] = relationship(lazy="joined")


class SignInAttempt(Base):
    """A sign-in that did not succeed, for the lockout: by name and address, so that nobody locks the office out.

    ``address`` is the network that ``domain.networks`` makes of the address; known and unknown names
    are counted alike.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "username", "at"), Index(None, "address", "at"))

    at: Mapped[datetime]
    username: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(45))


def repair_team(session: Session) -> Select[int]:
    """The ids of those who may be given a repair in the estate of the session, to stand in a query (R-6, M-16).

    Who works in the repair department; the supervisor of another one has the right, but not this work.
    """
    return (
        select(Staff.id)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.estate_id == estate_of(session),
            StaffRole.ended_at.is_(None),
            StaffRole.department == "repair",
            StaffRole.role.in_(_REPAIRERS),
            Staff.disabled_at.is_(None),
        )
    )


def appoint_stewards(session: Session, estate: Estate) -> None:
    """Make every steward administrator of ``estate``, once. Whoever adds an estate calls this."""
    session.flush()
    here = select(StaffRole.staff_id).where(StaffRole.estate_id == estate.id, StaffRole.role == Role.ADMIN)
    query = select(Staff).where(Staff.steward, Staff.disabled_at.is_(None), Staff.id.not_in(here))
    for staff in session.scalars(query):
        staff.roles.append(StaffRole(estate_id=estate.id, role=Role.ADMIN))
    session.flush()
