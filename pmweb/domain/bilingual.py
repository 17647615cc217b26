"""Things of the office that have a Chinese and an English name: a room, a state, a fee item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Bilingual(Protocol):
    """Anything with a name in both languages."""

    @property
    def name_zh(self) -> str:
        """The name in Chinese, which is the office's own."""
        ...

    @property
    def name_en(self) -> str:
        """The name in English."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """A code of a list and its names, where nothing else is known about it."""

    id: str
    name_zh: str
    name_en: str


def name_in(language: str, thing: Bilingual) -> str:
    """The name for readers of ``language``: English for ``en`` and its variants, else Chinese."""
    return thing.name_en if language.lower().startswith("en") else thing.name_zh
