"""Invented posts for the demo community: a day of ordinary talk with every kind of risk in it.

No number in them can be a living person's, yet detectors read them as real ones: identity numbers have a right check
digit and a possible region and date, but were born in 1889 with a sequence of 000, which is never issued; mobile
numbers begin with 154, which no operator was given; bank cards pass Luhn behind 629999, which no bank was given; QQ
numbers lie far above those in use; e-mail and web addresses stand under names reserved for examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from riskguard.demo import risk, talk
from riskguard.detectors.pii.bank_card import luhn
from riskguard.detectors.pii.id_card import check_digit
from riskguard.domain.post import Scene

_PARTS = 7
_DAY_MIN = 1440.0
_ACCOUNTS = 160
_OLD_DAYS = (30, 1500)
HISTORY_DAYS = 10
_CALM_TOPICS = (talk.COOKING, talk.CLASSES, talk.DELIVERY, talk.MOOD, talk.NEIGHBOURS)


@dataclass(frozen=True, slots=True)
class _Said:
    """A text, where it was said, by which account, and how many minutes ago."""

    text: str
    ago_min: float
    author: str
    scene: Scene = Scene.POST
    fresh: bool = False


def posts(seed: int = 1, *, now: datetime | None = None) -> list[dict[str, object]]:
    """The posts of the last day in the shape of POST /v1/posts, oldest first. The same seed says the same talk."""
    maker = _Maker(Random(seed))  # noqa: S311 (variety, not secrecy)
    said = sorted(maker.everything(), key=lambda each: -each.ago_min)
    moment = now or datetime.now(UTC)
    return [_wire(f"demo-{seed}-{number:04}", each, moment) for number, each in enumerate(said, start=1)]


def history(seed: int = 1, *, days: int = HISTORY_DAYS, now: datetime | None = None) -> list[dict[str, object]]:
    """Ordinary talk of the days before, oldest first: what makes the last day's surge one."""
    maker = _Maker(Random(seed))  # noqa: S311 (variety, not secrecy)
    said = sorted((each for day in range(1, days + 1) for each in maker.calm(day)), key=lambda each: -each.ago_min)
    moment = now or datetime.now(UTC)
    return [_wire(f"demo-{seed}-before-{number:04}", each, moment) for number, each in enumerate(said, start=1)]


def _wire(post_id: str, said: _Said, now: datetime) -> dict[str, object]:
    mark = sum(map(ord, said.author))
    age = timedelta(hours=26 + mark % 40) if said.fresh else timedelta(days=_OLD_DAYS[0] + mark * 37 % _OLD_DAYS[1])
    author = {
        "id": said.author,
        "trust": 0 if said.fresh else 1 + mark % 4,
        "created_at": (now - age).isoformat(timespec="seconds"),
    }
    when = now - timedelta(minutes=said.ago_min)
    return {
        "post_id": post_id,
        "text": said.text,
        "author": author,
        "scene": said.scene.value,
        "created_at": when.isoformat(timespec="seconds"),
    }


