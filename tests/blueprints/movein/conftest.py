"""Move-ins as the tests of several pages begin with them; a test that begins elsewhere makes its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pmweb.domain.permissions import Role
from pmweb.extensions import db
from tests.blueprints.movein.journey import Journey
from tests.checking_client import CheckingClient
from tests.office import Office

ClientFor = Callable[..., CheckingClient]


@pytest.fixture
def journey(office: Office) -> Journey:
    """An owner whose papers were checked."""
    made = Journey(office)
    made.check_identity()
    db.session.commit()
    return made


@pytest.fixture
def ready(journey: Journey) -> Journey:
    """Everything on the sheet is in order but one line; it was checked and can be signed."""
    journey.checked(defects=1)
    db.session.commit()
    return journey


@pytest.fixture
def repairer(client_for: ClientFor, journey: Journey) -> CheckingClient:
    return client_for(Role.REPAIRER, name="周志强")
