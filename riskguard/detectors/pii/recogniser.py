"""What a recogniser is: patterns with scores, a check that raises or kills, words nearby that raise or lower."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from riskguard.detectors.pii.gate import Signs
from riskguard.domain.finding import Finding
from riskguard.text.late import LatePattern
from riskguard.text.view import TextView

DETECTOR = "pii"

ORDERS = (
    "订单",
    "单号",
    "运单",
    "流水",
    "编号",
    "序列",
    "批次",
    "货号",
    "型号",
    "工号",
    "学号",
    "条码",
    "验证码",
    "时间戳",
    "信用代码",
    "机构代码",
    "合同号",
    "发票",
    "案号",
    "票号",
    "帖子id",
    "uid",
    "isbn",
    "版本",
)
"""Just before a number these say that it is none of a person."""

Opinion = bool | None | Literal["doubt"]
"""What a check says: False kills, True makes certain, 'doubt' lowers, None leaves it as the pattern says."""

_CHECKED = 0.99
_LOWERED = 0.3
_BEFORE = 16
_AFTER = 8
_CLAUSE_ENDS = re.compile(r"[,，。;；!！?？\n、]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex over folded text. What it finds is its group 'it', or the whole match.

    `alone` is its score with nothing around it (0: it needs context), `near` the score beside a context word. Where a
    recogniser knows several kinds, `title` names this one; `kind` tells programs of it, as a fact of the finding.
    Never uses a word border: Chinese characters are letters to a regex, so there is none beside a digit.
    """

    regex: LatePattern
    alone: float
    near: float
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the part of it that must be found, both raw."""

    text: str
    found: str


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One kind of personal information.

    `signs` are what a text must hold at least, looked for in a whole batch at once; `gate` is a quick search in a text
    that holds them: where it finds nothing, no pattern would.
    `check` sees the match and has an opinion. `context` words nearby raise the score, `against` words in the same
    clause before it lower it; of both, the nearest counts.
    `examples` and `near_misses` are what the tests (and readers) go by.
    """

    label: str
    title: str
    gate: re.Pattern[str]
    patterns: tuple[Pattern, ...]
    signs: Signs = field(default_factory=Signs)
    check: Callable[[re.Match[str]], Opinion] = lambda _: None
    context: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    near_misses: tuple[str, ...] = ()

    def find(self, view: TextView, form: str) -> Iterator[Finding]:
        """One finding per place in `form`, the folded text or another of its length; two patterns may find the same."""
        for pattern in self.patterns:
            for match in pattern.regex.finditer(form):
                score, why = self._weigh(pattern, match)
                if score > 0:
                    span = view.span(*match.span(_group(match)), f"{pattern.title or self.title}{why}")
                    yield Finding(self.label, score, DETECTOR, (span,), {"kind": pattern.kind} if pattern.kind else {})

    def _weigh(self, pattern: Pattern, match: re.Match[str]) -> tuple[float, str]:
        opinion = self.check(match)
        if opinion is False:
            return 0.0, ""
        if opinion is True:
            return _CHECKED, "，校验正确"
        alone, near = pattern.alone, pattern.near
        if opinion == "doubt":
            alone, near = round(alone * _LOWERED, 4), alone
        word, against = self._words(match)
        if against:
            return round(alone * _LOWERED, 4), f"，但前面写着「{against}」"
        return (near, f"，附近写着「{word}」") if word else (alone, "")

    def _words(self, match: re.Match[str]) -> tuple[str, str]:
        """The word that raises and the word that lowers, '' for none; at most one of them counts.

        What is numbered may stand right before the word that lowers: 护照编号.
        """
        before = match.string[max(0, match.start() - _BEFORE) : match.start()]
        word, away = _nearest(self.context, before)
        against, against_away = _nearest(self.against, _CLAUSE_ENDS.split(before)[-1])
        named = word and away == against_away + len(against)
        if against and not named and (not word or against_away < away):
            return "", against
        return word or _first(self.context, match.string[match.end() : match.end() + _AFTER]), ""


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


def _nearest(words: tuple[str, ...], before: str) -> tuple[str, int]:
    """The word that ends last in `before`, of these the longest, and how far from the end; '' if there is none."""
    ends = [(len(before) - at - len(word), -len(word), word) for word in words if (at := before.rfind(word)) >= 0]
    away, _, word = min(ends, default=(0, 0, ""))
    return word, away


def _first(words: tuple[str, ...], text: str) -> str:
    return next((word for word in words if word in text), "")
