"""The estate: the area that one office manages, and the rules it has changed for itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from pmweb.models.base import Audited, Base, InEstate, Versioned


class Estate(Audited, Versioned, Base):
    """One estate (小区). Everything else belongs to one."""

    __tablename__ = "estate"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    company: Mapped[str] = mapped_column(String(80), default="")
    developer: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime]


class EstateRules(InEstate, Audited, Base):
    """What an estate has changed in the shipped rules: one version from one day on."""

    __tablename__ = "estate_rules"

    kind: Mapped[str] = mapped_column(String(40), index=True)
    number: Mapped[int]
    valid_from: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
