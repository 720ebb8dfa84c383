"""Terms in disguise: what a channel reads is believed as far as other signs say that somebody hid something."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from riskguard.detectors.lexicon.contact import contact_may_be_near, contact_near
from riskguard.detectors.lexicon.files import Spelling, Tier
from riskguard.detectors.lexicon.homophone import usually_another
from riskguard.detectors.lexicon.index import Index, Meant
from riskguard.detectors.lexicon.line import Line
from riskguard.detectors.lexicon.oddness import ODD, ODDEST, ORDINARY, Oddness
from riskguard.detectors.lexicon.sighting import Manner, Sighting, has_latin, in_address, stands_free
from riskguard.detectors.lexicon.way import Way
from riskguard.text.channels import Channels, is_han
from riskguard.text.noise import squeezed

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
_MOST = 64
"""So many disguises of one text are looked at."""

_SAME_PLACE = {Way.SOUND, Way.GLYPH}
"""Nobody hides a term behind one that is less odd, unless neither is a word: '微信' is no disguise of '薇信'."""

_COMPARED = {*_SAME_PLACE, Way.SHUFFLE}
"""The ways in which a spelling must be odder than what it stands for."""

_REORDERED = 0.3
"""So much odder is a term whose characters were moved."""

_SPELT_OUT = 5
"""So many letters in a Chinese text that spell a term are no abbreviation."""

_REMEMBERED = 65536
"""So many spellings are remembered; then they are forgotten."""

_AROUND = 20
_BROKEN = re.compile(r"[\W_]{4,}|[,.!?;:、。，\n\t…()\[\]{}<>《》【】「」\"'“”#@/&|]|--|(?<![a-z]) (?![a-z])")
_NAMED = re.compile(r"@[^\s,.:;!?、。，]*$")
_LATIN = re.compile("[a-z]+")
_HAN = re.compile("[\u3400-\u9fff]")


_oddness = Oddness()


class Reading(NamedTuple):
    """A key that a spelling may stand for, and the `signs` that speak for it wherever it stands."""

    key: str
    manner: Manner
    signs: int


class Hidden(NamedTuple):
    """A place [start, end) of a folded text that may be one of several keys in disguise, and whether it is worth asking
    if somebody wants to be reached beside it."""

    start: int
    end: int
    readings: Sequence[Reading]
    contact: bool


_Surface = tuple[int, int, str]
"""The channel and the number of the form that it reads, and the folded text in which it does."""


class Disguises:
    """Finds keys in the channels; `curated` are those whose list names the ways itself. `says_as_much` tells of what is
    written and of a key whether the first by itself says all that the key does."""

    def __init__(
        self,
        ways: Mapping[str, frozenset[Way]],
        curated: Collection[str],
        says_as_much: Callable[[str, str], bool],
    ) -> None:
        self._index = Index(ways)
        self._curated = curated
        self._says_as_much = says_as_much
        self._known: dict[_Surface, Sequence[Reading]] = {}

    def hidden(self, read: Channels) -> dict[int, list[Hidden]]:
        """For each text in which there are any, the places that may be terms in disguise."""
        channels, forms, texts, *raw = self._index.places(read)
        starts, ends = read.folded_spans(texts, *raw)
        folded = [view.folded for view in read.views]
        places = zip(texts.tolist(), starts.tolist(), ends.tolist(), strict=True)
        written = [folded[text][start:end] for text, start, end in places]
        readings = self._readings(list(zip(channels.tolist(), forms.tolist(), written, strict=True)))
        told = [at for at, each in enumerate(readings) if each]
        texts, starts, ends = texts[told], starts[told], ends[told]
        bases = read.folded.edges[texts]
        contact = contact_may_be_near(read.folded, starts + bases, ends + bases)
        columns = (each.tolist() for each in (texts, starts, ends, contact))
        found: dict[int, list[Hidden]] = {}
        for at, number, start, end, near in zip(told, *columns, strict=True):
            if near or any(reading.signs for reading in readings[at]):
                found.setdefault(number, []).append(Hidden(start, end, readings[at], near))
        return found

    def seen(self, line: Line, hidden: Iterable[Hidden]) -> list[Sighting]:
        """The terms that somebody seems to have disguised at these places: of the same key at the same place the
        clearest."""
        best: dict[tuple[str, int], Sighting] = {}
        spots: dict[tuple[int, int], _Spot] = {}
        count = 0
        for start, end, readings, contact in hidden:
            spot = spots.get((start, end))
            if spot is None:
                spot = spots[start, end] = _Spot(line, start, end, contact=contact)
            for key, manner, signs in readings:
                if believed := spot.believed(signs, short=len(key) <= _SHORT):
                    known = best.get((key, start))
                    if known is None or believed > known.believed:
                        best[key, start] = Sighting(key, start, end, manner, believed)
                    count += 1
                    if count == _MOST:
                        return list(best.values())
        return list(best.values())

    def spelt(self, line: Line, spelling: Spelling, start: int, end: int) -> Sighting | None:
        """The term that a listed spelling at [start, end) stands for; None where it seems to stand for itself."""
        key = spelling.means
        signs = _LISTED[spelling.tier] + (key in self._curated)
        believed = _Spot(line, start, end, contact=True).believed(signs, short=len(key) <= _SHORT)
        return Sighting(key, start, end, Manner.SPELLING, believed) if believed else None

    def _readings(self, surfaces: Sequence[_Surface]) -> list[Sequence[Reading]]:
        """What each may stand for; it is told of each only once, and of all that are new together."""
        told = [self._known.get(each) for each in surfaces]
        if None in told:
            if len(self._known) > _REMEMBERED:
                self._known = {}
            self._known |= self._learnt({each for each in surfaces if each not in self._known})
            told = [self._known[each] for each in surfaces]
        return cast("list[Sequence[Reading]]", told)

    def _learnt(self, surfaces: Iterable[_Surface]) -> dict[_Surface, Sequence[Reading]]:
        meant = {each: self._meant(each) for each in surfaces}
        _oddness.learn(spelling for (*_, written), keys in meant.items() for spelling in _asked(written, keys))
        return {each: self._told(each[-1], keys) for each, keys in meant.items()}

    def _meant(self, surface: _Surface) -> list[Meant]:
        """Who writes '微信' means just that: where it is listed itself it is no disguise of '薇信'."""
        channel, form, folded = surface
        written = squeezed(folded)
        return [each for each in self._index.meant(channel, form) if not self._says_as_much(written, each[0])]

    def _told(self, written: str, meant: Iterable[Meant]) -> Sequence[Reading]:
        signs = ((key, way, _own_signs(key, way, written)) for key, way in meant)
        return tuple([Reading(key, _MANNERS[way], own + (key in self._curated)) for key, way, own in signs if own >= 0])


class _Spot:
    """A place [start, end) in a folded text. What is asked of it is asked once, for however many keys."""

    __slots__ = ("_believed", "_contact_near", "_end", "_line", "_start")

    def __init__(self, line: Line, start: int, end: int, *, contact: bool) -> None:
        self._line, self._start, self._end = line, start, end
        self._believed: dict[tuple[int, bool], float] = {}
        self._contact_near = contact and contact_near(line.view.folded, start, end)

    def believed(self, signs: int, *, short: bool) -> float:
        """What is left of the weight of a key with so many signs besides; 0 where nothing speaks for it."""
        known = self._believed.get((signs, short))
        if known is None:
            known = self._believed[signs, short] = self._weighed(signs + self._contact_near, short=short)
        return known

    def _weighed(self, signs: int, *, short: bool) -> float:
        if not signs or (signs == 1 and short and not self._at_border()) or not self._readable():
            return 0.0
        if signs < len(_BELIEVED) and self._line.words.crossed(self._start, self._end):
            signs -= 2 if short else 1
        return _BELIEVED[max(0, min(signs, len(_BELIEVED) - 1))]

    def _readable(self) -> bool:
        """Whether it is no part of a name or a link, and letters at its ends stand free of other letters."""
        folded, start, end = self._line.view.folded, self._start, self._end
        before = max(0, start - _AROUND)
        if folded.find("@", before, start) >= 0 and _NAMED.search(folded, before, start):
            return False
        written = folded[start:end]
        if not (has_latin(written) or written.isascii()):
            return True
        return stands_free(folded, squeezed(written) or written, start, end) and not in_address(folded, start, end)

    def _at_border(self) -> bool:
        """Whether it begins or ends a clause."""
        folded, start, end = self._line.view.folded, self._start, self._end
        return not (folded[max(0, start - 1) : start].isalnum() and folded[end : end + 1].isalnum())


def _asked(written: str, meant: Sequence[Meant]) -> Iterator[str]:
    """The spellings whose oddness may be asked."""
    if meant and not _BROKEN.search(written):
        yield squeezed(written)
        yield from (key for key, way in meant if way in _COMPARED)


def _own_signs(key: str, way: Way, written: str) -> int:
    """The signs in a spelling itself, less than 0 where it can be no disguise of the key."""
    spelt = squeezed(written)
    if key in spelt or _BROKEN.search(written):
        return -1
    letters = "".join(_LATIN.findall(spelt))
    if way is Way.INITIALS:
        return int(len(key) > _LONG) if spelt == letters else -1
    nats, han = _oddness.of(spelt), _HAN.findall(spelt)
    rare = any(map(_rare, han))
    if way in _SAME_PLACE and han and nats < min(_oddness.of(key), ODD):
        return -1
    if way is Way.SHUFFLE and not _moved(key, spelt, nats):
        return -1
    if way is Way.GLYPH and 2 * sum(map(str.__ne__, key, spelt)) > len(key):
        return -1
    return (
        _BY_ITSELF.get(way, 0)
        + 2 * (len(key) >= _LONG)
        + (_SHORT < len(key) < _LONG)
        + _odd_signs(nats, doubted=way in _SAME_PLACE and len(key) <= _SHORT and len(han) == len(spelt) and not rare)
        + (len(spelt) < len(written) and way is not Way.EMOJI)
        + rare
        + (_spelling(key, letters, alone=not han) if way is Way.SOUND else 0)
    )


def _moved(key: str, spelt: str, nats: float) -> bool:
    """Whether characters were moved, rather than words put in another order or met by chance."""
    if any(spelt == key[at:] + key[:at] for at in range(2, len(key) - 1)):
        return False
    return nats >= (ODD if len(key) <= _SHORT else min(ODD, _oddness.of(key) + _REORDERED))


def _odd_signs(nats: float, *, doubted: bool) -> int:
    """What an odd spelling says; of two characters it may be a name."""
    return min((nats >= ODD) + (nats >= ODDEST), 1 if doubted else 2) - (nats < ORDINARY)


def _spelling(key: str, letters: str, *, alone: bool) -> int:
    """What letters say that sound as the key, or as a part of it."""
    if not letters or key.startswith(letters):
        return 0
    if alone and len(key) <= _SHORT and is_han(key) and usually_another(key):
        return 0
    return 1 + (alone or len(letters) >= _SPELT_OUT)


@lru_cache(maxsize=8192)
def _rare(char: str) -> bool:
    """Whether a Chinese character is none of the 6,763 of GB 2312."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False
