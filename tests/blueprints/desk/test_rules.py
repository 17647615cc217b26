"""What the work log takes (R-2, FM-31)."""

from __future__ import annotations

import pytest

from pmweb.blueprints.desk import rules
from pmweb.blueprints.desk.rules import LogKind
from pmweb.domain.workflow import RuleBroken


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_line_says_what_happened(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.refuse_without_text(text)
    assert (refused.value.code, refused.value.facts["field"]) == ("desk.text", "text")


def test_the_desk_writes_neither_a_repair_nor_a_complaint_by_hand() -> None:
    """R-2: it stands in the log by itself."""
    rules.refuse_without_text("电梯困人")
    assert set(rules.BY_HAND) == set(LogKind) - {LogKind.REPAIR, LogKind.COMPLAINT}
