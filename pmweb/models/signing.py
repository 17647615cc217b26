"""Signing: one act signs all papers of a moment, each hashed for itself (X-4, SIG-1 to SIG-4).

A room says what the papers are (``Paper``), who signs (``Signer``) and how (``Pad``, ``OnPaper``,
``Refused``); what comes of it are rows of ``Signature``, one per paper, with the snapshot of what was signed.
``standing`` gives them back, and ``coverage`` says whether the paper still reads as it did then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, NamedTuple, TypeAlias
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken
from pmweb.models import shelf
from pmweb.models.base import Base, Subject, subject_of
from pmweb.models.files import FileKind
from pmweb.models.pictures import Prepared
from pmweb.models.signatures import Meaning, Signature, SignerSide, SignMethod, digest


@dataclass(frozen=True)
class Paper:
    """One paper to be signed: which, what the signature means, the version of its wording, what it says.

    ``facts`` are everything that the paper says about this matter, in what ``plain`` understands: text, whole
    numbers, Decimal, Money, dates, aware instants, enums, lists and mappings of these.
    """

    kind: str
    meaning: Meaning
    wording_version: str
    facts: Mapping[str, Any]
    round: int = 1

    def snapshot(self, locale: str) -> dict[str, Any]:
        """What is hashed and stored, in the language in which it was shown."""
        return {
            "paper": self.kind,
            "wording_version": self.wording_version,
            "locale": locale,
            "facts": plain(self.facts),
        }


@dataclass(frozen=True)
class Signer:
    """Who signs, on which side, and for whom (an agent, the handler of a company)."""

    name: str
    side: SignerSide = SignerSide.RESIDENT
    person_id: int | None = None
    on_behalf_of: str = ""


@dataclass(frozen=True)
class Pad:
    """Written on the tablet: the drawing, and strokes of ``[x, y, ms since the beginning, pressure ‰]``."""

    image: Prepared
    strokes: list[list[list[int]]]


@dataclass(frozen=True)
class OnPaper:
    """Signed on paper by hand; the photo or scan of the signed sheet."""

    photo: Prepared


@dataclass(frozen=True)
class Refused:
    """Not signed: why, and who was there."""

    reason: str
    witness: str


Manner: TypeAlias = Pad | OnPaper | Refused


def sign(
    session: Session,
    subject: Base | Subject,
    papers: Sequence[Paper],
    signer: Signer,
    manner: Manner,
    *,
    at: datetime,
    locale: str,
    device: str = "",
    seen: str | None = None,
) -> list[Signature]:
    """Sign these papers of ``subject`` in one act and return one flushed row per paper.

    ``seen`` is the ``fingerprint`` that the page carried: if the papers read otherwise now, nothing is done.
    ``device`` is the user agent. Raises RuleBroken: ``signature.changed``, ``signature.signer`` (no name),
    ``signature.reason``, ``signature.witness`` (a refusal without them), and what ``shelf.put`` raises.
    """
    if not papers:
        raise ValueError("an act signs at least one paper")
    if seen is not None and seen != fingerprint(papers, locale):
        raise RuleBroken("signature.changed")
    if not signer.name.strip():
        raise RuleBroken("signature.signer")
    subject = subject_of(subject)
    common = _evidence(session, manner, at) | {
        "act": str(uuid4()),
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "side": signer.side,
        "signer_name": signer.name.strip(),
        "person_id": signer.person_id,
        "on_behalf_of": signer.on_behalf_of,
        "locale": locale,
        "device": device[:200],
        "signed_at": at,
    }
    signed = [_signature(paper, paper.snapshot(locale), common) for paper in papers]
    session.add_all(signed)
    session.flush()
    return signed


def fingerprint(papers: Sequence[Paper], locale: str) -> str:
    """One hash over all papers as they read now, to be carried by the page that asks for the signature."""
    return digest({"papers": [paper.snapshot(locale) for paper in papers]})


def standing(
    session: Session, subject: Base | Subject, *, round: int | None = None
) -> dict[tuple[str, SignerSide], Signature]:
    """The latest signature of each paper and side, refusals included; of one round if named. One query.

    The latest is the one that came in last: the clock of a device says when it was given, not which one holds.
    """
    subject = subject_of(subject)
    query = (
        select(Signature)
        .where(Signature.subject_kind == subject.kind, Signature.subject_id == subject.id)
        .order_by(Signature.id)
        .options(defer(Signature.strokes))
    )
    if round is not None:
        query = query.where(Signature.round == round)
    return {(signature.paper, signature.side): signature for signature in session.scalars(query)}


class Coverage(StrEnum):
    """What a signature is worth today."""

    COVERS = "covers"
    CHANGED = "changed"
    REFUSED = "refused"
    MISSING = "missing"


def coverage(signature: Signature | None, facts: Mapping[str, Any]) -> Coverage:
    """Whether the paper, which says ``facts`` now, is the one that was signed (SIG-2)."""
    if signature is None:
        return Coverage.MISSING
    if not signature.covers(plain(facts)):
        return Coverage.CHANGED
    return Coverage.REFUSED if signature.method is SignMethod.REFUSED else Coverage.COVERS


Marks: TypeAlias = dict[str, dict[str, Any]]
"""Paper → fact → a short digest; of a list one for each of its entries."""


class Change(NamedTuple):
    """A fact that does not read as it did: on which paper, its name, which entry of a list (from 0)."""

    paper: str
    fact: str = ""
    entry: int | None = None


def marks(papers: Sequence[Paper]) -> Marks:
    """What a page remembers of the papers that it shows, so that a later look can tell what has changed since."""
    return {
        paper.kind: {
            name: [_mark(entry) for entry in value] if isinstance(value, list) else _mark(value)
            for name, value in {**plain(paper.facts), "wording": paper.wording_version}.items()
        }
        for paper in papers
    }


def changes(shown: Marks, papers: Sequence[Paper]) -> list[Change]:
    """What reads otherwise than on the page that remembers ``shown``: papers that came or went, facts, entries."""
    now = marks(papers)
    found = [Change(kind) for kind in [*shown, *now] if kind not in now or kind not in shown]
    for kind in now.keys() & shown.keys():
        then = shown[kind]
        for name, value in now[kind].items():
            found += [Change(kind, name, entry) for entry in _differing(then.get(name), value)]
    return sorted(dict.fromkeys(found), key=lambda c: (c.paper, c.fact, c.entry or 0))


def _differing(then: Any, now: Any) -> list[int | None]:
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [n for n, (one, other) in enumerate(zip(then, now, strict=True)) if one != other]
    return [] if then == now else [None]


def _mark(value: Any) -> str:
    return digest({"": value})[:8]


def plain(value: Any) -> Any:
    """The value as JSON keeps it, so that what is read back from the database hashes like what was signed.

    TypeError for what has no one way to be written: floats, sets, keys that are no text, naive instants.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str | int):
        return value
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("an instant without a time zone cannot be signed")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"a {type(value).__name__} cannot be signed")


