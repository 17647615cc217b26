"""What is said about a defect wherever it is found: how bad it is, and who owes its repair (FM-05, FM-07)."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad a defect is."""

    MINOR = "minor"
    SERIOUS = "serious"
    SAFETY = "safety"


class Responsible(StrEnum):
    """Who owes the repair of a defect (A-11: the developer unless said otherwise)."""

    DEVELOPER = "developer"
    BUILDER = "builder"
    OFFICE = "office"
    RESIDENT = "resident"
    UTILITY = "utility"
