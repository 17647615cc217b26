"""How rates are reckoned and written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.domain.share import Share


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, None), (0, 7, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"), (7, 7, "100.0"), (9999, 10000, "99.9")],
)
def test_a_rate_has_one_place_and_is_only_full_when_it_is(part: int, whole: int, percent: str | None) -> None:
    assert Share(part, whole).percent == (None if percent is None else Decimal(percent))


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_a_rate_is_near_its_fraction(part: int, more: int) -> None:
    share = Share(part, part + more)
    assert share.percent is not None
    assert share.fraction is not None
    assert abs(float(share.percent) - float(share.fraction * 100)) <= 0.1
    assert share.percent < 100


def test_what_is_counted_together_is_one_share() -> None:
    assert sum([Share(1, 2), Share(0, 1)], Share(0, 0)) == Share(1, 3)
