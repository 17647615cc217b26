"""Who may do what: the whole rights matrix on one page (X-1).

A permission reads ``room:act``. A person holds roles in an estate; what the roles grant there is the union of
their rows in ``GRANTS``. What is not granted is denied. Finer conditions ("only one's own jobs") are predicates
in the ``rules.py`` of a room.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """One act of one room."""

    TODAY = "home:read"
    SEARCH = "home:search"

    STAFF_READ = "staff:read"
    STAFF_MANAGE = "staff:manage"

    ESTATE_READ = "estate:read"
    ESTATE_IMPORT = "estate:import"
    ESTATE_MANAGE = "estate:manage"

    HOUSEHOLDS_READ = "households:read"
    HOUSEHOLDS_CHANGE = "households:change"
    IDENTITY_REVEAL = "households:reveal"

    FILES_READ = "files:read"
    IDENTITY_SCANS_READ = "files:read-identity"

    MOVEIN_READ = "movein:read"
    MOVEIN_HANDLE = "movein:handle"
    MOVEIN_INSPECT = "movein:inspect"
    MOVEIN_FILE = "movein:file"

    REPAIRS_READ = "repairs:read"
    REPAIRS_REGISTER = "repairs:register"
    REPAIRS_DISPATCH = "repairs:dispatch"
    REPAIRS_WORK = "repairs:work"
    REPAIRS_RECHECK = "repairs:recheck"
    REPAIRS_PRICE = "repairs:price"
    REPAIRS_FOLLOW_UP = "repairs:follow-up"
    REPAIRS_CHECK = "repairs:check"
    REPAIRS_REPORT = "repairs:report"

    COMPLAINTS_READ = "complaints:read"
    COMPLAINTS_READ_ALL = "complaints:read-all"
    COMPLAINTS_REGISTER = "complaints:register"
    COMPLAINTS_ASSIGN = "complaints:assign"
    COMPLAINTS_HANDLE = "complaints:handle"
    COMPLAINTS_DECIDE = "complaints:decide"
    COMPLAINTS_DIRECT = "complaints:direct"

    DESK_READ = "desk:read"
    DESK_LOG = "desk:log"

    FEES_READ = "fees:read"
    FEES_CHARGE = "fees:charge"


class Role(StrEnum):
    """The roles of X-1."""

    RECEPTIONIST = "receptionist"
    CASHIER = "cashier"
    DISPATCHER = "dispatcher"
    REPAIRER = "repairer"
    PATROLLER = "patroller"
    GUARD = "guard"
    DEPARTMENT_SUPERVISOR = "department_supervisor"
    OFFICE_MANAGER = "office_manager"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLES_WITHOUT_DEPARTMENT = frozenset({Role.OFFICE_MANAGER, Role.AUDITOR, Role.ADMIN})
"""Everybody else, a supervisor included, belongs to a department of ``complaint-rules.yaml`` (X-1)."""

_P = Permission

_EVERYBODY = frozenset({_P.TODAY, _P.SEARCH, _P.ESTATE_READ, _P.STAFF_READ})
_TAKES_COMPLAINTS = frozenset({_P.COMPLAINTS_READ, _P.COMPLAINTS_REGISTER, _P.COMPLAINTS_HANDLE})
"""Every station takes complaints, and everybody may become the responsible person of one (P-18, P-19, A-27).

