"""Signatures with evidence (X-4, SIG-1 to SIG-4): who signed what, when, how, and whether it still covers.

What is signed is a *snapshot*: the facts of the paper, the version of its wording and its language, as canonical
JSON. Its SHA-256 is stored with the signature; when the facts change later, the signature no longer covers them,
and that is shown, not hidden.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pmweb.models.base import Audited, Base, Evidence, InEstate


class Meaning(StrEnum):
    """What the signer says with the signature (A-38)."""

    ACKNOWLEDGE = "acknowledge"
    AGREE = "agree"
    RECEIVE = "receive"
    CONFIRM = "confirm"


class SignMethod(StrEnum):
    """How it was signed (SIG-4); ``refused`` is a witnessed note with a reason."""

    PAD = "pad"
    PAPER = "paper"
    REFUSED = "refused"


class SignerSide(StrEnum):
    """On whose side the signer stands (A-10)."""

    RESIDENT = "resident"
    OFFICE = "office"


class Signature(InEstate, Audited, Evidence, Base):
    """One signature on one paper of one matter. One act may sign several papers; each is hashed for itself."""

    __tablename__ = "signature"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id", "paper"),
        CheckConstraint("method <> 'refused' or reason <> ''", name="refusal_has_a_reason"),
        CheckConstraint("method = 'refused' or image_id is not null", name="signature_has_an_image"),
    )
    not_in_trail = frozenset({"strokes"})

    act: Mapped[str] = mapped_column(String(36), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    paper: Mapped[str] = mapped_column(String(40))
    round: Mapped[int] = mapped_column(default=1)
    meaning: Mapped[Meaning]
    method: Mapped[SignMethod]
    side: Mapped[SignerSide] = mapped_column(default=SignerSide.RESIDENT)
    signer_name: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    on_behalf_of: Mapped[str] = mapped_column(String(80), default="")
    witness: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    strokes: Mapped[list[Any] | None] = mapped_column(JSON)
    image_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(10))
    device: Mapped[str] = mapped_column(String(200), default="")
    signed_at: Mapped[datetime]

    def covers(self, facts: dict[str, Any]) -> bool:
        """Whether the paper still says what was signed (SIG-2)."""
        return digest({**self.snapshot, "facts": facts}) == self.sha256


def canonical(snapshot: dict[str, Any]) -> str:
    """The one way to write a snapshot: sorted keys, no blanks, no escapes."""
    return json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(snapshot: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(snapshot).encode()).hexdigest()
