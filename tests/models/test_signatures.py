"""Evidence of a signature: one way to write what was signed, its hash, and rows that stand (X-4, SIG-1 to SIG-4)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from pmweb.extensions import unit
from pmweb.models.session_rules import EvidenceStands
from pmweb.models.signatures import Meaning, Signature, SignMethod, canonical, digest
from tests.office import MORNING, Office

SNAPSHOT: dict[str, Any] = {"paper": "house_rules", "facts": {"home": "5-1802", "keys": 3}}


def _signature(**kwargs: Any) -> Signature:
    row = Signature(
        act="a",
        subject_kind="move_in",
        subject_id=1,
        paper="house_rules",
        meaning=Meaning.ACKNOWLEDGE,
        signer_name="周文博",
        snapshot=SNAPSHOT,
        sha256=digest(SNAPSHOT),
        locale="zh_CN",
        signed_at=MORNING,
        **({"method": SignMethod.REFUSED, "reason": "不同意", "witness": "林静"} | kwargs),
    )
    unit().add(row)
    return row


def test_a_snapshot_is_written_in_one_way() -> None:
    assert canonical({"b": 1, "a": "业主"}) == '{"a":"业主","b":1}'
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_signed(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": number})


def test_a_signature_covers_what_was_signed_and_nothing_else() -> None:
    """SIG-2."""
    row = Signature(snapshot=SNAPSHOT, sha256=digest(SNAPSHOT))
    assert row.covers({"home": "5-1802", "keys": 3})
    assert not row.covers({"home": "5-1802", "keys": 2})
    assert not row.covers({"home": "5-1802", "keys": 3, "remote": 1})
    assert not row.covers({})


def test_a_snapshot_that_was_tampered_with_covers_nothing() -> None:
    changed = {**SNAPSHOT, "paper": "agreement"}
    assert not Signature(snapshot=changed, sha256=digest(SNAPSHOT)).covers(SNAPSHOT["facts"])


def test_a_refusal_has_a_reason(office: Office) -> None:
    _signature(reason="")
    with pytest.raises(IntegrityError):
        unit().flush()


@pytest.mark.parametrize("method", [SignMethod.PAD, SignMethod.PAPER])
def test_no_signature_without_its_image(office: Office, method: SignMethod) -> None:
    """Promise 7: the database ties what was signed to its evidence."""
    _signature(method=method, reason="")
    with pytest.raises(IntegrityError):
        unit().flush()


@pytest.mark.parametrize(("column", "value"), [("signer_name", "别人"), ("snapshot", {}), ("round", 2)])
def test_a_signature_stands(office: Office, column: str, value: Any) -> None:
    """Promise 8: a correction is a new signature."""
    row = _signature()
    unit().commit()
    setattr(row, column, value)
    with pytest.raises(EvidenceStands):
        unit().flush()


def test_strokes_are_not_written_into_the_trail() -> None:
    assert "strokes" in Signature.not_in_trail
