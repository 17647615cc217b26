"""How bad a defect is and who owes its repair: the words of the data files, once (FM-05, FM-07, A-11)."""

from __future__ import annotations

from pmweb.data import defaults
from pmweb.domain.defects import Responsible, Severity


def test_the_severities_are_those_of_the_checklist() -> None:
    """FM-05, M-11."""
    assert [severity.value for severity in Severity] == list(defaults().acceptance.severities)


def test_the_developer_owes_the_building_and_the_office_what_is_its_own() -> None:
    """A-11, FM-07."""
    assert [party.value for party in Responsible] == ["developer", "builder", "office", "resident", "utility"]
