"""How bad it is when personal information is public, and whose information it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self

MINOR = "不满十四周岁未成年人"
"""The category of sensitive information that no label tells: all data of a child under fourteen (PIPL Art. 28)."""


class Risk(IntEnum):
    """How bad it would be if this were public, mildest first, so that grading up is adding."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The name used in files, policies and on the wire: 'high'."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Self:
        """The risk called `word`; ValueError for none."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"'{word}' is no risk; choose from {', '.join(risk.word for risk in cls)}") from None

    def raised(self, steps: int) -> Risk:
        """So many steps worse; nothing is worse than CRITICAL."""
        return Risk(min(self + steps, Risk.CRITICAL))


class Whose(StrEnum):
    """Whose information a place of a text gives away: the author's own, a third person's, that of a business that
    wants to be called, that of an institution that everybody may call; or the text does not say."""

    SELF = "self"
    OTHER = "other"
    BUSINESS = "business"
    PUBLIC = "public"
    UNKNOWN = "unknown"

    @property
    def published(self) -> bool:
        """Given out so that people get in touch: nobody's private life."""
        return self in (Whose.BUSINESS, Whose.PUBLIC)


@dataclass(frozen=True, slots=True)
class Grade:
    """What one kind of information is by itself.

    `identifies` says that it leads to one person without more; `sensitive` is the category of PIPL Art. 28 that it
    belongs to, empty where it is personal but not sensitive information.
    """

    risk: Risk = Risk.MEDIUM
    identifies: bool = False
    sensitive: str = ""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What information becomes in company: with at least so many kinds of identifiers in one post and, where `beside`
    names categories, with information of one of these, all of it is one step worse, and sensitive as a whole."""

    identifiers: int
    beside: tuple[str, ...]
    because: str
    basis: str
