"""The formulas of the price list: plain arithmetic with named quantities, and nothing else.

A formula knows ``+ - * /``, parentheses, ``min``, ``max``, numbers and the variables that it is given. It is
calculated exactly, in fractions, and rounded once, half up to the fen.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pmweb.domain.money import Money
from pmweb.domain.workflow import RuleBroken

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read and found sound; ``variables`` are the names it needs, in their order."""

    text: str
    variables: tuple[str, ...]
    _root: ast.expr = field(repr=False, compare=False)

    @classmethod
    def read(cls, text: str, known: Collection[str]) -> Formula:
        """Read ``text``; ``ValueError``, in a sentence, if it is no arithmetic or uses an unknown name."""
        text = text.strip()
        try:
            root = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise ValueError(f'the formula "{text}" cannot be read') from None
        names: dict[str, None] = {}
        _check(root, text, names)
        for name in names:
            if name not in known:
                raise ValueError(f'the formula "{text}" uses {name}, which is no known variable')
        return cls(text, tuple(names), root)

    def amount(self, values: Mapping[str, Decimal | int | Money]) -> Money:
        """What comes to be paid for these quantities; prices are in yuan, amounts ``Money``.

        ``KeyError`` for a variable without a value, ``TypeError`` for a float,
        ``RuleBroken("formula.division_by_zero")`` for a divisor of zero.
        """
        given = {name: _fraction(values[name]) for name in self.variables}
        try:
            yuan = _value(self._root, given, self.text)
        except ZeroDivisionError:
            raise RuleBroken("formula.division_by_zero", formula=self.text) from None
        fen = abs(yuan) * 100
        rounded = (2 * fen.numerator + fen.denominator) // (2 * fen.denominator)
        return Money(-rounded if yuan < 0 else rounded)


def _check(node: ast.expr, text: str, names: dict[str, None]) -> None:
    """Refuse everything but arithmetic, and gather the names."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=right):
            _check(left, text, names)
            _check(right, text, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, text, names)
        case ast.Call(func=ast.Name(id="min" | "max"), args=[_, *_] as args, keywords=[]):
            for arg in args:
                _check(arg, text, names)
        case ast.Constant() if _NUMBER.fullmatch(ast.get_source_segment(text, node) or ""):
            pass
        case ast.Name(id=name):
            names[name] = None
        case _:
            raise ValueError(f'the formula "{text}" is more than plain arithmetic')


def _value(node: ast.expr, given: Mapping[str, Fraction], text: str) -> Fraction:
    """The exact value of a checked formula."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _value(left, given, text), _value(right, given, text)
            match op:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
            return one / other
        case ast.UnaryOp(operand=operand):
            return -_value(operand, given, text)
        case ast.Call(func=ast.Name(id=name), args=args):
            values = [_value(arg, given, text) for arg in args]
            return min(values) if name == "min" else max(values)
        case ast.Name(id=name):
            return given[name]
    return Fraction(ast.get_source_segment(text, node) or "0")


def _fraction(value: Decimal | int | Money) -> Fraction:
    """A quantity as a fraction; a float is refused, because it is never exact."""
    if isinstance(value, Money):
        return Fraction(value.fen, 100)
    if isinstance(value, Decimal | int):
        return Fraction(value)
    raise TypeError(f"a quantity is a Decimal, not {type(value).__name__}")
