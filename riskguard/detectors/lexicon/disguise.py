"""Terms in disguise: what a channel reads is believed as far as other signs say that somebody hid something."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from riskguard.detectors.lexicon.files import Spelling, Tier
from riskguard.detectors.lexicon.homophone import usually_another
from riskguard.detectors.lexicon.index import Index
from riskguard.detectors.lexicon.sighting import Manner, Sighting, in_address, stands_free
from riskguard.detectors.lexicon.way import Way
from riskguard.detectors.lexicon.words import Words, surprise
from riskguard.text.channels import channels_of, is_han
from riskguard.text.noise import squeezed
from riskguard.text.view import TextView

_BELIEVED = (0.0, 0.5, 1.0, 4 / 3)
"""How much of its weight a term keeps, by the signs of a disguise: who takes pains to hide a word means it."""

_BY_ITSELF: Mapping[Way, int] = {
    Way.HAN: 1,
    Way.SPLIT: 2,
    Way.EMOJI: 2,
    Way.SHUFFLE: 1,
}
"""Signs that lie in the way: letters between characters, parts and pictures in place of them are seldom an accident."""

_LISTED: Mapping[Tier, int] = {Tier.STRONG: 2, Tier.MEDIUM: 1, Tier.WEAK: 0}
"""The signs in a listed spelling."""

_MANNERS: Mapping[Way, Manner] = {way: Manner[way.name] for way in Way}

_SHORT, _LONG = 2, 4
_ORDINARY, _ODD, _ODDEST = 6.5, 8.5, 10.0
"""Nats a character: what everybody writes, hardly anybody, and nobody. Chosen on `tune` and dev of ordinary posts."""

_MOST = 64
"""So many disguises of one text are looked at."""

_SAME_PLACE = {Way.SOUND, Way.GLYPH}
"""Nobody hides a term behind one that is less odd, unless neither is a word: '微信' is no disguise of '薇信'."""

_REORDERED = 0.3
"""So much odder is a term whose characters were moved."""

_SPELT_OUT = 5
"""So many letters in a Chinese text that spell a term are no abbreviation."""

_AROUND = 20
_BROKEN = re.compile(r"[\W_]{4,}|[,.!?;:、。，\n\t…()\[\]{}<>《》【】「」\"'“”#@/&|]|--|(?<![a-z]) (?![a-z])")
_ACCOUNT = re.compile(r"[a-z0-9_-](?<![a-z0-9_-]{2})(?:(?<=\d)|(?=[a-z_-]*\d))[a-z0-9_-]{4,}")
_OFFER = re.compile(
    "加(?:我|微|v|q|薇|威|群)|微信|扣扣|私(?:聊|信|我)|联系|电话|进群|找我|有货|出货|包邮|现货|日结|返佣|提现|开户|vx|wx|qq"
)
"""Two patterns rather than one, and no class where a branch begins: so `re` passes over what can begin no match."""

_NAMED = re.compile(r"@[^\s,.:;!?、。，]*$")
_LATIN = re.compile("[a-z]+")
_HAN = re.compile("[\u3400-\u9fff]")


class Hidden(NamedTuple):
    """A place [start, end) of a folded text that may be a key in disguise, and the signs in its spelling itself."""

    key: str
    way: Way
    start: int
    end: int
    own: int


class Disguises:
    """Finds keys in the channels; `curated` are those whose list names the ways itself."""

    def __init__(self, ways: Mapping[str, frozenset[Way]], curated: Collection[str]) -> None:
        self._index = Index(ways)
        self._curated = curated

    def hidden(self, views: Sequence[TextView]) -> dict[int, list[Hidden]]:
        """For each text in which there are any, the places that may be terms in disguise."""
        found: dict[int, list[Hidden]] = {}
        for place in self._index.places(channels_of(views)):
            view = views[place.number]
            start, end = bisect_left(view.origin, place.start), bisect_right(view.origin, place.end - 1)
            own = _own_signs(place.key, place.way, view.folded[start:end])
            if own >= 0:
                found.setdefault(place.number, []).append(Hidden(place.key, place.way, start, end, own))
        return found

    def seen(self, view: TextView, hidden: Iterable[Hidden], words: Words) -> list[Sighting]:
        """The terms that somebody seems to have disguised at these places."""
        found: list[Sighting] = []
        stretches: dict[tuple[int, int], _Stretch] = {}
        for key, way, start, end, own in hidden:
            stretch = stretches.get((start, end))
            if stretch is None:
                stretch = stretches[start, end] = _Stretch(view.folded, start, end, words)
            if believed := self._believed(key, own, stretch):
                found.append(Sighting(key, start, end, _MANNERS[way], believed))
                if len(found) == _MOST:
                    break
        return list(_best(found))

    def spelt(self, view: TextView, spelling: Spelling, start: int, end: int, words: Words) -> Sighting | None:
        """The term that a listed spelling at [start, end) stands for; None where it seems to stand for itself."""
        believed = self._believed(spelling.means, _LISTED[spelling.tier], _Stretch(view.folded, start, end, words))
        return Sighting(spelling.means, start, end, Manner.SPELLING, believed) if believed else None

    def _believed(self, key: str, own: int, at: _Stretch) -> float:
        """What is left of the weight of a key whose spelling has so many signs; 0 where nothing speaks for it."""
        signs = own + (key in self._curated) + at.contact_near
        if not signs or (signs == 1 and len(key) <= _SHORT and not at.at_border) or not at.readable:
            return 0.0
        if signs < len(_BELIEVED) and at.crossing:
            signs -= 1 if len(key) > _SHORT else 2
        return _BELIEVED[max(0, min(signs, len(_BELIEVED) - 1))]


class _Stretch:
    """A place in the folded text. What is asked of it is asked once, for however many keys."""

    def __init__(self, folded: str, start: int, end: int, words: Words) -> None:
        self._folded, self._start, self._end, self._words = folded, start, end, words

    @cached_property
    def readable(self) -> bool:
        """Whether it is no part of a name or a link, and letters at its ends stand free of other letters."""
        folded, start, end = self._folded, self._start, self._end
        if _NAMED.search(folded, max(0, start - _AROUND), start):
            return False
        written = folded[start:end]
        return stands_free(folded, squeezed(written) or written, start, end) and not in_address(folded, start, end)

    @cached_property
    def at_border(self) -> bool:
        """Whether it begins or ends a clause."""
        folded, start, end = self._folded, self._start, self._end
        return not (folded[max(0, start - 1) : start].isalnum() and folded[end : end + 1].isalnum())

    @cached_property
    def contact_near(self) -> bool:
        """Whether somebody asks to be reached, or offers something, in words beside the hit."""
        folded, start, end = self._folded, self._start, self._end
        around = ((max(0, start - _AROUND), start), (end, end + _AROUND))
        return any(said.search(folded, *part) for said in (_OFFER, _ACCOUNT) for part in around)

    @cached_property
    def crossing(self) -> bool:
        """Whether it begins or ends inside a word."""
        return bool(self._words.crossed(self._start, self._end))


@lru_cache(maxsize=65536)
def _own_signs(key: str, way: Way, written: str) -> int:
    """The signs in a spelling itself, less than 0 where it can be no disguise of the key."""
    spelt = squeezed(written)
    if key in spelt or _BROKEN.search(written):
        return -1
    letters = "".join(_LATIN.findall(spelt))
    if way is Way.INITIALS:
        return int(len(key) > _LONG) if spelt == letters else -1
    nats, han = _nats(spelt), _HAN.findall(spelt)
    rare = any(map(_rare, han))
    if way in _SAME_PLACE and han and nats < min(_nats(key), _ODD):
        return -1
    if way is Way.SHUFFLE and not _moved(key, spelt, nats):
        return -1
    if way is Way.GLYPH and 2 * sum(map(str.__ne__, key, spelt)) > len(key):
        return -1
    return (
        _BY_ITSELF.get(way, 0)
        + 2 * (len(key) >= _LONG)
        + (_SHORT < len(key) < _LONG)
        + _oddness(nats, doubted=way in _SAME_PLACE and len(key) <= _SHORT and len(han) == len(spelt) and not rare)
        + (len(spelt) < len(written) and way is not Way.EMOJI)
        + rare
        + (_spelling(key, letters, alone=not han) if way is Way.SOUND else 0)
    )


def _moved(key: str, spelt: str, nats: float) -> bool:
    """Whether characters were moved, rather than words put in another order or met by chance."""
    if any(spelt == key[at:] + key[:at] for at in range(2, len(key) - 1)):
        return False
    return nats >= (_ODD if len(key) <= _SHORT else min(_ODD, _nats(key) + _REORDERED))


def _oddness(nats: float, *, doubted: bool) -> int:
    """What an odd spelling says; of two characters it may be a name."""
    return min((nats >= _ODD) + (nats >= _ODDEST), 1 if doubted else 2) - (nats < _ORDINARY)


def _spelling(key: str, letters: str, *, alone: bool) -> int:
    """What letters say that sound as the key, or as a part of it."""
    if not letters or key.startswith(letters):
        return 0
    if alone and len(key) <= _SHORT and is_han(key) and usually_another(key):
        return 0
    return 1 + (alone or len(letters) >= _SPELT_OUT)


@lru_cache(maxsize=65536)
def _nats(spelt: str) -> float:
    """How odd a spelling is; letters among characters are, letters or digits alone are neither odd nor ordinary."""
    if not _HAN.search(spelt):
        return _ORDINARY
    if _LATIN.search(spelt):
        return _ODDEST
    return surprise(spelt) if spelt.isalpha() else 0.0


@lru_cache(maxsize=8192)
def _rare(char: str) -> bool:
    """Whether a Chinese character is none of the 6,763 of GB 2312."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def _best(seen: Sequence[Sighting]) -> Iterator[Sighting]:
    """Of those of the same key at the same place the clearest."""
    best: dict[tuple[str, int], Sighting] = {}
    for each in seen:
        known = best.get((each.key, each.start))
        if known is None or each.clarity > known.clarity:
            best[each.key, each.start] = each
    yield from best.values()
