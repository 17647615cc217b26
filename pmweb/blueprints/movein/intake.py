"""What comes to the desk at a move-in, as plain values: who acts, a power of attorney, the notice (FM-02, FM-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Handler:
    """Who acts for the owner: an agent, or the person who appears for a company."""

    name: str
    mobile: str
    id_number: str
    representative: bool = False


@dataclass(frozen=True)
class Power:
    """A power of attorney as it lies on the desk (FM-03)."""

    scope: tuple[str, ...]
    scope_other: str
    valid_from: date
    valid_to: date
    sub_delegation: bool = False


@dataclass(frozen=True)
class Notice:
    """The head of the move-in notice and of the contract (FM-02)."""

    notice_no: str
    issued_by: str
    issued_on: date | None
    contract_no: str
    contract_on: date | None


@dataclass(frozen=True)
class NewMember:
    """One more person of the household (FM-01)."""

    kind: str
    name: str
    mobile: str = ""
    relation: str = ""
    age_group: str = ""
    guardian_agreed: bool = False
