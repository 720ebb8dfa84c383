"""Letters and digits in circles, squares and brackets that NFKC misses, or spells with the brackets.

Built from block layouts of the Unicode chart: each run starts at a code point and goes up by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_lowercase

_DIGITS = "0123456789"
_TO_TEN = tuple(str(n) for n in range(1, 11))
_TO_TWENTY = tuple(str(n) for n in range(1, 21))
_FROM_ELEVEN = tuple(str(n) for n in range(11, 21))
_HAN_NUMBERS = "一二三四五六七八九十"

_RUNS: tuple[tuple[int, Sequence[str]], ...] = (
    (0x2474, _TO_TWENTY),  # ⑴
    (0x2488, _TO_TWENTY),  # ⒈
    (0x249C, ascii_lowercase),  # ⒜
    (0x24EB, _FROM_ELEVEN),  # ⓫
    (0x24F5, _TO_TEN),  # ⓵
    (0x24FF, "0"),  # ⓿
    (0x2776, _TO_TEN),  # ❶
    (0x2780, _TO_TEN),  # ➀
    (0x278A, _TO_TEN),  # ➊
    (0x3220, _HAN_NUMBERS),  # ㈠
    (0x3248, tuple(str(n) for n in range(10, 90, 10))),  # ㉈
    (0x1F100, "0"),  # 🄀
    (0x1F101, _DIGITS),  # 🄁
    (0x1F10B, "00"),  # 🄋 🄌
    (0x1F110, ascii_lowercase),  # 🄐
    (0x1F150, ascii_lowercase),  # 🅐
    (0x1F170, ascii_lowercase),  # 🅰
)


def enclosed() -> Iterator[tuple[str, str]]:
    """Each enclosed character with the letters or digits that stand in it."""
    for first, meanings in _RUNS:
        for offset, meaning in enumerate(meanings):
            yield chr(first + offset), meaning