Who does not read all of them sees only what was received, or is to be handled, by oneself.
"""
_LEADS_COMPLAINTS = _TAKES_COMPLAINTS | {
    *(_P.COMPLAINTS_READ_ALL, _P.COMPLAINTS_ASSIGN, _P.COMPLAINTS_DECIDE)
}
_READS_MATTERS = frozenset(
    {_P.HOUSEHOLDS_READ, _P.FILES_READ, _P.MOVEIN_READ, _P.REPAIRS_READ, _P.FEES_READ}
) | {_P.DESK_READ}
_DESK = _READS_MATTERS | {
    *(_P.HOUSEHOLDS_CHANGE, _P.MOVEIN_HANDLE, _P.REPAIRS_REGISTER, _P.REPAIRS_PRICE, _P.REPAIRS_FOLLOW_UP),
    _P.DESK_LOG,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.RECEPTIONIST: _EVERYBODY
    | _DESK
    | _TAKES_COMPLAINTS
    | {_P.COMPLAINTS_READ_ALL, _P.COMPLAINTS_ASSIGN}
    | {_P.IDENTITY_REVEAL, _P.IDENTITY_SCANS_READ, _P.MOVEIN_FILE, _P.FEES_CHARGE, _P.MOVEIN_INSPECT},
    Role.CASHIER: _EVERYBODY | _READS_MATTERS | _TAKES_COMPLAINTS | {_P.FEES_CHARGE},
    Role.DISPATCHER: _EVERYBODY
    | _TAKES_COMPLAINTS
    | {_P.HOUSEHOLDS_READ, _P.FILES_READ, _P.MOVEIN_READ}
    | {_P.REPAIRS_READ, _P.REPAIRS_REGISTER, _P.REPAIRS_DISPATCH, _P.REPAIRS_PRICE}
    | {_P.DESK_READ, _P.DESK_LOG},
    Role.REPAIRER: _EVERYBODY
    | _TAKES_COMPLAINTS
    | {_P.HOUSEHOLDS_READ, _P.FILES_READ, _P.MOVEIN_READ, _P.MOVEIN_INSPECT}
    | {_P.REPAIRS_READ, _P.REPAIRS_WORK, _P.REPAIRS_PRICE, _P.DESK_READ},
    Role.PATROLLER: _EVERYBODY
    | _TAKES_COMPLAINTS
    | {_P.HOUSEHOLDS_READ, _P.FILES_READ, _P.REPAIRS_READ, _P.REPAIRS_REGISTER},
    Role.GUARD: _EVERYBODY | _TAKES_COMPLAINTS,
    Role.DEPARTMENT_SUPERVISOR: _EVERYBODY
    | _DESK
    | _LEADS_COMPLAINTS
    | {_P.IDENTITY_REVEAL, _P.IDENTITY_SCANS_READ, _P.MOVEIN_INSPECT, _P.MOVEIN_FILE}
    | {_P.REPAIRS_DISPATCH, _P.REPAIRS_WORK, _P.REPAIRS_RECHECK, _P.REPAIRS_CHECK, _P.REPAIRS_REPORT}
    | {_P.ESTATE_IMPORT, _P.FEES_CHARGE},
    Role.OFFICE_MANAGER: _EVERYBODY
    | _DESK
    | _LEADS_COMPLAINTS
    | {_P.COMPLAINTS_DIRECT}
    | {_P.IDENTITY_REVEAL, _P.IDENTITY_SCANS_READ, _P.MOVEIN_INSPECT, _P.MOVEIN_FILE}
    | {_P.REPAIRS_DISPATCH, _P.REPAIRS_RECHECK, _P.REPAIRS_CHECK, _P.REPAIRS_REPORT}
    | {_P.ESTATE_IMPORT, _P.FEES_CHARGE},
    Role.FINANCE: _EVERYBODY | _READS_MATTERS | _TAKES_COMPLAINTS | {_P.FEES_CHARGE},
    Role.AUDITOR: _EVERYBODY | _READS_MATTERS | {_P.COMPLAINTS_READ, _P.COMPLAINTS_READ_ALL},
    Role.ADMIN: _EVERYBODY | {_P.ESTATE_IMPORT, _P.ESTATE_MANAGE, _P.STAFF_MANAGE},
}


def granted(roles: Iterable[Role]) -> frozenset[Permission]:
    """What these roles grant together; nobody without a role has any right."""
    rights: frozenset[Permission] = frozenset()
    for role in roles:
        rights |= GRANTS[role]
    return rights