class _Maker:
    """Puts parts together; all chance comes from one generator."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._newcomers = 0

    def everything(self) -> Iterator[_Said]:
        """All posts, in no order of time."""
        yield from self._ordinary()
        yield from self._treehole()
        yield from self._quarrels()
        yield from self._lures()
        yield from self._copies()
        yield from self._privacy()
        yield from self._surge()
        yield from self._evasions()

    def calm(self, day: int) -> Iterator[_Said]:
        """A day of ordinary talk, so many days ago."""
        for topic in _CALM_TOPICS:
            for text in self._mixed(topic, 40):
                ago = (day + self._chance.random()) * _DAY_MIN
                yield _Said(text, ago, self._someone(), self._chance.choice((Scene.POST, Scene.POST, Scene.COMMENT)))

    def _ordinary(self) -> Iterator[_Said]:
        topics = ((talk.COOKING, 40), (talk.CLASSES, 40), (talk.DELIVERY, 25), (talk.MOOD, 30))
        for topic, count in (*topics, (talk.NEIGHBOURS, 30)):
            for text in self._mixed(topic, count):
                yield self._old(text, self._chance.choice((Scene.POST, Scene.POST, Scene.COMMENT)))

    def _treehole(self) -> Iterator[_Said]:
        for text in self._mixed(talk.TREEHOLE, 18):
            yield self._old(text, Scene.TREEHOLE)
        yield _Said(risk.CRY_FOR_HELP, 75, self._someone(), Scene.TREEHOLE)

    def _quarrels(self) -> Iterator[_Said]:
        for text in self._mixed(risk.INSULT, 18):
            yield self._old(text, Scene.COMMENT)
        for text in (*risk.THREATS, *risk.REGION, *risk.RUMOURS):
            yield self._old(text, Scene.COMMENT)

    def _lures(self) -> Iterator[_Said]:
        for topic, count in ((risk.CONTACT_AD, 14), (risk.PART_TIME, 12), (risk.GAMBLING, 9)):
            for text in self._mixed(topic, count):
                yield self._new(self._filled(text))
        for text in risk.OTHER_LURES:
            yield self._new(self._filled(text))
        for text in risk.NICKNAMES:
            yield self._new(self._filled(text), Scene.NICKNAME)

    def _copies(self) -> Iterator[_Said]:
        """Two texts pushed by many accounts, partly the same ones, and a harmless one; and one account flooding."""
        wechat = self._wechat()
        pushers = [self._newcomer() for _ in range(20)]
        medicine = self._variants(risk.MEDICINE_CAMPAIGN, risk.MEDICINE_MUCH, risk.MEDICINE_END, 16, wechat)
        for pusher, text in zip(pushers[:16], medicine, strict=True):
            yield _Said(text, self._chance.triangular(160, 215, 200), pusher, fresh=True)
        water = self._variants(risk.WATER_CAMPAIGN, risk.WATER_MUCH, risk.WATER_END, 12, wechat)
        for pusher, text in zip(pushers[8:], water, strict=True):
            yield _Said(text, self._chance.triangular(45, 80, 70), pusher, fresh=True)
        for text in self._variants(talk.GROUP_BUY_CAMPAIGN, risk.MEDICINE_MUCH, talk.GROUP_BUY_END, 8, wechat):
            yield _Said(text, self._chance.uniform(300, 340), self._someone())
        for at in range(10):
            yield _Said(talk.CHEERS, 90 - at / 6, "fan-007", Scene.LIVE_CHAT)

    def _variants(
        self, template: str, muches: Sequence[str], ends: Sequence[str], count: int, wechat: str
    ) -> Iterator[str]:
        for _ in range(count):
            much, end = self._chance.choice(muches), self._chance.choice(ends)
            yield template.format(much=much, end=end, wechat=wechat)

    def _privacy(self) -> Iterator[_Said]:
        for text in risk.PRIVACY:
            yield self._old(self._filled(text))
        for text in risk.DOXXING:
            yield self._old(self._filled(text), Scene.COMMENT)

    def _surge(self) -> Iterator[_Said]:
        """Anger about one courier that rises within the last hour."""
        for text in self._mixed(talk.SURGE, 42):
            yield _Said(text, self._chance.triangular(1, 58, 12), self._someone())

    def _evasions(self) -> Iterator[_Said]:
        disguises = (_full_width, _zero_width, _spaced)
        for number, text in enumerate(risk.EVASIONS):
            for disguise in (disguises[number % 3], disguises[(number + 1) % 3]):
                yield self._new(disguise(text))

    # --- parts

    def _mixed(self, topic: talk.Topic, count: int) -> list[str]:
        """`count` texts of one topic of which no two share more than one of their three parts."""
        squares = [(one, two) for one in range(_PARTS) for two in range(_PARTS)]
        first, second, third = topic
        chosen = self._chance.sample(squares, count)
        return [first[one] + second[two] + third[(one + two) % _PARTS] for one, two in chosen]

    def _filled(self, text: str) -> str:
        return text.format(
            wechat=self._wechat(),
            qq=f"99{self._digits(8)}",
            mobile=f"154{self._digits(8)}",
            id_card=self._id_card(),
            bank_card=self._bank_card(),
            email=f"demo{self._digits(3)}@example.com",
            link=f"http://demo{self._digits(3)}.example",
        )

    def _wechat(self) -> str:
        return f"demo_{self._digits(5)}"

    def _id_card(self) -> str:
        region = self._chance.choice(("110100", "310100", "440100"))
        number = f"{region}1889{self._chance.randint(1, 12):02}{self._chance.randint(1, 28):02}000"
        return number + check_digit(number).upper()

    def _bank_card(self) -> str:
        number = f"629999{self._digits(9)}"
        return next(number + last for last in "0123456789" if luhn(number + last))

    def _digits(self, count: int) -> str:
        return "".join(self._chance.choices("0123456789", k=count))

    def _someone(self) -> str:
        return f"resident-{self._chance.randint(1, _ACCOUNTS):03}"

    def _newcomer(self) -> str:
        self._newcomers += 1
        return f"newcomer-{self._newcomers:03}"

    def _old(self, text: str, scene: Scene = Scene.POST) -> _Said:
        return _Said(text, self._chance.uniform(2, _DAY_MIN), self._someone(), scene)

    def _new(self, text: str, scene: Scene = Scene.POST) -> _Said:
        return _Said(text, self._chance.uniform(2, _DAY_MIN), self._newcomer(), scene, fresh=True)


def _full_width(text: str) -> str:
    """ASCII in its wide forms, and a wide mark between the characters at the front."""
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
    return "．".join(wide[:4]) + wide[4:]


def _zero_width(text: str) -> str:
    return "\u200b".join(text)


def _spaced(text: str) -> str:
    return " ".join(text)
