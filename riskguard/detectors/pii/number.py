"""Numbers as people write them: in groups, with signs between the digits, in Chinese digits.

Patterns are written for Arabic digits; `forms` gives a text the digits that it spells, `GAP` is what may stand between
two of them, and `grouped` tells one number in groups from several numbers beside one another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Opinion, digits, matched
from riskguard.text.tables.number import CALLED, SPELT

GAP = r"[^\n0-9a-z\u3040-\u30ff\u3400-\u9fff:;!?()\[\]{}<>《》「」『』\"'“”‘’@#%&=$¥€£°′±×÷]{1,3}"
"""Up to three spaces, dashes, dots, commas, pictures; no letters, brackets, currencies or units."""

DIGIT = f"(?:{GAP})?[0-9]"
"""One digit more, after a gap or none."""

_LEFT = r"(?<![0-9a-z].)(?<![0-9]\..)"
RIGHT = r"(?![0-9a-z])(?!\.[0-9]{1,4}(?![0-9]))"
"""Neither inside a longer token nor a part of a decimal number; `begun` says the same of the left."""

NOT_COUNTED = r"(?!\s?(?:元|块|万|亿|千|百|人|次|个|条|%|美元|字节|kb|mb|gb|ms))"
"""No unit follows: numbers of things are not numbers of people."""

_HAN = "".join([*SPELT, *CALLED])
_TO_DIGIT = str.maketrans({**SPELT, **CALLED, "o": "0", "l": "1", "i": "1"})
_RUN = re.compile(rf"[0-9{_HAN}](?:(?:{GAP})?[0-9{_HAN}]){{4,}}")
_LETTERED = re.compile(r"[0-9oli](?<![0-9a-z].)(?:[ .-]?[0-9oli]){6,}(?![0-9a-z])")
_SOME = 5
"""So many digits in a row are a number; fewer Chinese ones may be part of a sentence. As many make letters digits."""

LONG_NUMBER = re.compile(rf"[0-9](?:{DIGIT}){{6}}")
"""The gate of every kind that is written in seven digits or more."""

DIGITS = Signs(digits=5)
"""The signs of every kind that is written in seven digits or more, some of which may be letters."""

_SIGN = re.compile(r"\[[^]]+\]|.")
_HEAD = re.compile(rf"^{_SIGN.pattern}")
_FEW_GROUPS = 5
_THOUSANDS = 3
_DATE = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])")
_SIGNS = re.compile("[0-9x]+")
_MOBILE = re.compile("1[3-9][0-9]{9}")


def forms(folded: str) -> tuple[str, ...]:
    """The text as it is, and, if it spells numbers, with these in Arabic digits: '幺三八' -> '138'. All as long."""
    spelt = _LETTERED.sub(_from_letters, _RUN.sub(_from_han, folded))
    return (folded,) if spelt == folded else (folded, spelt)


def _from_han(run: re.Match[str]) -> str:
    return run.group().translate(_TO_DIGIT)


def _from_letters(run: re.Match[str]) -> str:
    """138oo138ooo: letters that look like digits, among enough digits."""
    text = run.group()
    return text.translate(_TO_DIGIT) if sum(char.isdigit() for char in text) >= _SOME else text


def begun(pattern: str) -> str:
    """The pattern, which begins with a character or a class, where it stands at the beginning of a number.

    What must not stand before is looked at afterwards: a search for a character is quick, one for lookbehinds is not.
    """
    return _HEAD.sub(lambda head: head.group() + _LEFT, pattern, count=1)


def spaced(*digits: str) -> list[str]:
    """The patterns of these rows of digits or classes of digits, such as '955[89]', also with gaps."""
    return [f"(?:{GAP})?".join(_SIGN.findall(row)) for row in digits]


def any_of(patterns: Iterable[str]) -> str:
    """One of them."""
    return f"(?:{'|'.join(patterns)})"


def grouped(match: re.Match[str], usual: Collection[tuple[int, ...]] = ()) -> Opinion:
    """Whether the match is one number: None if it is, False if it is several or part of a longer one, else 'doubt'.

    `usual` are the sizes of groups in which people write numbers of the kind.
    """
    it = matched(match)
    gaps = _SIGNS.split(it)[1:-1]
    if not gaps:
        return None
    groups = _SIGNS.findall(it)
    sizes = tuple(map(len, groups))
    if sizes in usual:
        return None
    if _goes_on(match, gaps) or _is_money(gaps, sizes) or _DATE.search(it) or any(map(_MOBILE.fullmatch, groups)):
        return False
    if max(sizes) == 1 or (len(set(gaps)) == 1 and (len(sizes) <= _FEW_GROUPS or len(set(sizes[:-1])) == 1)):
        return None
    return "doubt"


def _goes_on(match: re.Match[str], gaps: list[str]) -> bool:
    """Whether a digit stands before or after, as near as the digits of the match stand to one another."""
    start, end = match.span("it")
    text = match.string
    after = text.startswith(gaps[-1], end) and text[end + len(gaps[-1]) :][:1].isdigit()
    head = text[max(0, start - len(gaps[0]) - 4) : start]
    before = head.endswith(gaps[0]) and head[: len(head) - len(gaps[0])][-1:].isdigit()
    return after or (before and not digits(head).endswith("86"))


def _is_money(gaps: list[str], sizes: tuple[int, ...]) -> bool:
    return set(gaps) == {","} and set(sizes[1:]) == {_THOUSANDS}
