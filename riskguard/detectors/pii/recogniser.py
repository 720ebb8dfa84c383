"""What a recogniser is: patterns with scores, a check that raises or kills, words nearby that raise or lower."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from riskguard.domain.finding import Finding
from riskguard.text.tables.number import SPELT
from riskguard.text.view import TextView

DETECTOR = "pii"

HAN_DIGITS = "".join(SPELT)
LONG_NUMBER = re.compile(rf"[0-9{HAN_DIGITS}][0-9{HAN_DIGITS}\s\-._·~*()]{{6}}")
"""The gate of every kind that is written in seven digits or more."""

_CHECKED = 0.99
_LOWERED = 0.3
_BEFORE = 12
_AFTER = 6


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex over folded text. What it finds is its group 'it', or the whole match.

    `alone` is its score with nothing around it (0: it needs context), `near` the score beside a context word.
    Never uses a word border: Chinese characters are letters to a regex, so there is none beside a digit.
    """

    regex: re.Pattern[str]
    alone: float
    near: float


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the part of it that must be found, both raw."""

    text: str
    found: str


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One kind of personal information.

    `gate` is a quick search: where it finds nothing, no pattern would.
    `check` sees the match: False kills it, True makes it certain, None leaves it as the pattern says.
    `context` words nearby raise the score, `against` words just before it lower it.
    `examples` and `near_misses` are what the tests (and readers) go by.
    """

    label: str
    title: str
    gate: re.Pattern[str]
    patterns: tuple[Pattern, ...]
    check: Callable[[re.Match[str]], bool | None] = lambda _: None
    context: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    near_misses: tuple[str, ...] = ()

    def find(self, view: TextView) -> Iterator[Finding]:
        """One finding per place; two patterns may find the same one."""
        for pattern in self.patterns:
            for match in pattern.regex.finditer(view.folded):
                score, why = self._weigh(pattern, match)
                if score > 0:
                    start, end = match.span(_group(match))
                    yield Finding(self.label, score, DETECTOR, (view.span(start, end, f"{self.title}{why}"),))

    def _weigh(self, pattern: Pattern, match: re.Match[str]) -> tuple[float, str]:
        verdict = self.check(match)
        if verdict is False:
            return 0.0, ""
        if verdict:
            return _CHECKED, "，校验正确"
        before = match.string[max(0, match.start() - _BEFORE) : match.start()]
        against = _first(self.against, before)
        if against:
            return round(pattern.alone * _LOWERED, 4), f"，但前面写着「{against}」"
        after = match.string[match.end() : match.end() + _AFTER]
        word = _first(self.context, f"{before}\n{after}")
        return (pattern.near, f"，附近写着「{word}」") if word else (pattern.alone, "")


def matched(match: re.Match[str]) -> str:
    """What the pattern found."""
    return match.group(_group(match))


def digits(text: str) -> str:
    """Only the ASCII letters and digits of `text`."""
    return "".join([char for char in text if char.isascii() and char.isalnum()])


def in_token(match: re.Match[str]) -> bool:
    """Whether the number is a piece of a longer mixed token, such as a hash; a word on one side is fine."""
    start, end = match.span(_group(match))
    left = _run(match.string[max(0, start - 16) : start][::-1])
    right = _run(match.string[end : end + 16])
    return bool(left and right) or not (left.isalpha() or not left) or not (right.isalpha() or not right)


def _run(outward: str) -> str:
    """The ASCII letters and digits at the beginning of `outward`."""
    length = next((at for at, char in enumerate(outward) if not (char.isascii() and char.isalnum())), len(outward))
    return outward[:length]


def _group(match: re.Match[str]) -> int | str:
    return "it" if "it" in match.re.groupindex else 0


def _first(words: tuple[str, ...], text: str) -> str:
    return next((word for word in words if word in text), "")
