"""The printed register of a household (住户登记表, FM-01), made from the records."""

from __future__ import annotations

from werkzeug.wrappers import Response

from pmweb import clock
from pmweb.blueprints.households.household import consent_of, household_of
from pmweb.blueprints.households.views.base import bp
from pmweb.domain.permissions import Permission
from pmweb.models.homes import Home
from pmweb.web import nouns
from pmweb.web.access import find, requires
from pmweb.web.pages import page


@bp.get("/homes/<int:home_id>/print/register")
@requires(Permission.HOUSEHOLDS_CHANGE)
def print_register(home_id: int) -> Response:
    """The paper on A4: names in full for the signature, document numbers masked."""
    home = find(Home, home_id)
    household = household_of(home.id)
    owner = household.owner
    return page(
        "shared/household_register.html",
        home=home,
        household=household,
        owner=owner,
        consent=consent_of(owner.person_id) if owner else None,
        words=nouns,
        printed_on=clock.today(),
    )
