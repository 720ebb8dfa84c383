"""Invented numbers of every kind, right by their checks and nobody's as far as the checks allow.

The checks are written apart from those of the recognisers, so that one mistake does not hide in both. Mobile numbers
have prefixes that no operator was given; identity numbers a county that does not exist; cards are of test ranges or of
issuers that do not exist; IPv4 addresses lie in networks that are not routed; points lie in the Taklamakan.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

_MOBILE = ("154", "160", "161", "163", "164", "168", "169", "179", "194")
_AREAS = ("010", "021", "0571", "0755", "023", "0371", "0451", "0898")
_SMALL_AREAS = ("0930", "0998")
"""With seven digits behind the code, not eight."""

_PROVINCES = ("11", "13", "21", "31", "33", "37", "41", "43", "44", "51", "61", "65", "81", "82", "83")
_CARDS = (("629999", 19), ("629900", 16), ("628800", 17), ("411111", 16), ("555555", 16), ("400000", 16))
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵川宁琼"
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_UNROUTED = (11, 22, 26, 28, 29, 30, 33)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_TAIWAN = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_SYLLABLES = ("xiao", "lan", "mei", "hao", "yu", "qing", "nan", "bei", "shan", "tao", "ning", "ke", "an", "luo", "zhi")
_LEAST_KINDS = 5


def some(dice: Random, size: int) -> str:
    """So many digits."""
    return "".join(dice.choices(string.digits, k=size))


def mobile(dice: Random) -> str:
    """Eleven digits whose first three are no operator's."""
    return dice.choice(_MOBILE) + some(dice, 8)


def landline(dice: Random) -> str:
    """An area code and a number that begins with 50 or 60, as few do."""
    area = dice.choice((*_AREAS, *_SMALL_AREAS))
    number = dice.choice(("500", "600")) + some(dice, 4 if area in _SMALL_AREAS else 5)
    return dice.choice((f"{area}-{number}", f"{area}-{number}", f"({area}){number}", f"{area} {number}"))


def birthday(dice: Random) -> date:
    """Of somebody who was between 10 and 75 in 2020."""
    return date(1945, 1, 1) + timedelta(days=dice.randrange(65 * 365))


def id_card(dice: Random) -> str:
    """GB 11643 with a county of '99'; one in eight is of the 15 digits used before 1999."""
    region = dice.choice(_PROVINCES[:-3]) + "0199" if dice.random() < 0.8 else dice.choice(_PROVINCES[-3:]) + "0000"
    born = birthday(dice)
    if dice.random() < 0.125 and born.year < 1990:
        return f"{dice.choice(_PROVINCES[:-3])}0199{born:%y%m%d}{some(dice, 3)}"
    body = f"{region}{born:%Y%m%d}{some(dice, 3)}"
    return body + "10X98765432"[sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(body)) % 11]


def bank_card(dice: Random) -> str:
    """Right by Luhn."""
    while True:
        issuer, size = dice.choice(_CARDS)
        body = issuer + some(dice, size - len(issuer) - 1)
        doubled = [int(digit) * (1 + (at % 2 == 0)) for at, digit in enumerate(reversed(body))]
        card = body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)
        if len(set(card)) >= _LEAST_KINDS:
            return card


def org_code(dice: Random) -> str:
    """GB 32100, with the GB 11714 code of an enterprise inside."""
    body = some(dice, 8)
    rest = -sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    code = f"91{dice.choice(_PROVINCES[:-3])}0199{body}{'X' if rest == 10 else rest}"
    return code + _USCC[-sum(_USCC.index(sign) * pow(3, at, 31) for at, sign in enumerate(code)) % 31]


def passport(dice: Random) -> str:
    """Ordinary ones, electronic and old."""
    return dice.choice((f"E0000{some(dice, 4)}", f"E{dice.choice('WXYZ')}000{some(dice, 4)}", f"G0000{some(dice, 4)}"))


