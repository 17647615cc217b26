"""What the office does with households: write people down, tie them to homes, change the owner (FM-01).

The import of a home roll and the move-in use these too. Everything happens in the estate of the session,
today unless a day is given; nothing is deleted, ties and vehicles end. ``identity`` keeps the numbers and writes down
who looks, ``people`` is who they are, ``ties`` what binds them to a home, ``things`` what else a household has.
"""

from pmweb.blueprints.households.household import Household, household_of
from pmweb.blueprints.households.operations.identity import (
    find_by_identity,
    homes_of,
    keep_identity,
    masked,
    reveal_identity,
    set_identity,
    show_names,
)
from pmweb.blueprints.households.operations.people import add_person, add_phone, change_person, described
from pmweb.blueprints.households.operations.things import (
    add_pet,
    add_vehicle,
    end_pet,
    end_vehicle,
    set_occupancy,
)
from pmweb.blueprints.households.operations.ties import change_owner, change_tie, end_tie, home_meant, tie

__all__ = [
    "Household",
    "add_person",
    "add_pet",
    "add_phone",
    "add_vehicle",
    "change_owner",
    "change_person",
    "change_tie",
    "described",
    "end_pet",
    "end_tie",
    "end_vehicle",
    "find_by_identity",
    "home_meant",
    "homes_of",
    "household_of",
    "keep_identity",
    "masked",
    "reveal_identity",
    "set_identity",
    "set_occupancy",
    "show_names",
    "tie",
]