def _key(key: Any) -> str:
    key = key.value if isinstance(key, Enum) else key
    if not isinstance(key, str):
        raise TypeError(f"{key!r} cannot be the name of a fact")
    return key


def _evidence(session: Session, manner: Manner, at: datetime) -> dict[str, Any]:
    if isinstance(manner, Refused):
        if not manner.reason.strip():
            raise RuleBroken("signature.reason", field="reason")
        if not manner.witness.strip():
            raise RuleBroken("signature.witness", field="witness")
        return {
            "method": SignMethod.REFUSED,
            "reason": manner.reason.strip(),
            "witness": manner.witness.strip(),
        }
    if isinstance(manner, OnPaper):
        sheet = shelf.put(session, manner.photo, FileKind.SIGNATURE, at=at)
        return {"method": SignMethod.PAPER, "image_id": sheet.id}
    drawing = shelf.put(session, manner.image, FileKind.SIGNATURE, at=at)
    return {"method": SignMethod.PAD, "image_id": drawing.id, "strokes": manner.strokes}


def _signature(paper: Paper, snapshot: dict[str, Any], common: dict[str, Any]) -> Signature:
    return Signature(
        **common,
        paper=paper.kind,
        round=paper.round,
        meaning=paper.meaning,
        snapshot=snapshot,
        sha256=digest(snapshot),
    )
