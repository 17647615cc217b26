"""Who may sign for a home: the agent as far as the power reaches, and the owner always (M-3, M-6, M-7, A-37)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pmweb.blueprints.movein.intake import Power
from pmweb.blueprints.movein.operations import case, signing
from pmweb.blueprints.movein.rules import Applicant
from pmweb.domain.workflow import RuleBroken
from pmweb.models.pictures import prepare_signature
from pmweb.models.signatures import SignerSide
from pmweb.models.signing import Pad
from tests.blueprints.movein.journey import DATA, NOTICE, Journey
from tests.office import Office
from tests.pictures import signature_png

STROKES = [[[0, 0], [40, 30], [80, 5]], [[10, 50], [90, 60]]]


@pytest.fixture
def journey(office: Office, monkeypatch: pytest.MonkeyPatch) -> Journey:
    """An agent who may move in, but may not take the keys."""
    made = Journey(office, Applicant.AGENT)
    today = made.at.date()
    power = Power(("move_in",), "", today - timedelta(days=3), today + timedelta(days=90))

    def with_power() -> None:
        seen = list(case.papers_of(made.move_in))
        case.check_identity(made.move_in, NOTICE, seen, {}, power, at=made.now())

    monkeypatch.setattr(made, "check_identity", with_power)
    made.at_the_desk()
    return made


def sign(journey: Journey, signer_id: int) -> None:
    """One act for everything that the resident's side owes."""
    signing.sign_moment(
        journey.move_in,
        SignerSide.RESIDENT,
        Pad(prepare_signature(signature_png()), STROKES),
        signer_id=signer_id,
        data=DATA,
        places={},
        locale="zh_CN",
        device="a tablet",
        seen=None,
        at=journey.now(),
    )


def test_the_owner_signs_what_the_power_does_not_cover(journey: Journey) -> None:
    """M-3, M-7: the page says “请业主本人签字”, so the owner must be somebody who can be chosen there."""
    moment = signing.moment_of(journey.move_in, SignerSide.RESIDENT, DATA, "zh_CN")
    handler = journey.move_in.handler
    assert handler is not None
    assert [who.name for who in moment.signers] == [handler.name, journey.owner.name]
    with pytest.raises(RuleBroken, match=r"power\.scope"):
        sign(journey, handler.id)
    sign(journey, journey.owner.id)
    assert journey.facts.unsigned == ()
