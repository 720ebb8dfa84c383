"""Ways in which people write a number so that no machine finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

Disguise = Callable[[str, Random], str]

_DIGITS = "0123456789"
_HAN, _CAPITAL, _CIRCLED = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "⓪①②③④⑤⑥⑦⑧⑨"
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_PROVIDERS = ("qq", "163", "126", "139", "gmail", "sina", "outlook", "foxmail")


def full_width(text: str, dice: Random) -> str:  # noqa: ARG001
    """１６４"""
    return text.translate(_FULL_WIDTH)


def spelt(digits: str) -> Disguise:
    """With these ten signs for 0 to 9."""
    table = str.maketrans(_DIGITS, digits)
    return lambda text, _: text.translate(table)


def han(text: str, dice: Random) -> str:
    """一六四; with 幺 for one and 〇 for nought as often as not."""
    spelt = text.translate(str.maketrans(_DIGITS, _HAN))
    return spelt.replace("一", dice.choice("一幺")).replace("零", dice.choice("零〇"))


def some_han(text: str, dice: Random) -> str:
    """1六4, at least three of them."""
    places = [at for at, char in enumerate(text) if char in _DIGITS]
    chosen = set(dice.sample(places, max(3, len(places) // 2)))
    return "".join(_HAN[int(char)] if at in chosen else char for at, char in enumerate(text))


def keycaps(text: str, dice: Random) -> str:  # noqa: ARG001
    """1️⃣6️⃣4️⃣"""
    return "".join(f"{char}\ufe0f\u20e3" if char in _DIGITS else char for char in text)


def invisible(text: str, dice: Random) -> str:
    """With zero-width characters between."""
    places = set(dice.sample(range(1, len(text)), min(4, len(text) - 1)))
    return "".join(("\u200b" if at in places else "") + char for at, char in enumerate(text))


def letters(text: str, dice: Random) -> str:
    """l6Oo: letters that look like nought and one."""
    return text.replace("0", dice.choice("Oo")).replace("1", "l")


def _bare(text: str) -> str:
    return text.translate(str.maketrans("", "", "-· ()"))


def apart(*signs: str) -> Disguise:
    """Every sign by itself: 1 6 4."""
    return lambda text, dice: dice.choice(signs).join(_bare(text))


def grouped(sizes: Sequence[int], *signs: str) -> Disguise:
    """In groups of these sizes, what is left in one more: 164 0000 1234."""

    def write(text: str, dice: Random) -> str:
        left, groups = _bare(text), []
        for size in (*sizes, len(text)):
            groups.append(left[:size])
            left = left[size:]
        return dice.choice(signs).join(filter(None, groups))

    return write


def _plain_digits(disguise: Disguise) -> Disguise:
    return lambda text, dice: disguise("".join(char for char in text if char in _DIGITS), dice)


def at_spelt(*signs: str, dots: Sequence[str] = (".", "点")) -> Disguise:
    """The address at one of the well-known providers, with @ and dot spelled otherwise."""

    def write(text: str, dice: Random) -> str:
        local = text.partition("@")[0].replace("-", "").replace("_", "")
        return f"{local}{dice.choice(signs)}{dice.choice(_PROVIDERS)}{dice.choice(dots)}com"

    return write


def _lower(text: str, dice: Random) -> str:
    return full_width(text.lower(), dice) if dice.random() < 0.3 else text.lower().replace("·", "")


_ANY: tuple[Disguise, ...] = (full_width, spelt(_CIRCLED), keycaps, invisible)
_WIDE: tuple[Disguise, ...] = (full_width, invisible, apart(" "))

DISGUISES: Mapping[str, tuple[Disguise, ...]] = {
    "mobile": (
        *_ANY, han, han, some_han, spelt(_CAPITAL), apart(" ", "-", ".", "·"),
        grouped((3, 4), " ", "-", "."), grouped((3, 4), " ", "-"), grouped((3, 3, 3), " ", "-"),
    ),
    "landline": (*_ANY, _plain_digits(full_width), _plain_digits(han), apart(" ")),
    "id_card": (*_ANY, han, grouped((6, 8), " ", "-"), grouped((6, 4, 4), " "), apart(" ")),
    "bank_card": (*_ANY, han, grouped((4, 4, 4, 4), " ", "-"), grouped((4, 4, 4, 4), " "), apart(" ")),
    "email": (
        full_width, invisible, at_spelt("艾特"), at_spelt("(at)", "[at]", "（at）"), at_spelt("#", "＃"),
        at_spelt(" at ", " AT "), at_spelt("@", "＠", dots=("点", "。", " . ", " 点 ")), at_spelt(" @ ", " 艾特 "),
    ),
    "licence_plate": (full_width, invisible, _lower, spelt(_CIRCLED), keycaps, grouped((2,), " ", "-"), apart(" ")),
    "wechat": (full_width, invisible, lambda text, _: text, lambda text, _: text),
    "qq": (full_width, han, spelt(_CIRCLED), keycaps, apart(" "), grouped((3, 3), " ", "-"), lambda text, _: text),
    "passport": _WIDE,
    "travel_permit": _WIDE,
    "ip": (full_width, invisible, lambda text, _: text.replace(".", "[.]").replace(":", " : ")),
    "coordinates": (full_width, invisible),
    "org_code": (full_width, invisible, grouped((2, 6, 9), " ", "-")),
}  # fmt: skip
"""By the kind of number, the ways of both halves; the kept half has more."""

PLAIN_WORDS: Mapping[str, Sequence[str]] = {
    "wx": ("微信", "微信号", "WeChat"),
    "qqword": ("QQ", "QQ号", "qq"),
}
"""What an account is called."""

WORDS: Mapping[str, Sequence[str]] = {
    "wx": (
        "VX", "vx", "薇", "薇信", "威信", "v信", "微❤", "V❤", "➕v", "＋V", "卫星", "wx", "WX", "ｖｘ", "薇❤", "V",
    ),
    "qqword": ("扣扣", "企鹅", "抠抠", "叩叩", "Q号", "🐧", "ＱＱ", "q q", "球球", "秋秋", "Q"),
}  # fmt: skip
"""What it is called in disguise."""
