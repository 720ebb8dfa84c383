"""Numbers and codes that look like somebody's and are nobody's: what must stay silent."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from riskguard.evaluation.pii.numbers import some

_SERVICES = (
    "110",
    "119",
    "120",
    "122",
    "12320",
    "12345",
    "12315",
    "10086",
    "10010",
    "95588",
    "95533",
    "95338",
    "96110",
)
_CARRIERS = ("SF", "YT", "JD", "ZTO", "STO", "EMS")
_OFFICES = ("010-6000", "021-6000", "0571-8700", "0755-2500", "023-6700", "0371-6600")


def moment(dice: Random) -> datetime:
    """Some minute of 2019 to 2021."""
    return datetime(2019, 1, 1) + timedelta(minutes=dice.randrange(3 * 365 * 24 * 60))  # noqa: DTZ001 - only its figures


def order(dice: Random) -> str:
    """Twelve to twenty digits, often with the day in front."""
    return dice.choice((f"{moment(dice):%Y%m%d}{some(dice, 10)}", some(dice, dice.choice((12, 13, 16, 18, 19, 20)))))


def tracking(dice: Random) -> str:
    """Of couriers, with letters or without."""
    return dice.choice((dice.choice(_CARRIERS) + some(dice, 12), "7" + some(dice, 14), "4" + some(dice, 12)))


def timestamp(dice: Random) -> str:
    """Seconds or milliseconds since 1970, or a moment written out."""
    at = moment(dice)
    seconds = int((at - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - only its figures
    return dice.choice((str(seconds), f"{seconds}{some(dice, 3)}", f"{at:%Y-%m-%d %H:%M:%S}", f"{at:%Y%m%d%H%M%S}"))


def version(dice: Random) -> str:
    """Of a program, with three or four parts."""
    return ".".join(str(dice.randrange(0, 30)) for _ in range(dice.choice((3, 3, 4))))


def amount(dice: Random) -> str:
    """Money."""
    whole = dice.randrange(10, 10**9)
    return dice.choice((f"{whole}.{some(dice, 2)}", f"{whole:,}", f"{whole}"))


def office_phone(dice: Random) -> str:
    """What an authority publishes."""
    return dice.choice(_OFFICES) + some(dice, 4)


def fingerprint(dice: Random) -> str:
    """Hexadecimal, as short as a commit or as long as a digest."""
    return "".join(dice.choices("0123456789abcdef", k=dice.choice((8, 12, 32, 40, 64))))


def uuid(dice: Random) -> str:
    """In its usual groups."""
    return "-".join("".join(dice.choices("0123456789abcdef", k=size)) for size in (8, 4, 4, 4, 12))


def local_ip(dice: Random) -> str:
    """An address that means a machine at hand."""
    kinds = ("127.0.0.1", "192.168.{}.{}", "10.0.{}.{}", "0.0.0.0")  # noqa: S104 - a text, nothing listens
    return dice.choice(kinds).format(dice.randrange(0, 9), dice.randrange(1, 99))


LOOKALIKES: Mapping[str, Callable[[Random], str]] = {
    "order": order,
    "tracking": tracking,
    "timestamp": timestamp,
    "version": version,
    "amount": amount,
    "hotline": lambda dice: dice.choice(_SERVICES),
    "office_phone": office_phone,
    "hash": fingerprint,
    "uuid": uuid,
    "local_ip": local_ip,
    "year": lambda dice: str(dice.randrange(1912, 2060)),
    "day": lambda dice: f"{moment(dice).month}月{moment(dice).day}日",
    "date": lambda dice: f"{moment(dice):%Y年%m月%d日}",
    "clock": lambda dice: f"{moment(dice):%H:%M}",
    "hour": lambda dice: f"{dice.randrange(6, 22)}点",
    "few": lambda dice: str(dice.randrange(2, 40)),
    "many": lambda dice: str(dice.randrange(100, 99999)),
    "score": lambda dice: f"{dice.randrange(0, 130)}:{dice.randrange(0, 130)}",
    "train": lambda dice: dice.choice("GDKTZ") + some(dice, 4),
    "stock": lambda dice: dice.choice(("600", "000", "300")) + some(dice, 3),
    "isbn": lambda dice: f"978-7-{some(dice, 3)}-{some(dice, 5)}-{some(dice, 1)}",
    "video": lambda dice: "BV1" + "".join(dice.choices(string.ascii_letters + string.digits, k=9)),
    "account": lambda dice: some(dice, dice.choice((8, 9, 10))),
    "serial": lambda dice: "".join(dice.choices(string.ascii_uppercase + string.digits, k=dice.choice((10, 12, 17)))),
}
"""By the name of the slot that they fill."""
