"""Money as a whole number of fen (分); no float ever touches it.

An amount is exact. Only multiplying by a quantity or a rate rounds, half up to the fen and away from zero for
a reversal, so that a reversed charge is the same number with the other sign. Quantities and rates are
``Decimal``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

from pmweb.domain.workflow import RuleBroken

_AS_WRITTEN = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_MOST_DIGITS = 13
_EXACT = Context(prec=120, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in fen; negative for a refund or a reversal.

    Compares only with other amounts. Prints as ``¥1,234.50``.
    """

    fen: int

    def __post_init__(self) -> None:
        """Refuse anything but a whole number: ``TypeError`` for a float, a ``Decimal`` or a truth value."""
        if type(self.fen) is not int:
            raise TypeError(f"fen are whole numbers, not {type(self.fen).__name__}")

    @classmethod
    def from_yuan(cls, yuan: str | Decimal) -> Money:
        """Read an amount in yuan exactly, as it is typed or printed: ``1234.5``, ``¥1,234.50``, ``１２``.

        ``RuleBroken("money.form")`` if it is no amount or absurdly large, ``RuleBroken("money.too_fine")`` if
        it is finer than a fen; ``TypeError`` for a float.
        """
        if isinstance(yuan, Decimal):
            exact = yuan
        elif isinstance(yuan, str):
            text = re.sub(r"\s", "", unicodedata.normalize("NFKC", yuan)).replace("¥", "", 1)
            if not _AS_WRITTEN.fullmatch(text):
                raise RuleBroken("money.form", text=yuan)
            exact = Decimal(text.replace(",", ""))
        else:
            raise TypeError(f"an amount is read from text or a Decimal, not from {type(yuan).__name__}")
        if not exact.is_finite() or exact.adjusted() >= _MOST_DIGITS:
            raise RuleBroken("money.form", text=str(yuan))
        whole = Fraction(exact) * 100
        if whole.denominator != 1:
            raise RuleBroken("money.too_fine", text=str(yuan))
        return cls(int(whole))

    @classmethod
    def rounded(cls, yuan: Decimal) -> Money:
        """The result of a calculation in yuan, rounded half up to the fen; ``TypeError`` for a float."""
        return cls(100) * yuan

    @classmethod
    def total(cls, amounts: Iterable[Money]) -> Money:
        """The sum; nothing at all sums to zero."""
        return sum(amounts, cls(0))

    @property
    def yuan(self) -> Decimal:
        """The amount in yuan with two decimal places, for workbooks and calculations."""
        return Decimal(self.fen).scaleb(-2)

    @property
    def plain(self) -> str:
        """The amount as figures only, for the value of an input: ``1234.50``."""
        return f"{self.yuan:.2f}"

    def __str__(self) -> str:
        """``¥1,234.50``, with the sign in front of the currency."""
        sign = "-" if self.fen < 0 else ""
        return f"{sign}¥{abs(self.yuan):,.2f}"

    def __bool__(self) -> bool:
        """False only for zero."""
        return self.fen != 0

    def __add__(self, other: Money) -> Money:
        """Exact; amounts only."""
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        """Exact; amounts only."""
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        """The reversal."""
        return Money(-self.fen)

    def __abs__(self) -> Money:
        """The amount without its sign."""
        return Money(abs(self.fen))

    def __mul__(self, factor: Decimal | int) -> Money:
        """So many times the amount, rounded half up to the fen; ``TypeError`` for a float or an amount."""
        if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            return NotImplemented
        with localcontext(_EXACT):
            exact = self.fen * Decimal(factor)
            return Money(int(exact.to_integral_value(rounding=ROUND_HALF_UP)))

    __rmul__ = __mul__

    def share(self, weights: Sequence[Decimal | int]) -> tuple[Money, ...]:
        """Divide the amount in proportion to ``weights``; the shares add up to the amount exactly.

        Each share is at most one fen away from its exact value. The fen that are left over go to the shares
        that lost most by rounding down, the earlier one first; a weight of zero gets nothing. ``ValueError``
        if there is no weight above zero or one below it.
        """
        parts = [Fraction(weight) for weight in weights]
        whole = sum(parts, Fraction(0))
        if whole <= 0 or min(parts) < 0:
            raise ValueError("an amount is shared by weights that are not negative and not all zero")
        sign = -1 if self.fen < 0 else 1
        exact = [abs(self.fen) * part / whole for part in parts]
        fen = [int(portion) for portion in exact]
        residue = abs(self.fen) - sum(fen)
        lost_most = sorted(range(len(parts)), key=lambda place: fen[place] - exact[place])
        for place in lost_most[:residue]:
            fen[place] += 1
        return tuple(Money(sign * portion) for portion in fen)

    def split(self, parts: int) -> tuple[Money, ...]:
        """Divide the amount into equal parts that add up exactly; the first ones carry the residue."""
        return self.share((1,) * parts)
