"""Digits that are written as Chinese characters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SPELT = ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖")

SPELT: Mapping[str, str] = MappingProxyType(
    {"幺": "1"} | {char: str(digit) for digits in _SPELT for digit, char in enumerate(digits)}
)
"""Each with the digit that it stands for where a number is spelt: 幺三八."""

CALLED: Mapping[str, str] = MappingProxyType({"腰": "1", "两": "2", "参": "3", "拐": "7", "勾": "9", "洞": "0"})
"""What digits are called over the radio, and a variant of 叁. These are words of every day: they count only inside a
number."""
