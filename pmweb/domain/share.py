"""So many of so many: the rates of every report, exact and as they are written. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def fraction(self) -> Fraction | None:
        """The exact share; None of nothing."""
        return Fraction(self.part, self.whole) if self.whole else None

    @property
    def percent(self) -> Decimal | None:
        """Per cent with one place, half up; what lacks one is never said to be 100."""
        if not self.whole:
            return None
        tenth = Decimal("0.1")
        said = (Decimal(self.part) * 100 / self.whole).quantize(tenth, ROUND_HALF_UP)
        return min(said, Decimal("99.9")) if self.part < self.whole else said

    def __add__(self, other: Share) -> Share:
        """Both counted together."""
        return Share(self.part + other.part, self.whole + other.whole)