def travel_permit(dice: Random) -> str:
    """Permits for Hong Kong and Macau, home return permits, identity numbers of Hong Kong and of Taiwan."""
    kinds = (
        lambda: f"C0000{some(dice, 4)}",
        lambda: f"C{dice.choice('WXYZ')}000{some(dice, 4)}",
        lambda: f"{dice.choice('HM')}0000{some(dice, 4)}",
        lambda: _hong_kong(dice),
        lambda: _taiwan(dice),
    )
    return dice.choice(kinds)()


def _hong_kong(dice: Random) -> str:
    letter, number = dice.choice("WXYZ"), some(dice, 6)
    total = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(digit) * (7 - at) for at, digit in enumerate(number))
    return f"{letter}{number}({'A' if -total % 11 == 10 else -total % 11})"


def _taiwan(dice: Random) -> str:
    letter, body = dice.choice("WZ"), dice.choice("12") + some(dice, 7)
    code = 10 + _TAIWAN.index(letter)
    total = code // 10 + code % 10 * 9 + sum(int(digit) * (8 - at) for at, digit in enumerate(body))
    return f"{letter}{body}{-total % 10}"


def licence_plate(dice: Random) -> str:
    """Of an office whose letter stands late in the alphabet; one in three is a new-energy vehicle's."""
    place, office = dice.choice(_PLATES), dice.choice("WXYZ")
    dot = dice.choice(("", "", "·"))
    if dice.random() < 0.33:
        power = dice.choice("DF")
        number = power + dice.choice(_SIGNS) + some(dice, 4) if dice.random() < 0.7 else some(dice, 5) + power
    else:
        number = dice.choice((some(dice, 5), dice.choice(_SIGNS) + some(dice, 4), some(dice, 3) + "A" + some(dice, 1)))
    return f"{place}{office}{dot}{number}"


def handle(dice: Random) -> str:
    """What people call themselves in Latin letters; 8 to 16 characters."""
    words = "".join(dice.sample(_SYLLABLES, 2))
    return f"{words}{dice.choice(('_', '', '-'))}{dice.choice(('00', '000', 'x'))}{some(dice, dice.choice((2, 3)))}"


def qq(dice: Random) -> str:
    """Eight to ten digits."""
    return dice.choice("123") + "0000" + some(dice, dice.choice((3, 4, 5)))


def email(dice: Random) -> str:
    """At domains that are reserved for examples."""
    local = handle(dice).strip("-_")
    return f"{local}@{dice.choice(('example.com', 'example.cn', 'mail.example.com', 'example.org', 'example.com.cn'))}"


def ip(dice: Random) -> str:
    """IPv4, one in five IPv6."""
    if dice.random() < 0.2:
        return ":".join(("2408", "8000", *(f"{dice.randrange(4096, 65536):x}" for _ in range(6))))
    return ".".join(map(str, (dice.choice(_UNROUTED), *(dice.randrange(1, 255) for _ in range(3)))))


def coordinates(dice: Random) -> str:
    """A point in the desert, in four ways of writing."""
    north, east = f"{dice.uniform(37.5, 40.5):.5f}", f"{dice.uniform(79.0, 88.0):.5f}"
    minutes = f"{dice.randrange(10, 60)}′{dice.randrange(10, 60)}″"
    kinds = (
        f"{north},{east}",
        f"{east}, {north}",
        f"北纬{north}，东经{east}",
        f"东经{east[:2]}°{minutes} 北纬{north[:2]}°{minutes}",
    )
    return dice.choice(kinds)


NUMBERS: Mapping[str, Callable[[Random], str]] = {
    "mobile": mobile,
    "landline": landline,
    "id_card": id_card,
    "bank_card": bank_card,
    "email": email,
    "passport": passport,
    "travel_permit": travel_permit,
    "licence_plate": licence_plate,
    "wechat": handle,
    "qq": qq,
    "ip": ip,
    "coordinates": coordinates,
    "org_code": org_code,
}
"""By the label they belong to, without its 'pii.'."""
