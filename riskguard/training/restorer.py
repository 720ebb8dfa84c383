"""Makes the restorer: counts what follows what in the corpus, and gathers what may stand for what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

from riskguard.evaluation.labelled import SOURCES
from riskguard.text.restoring.counts import LAST, Codes, keyed, levels, table
from riskguard.text.restoring.edits import pair_keys
from riskguard.text.restoring.files import Words, save_restorer
from riskguard.text.tables.component import OTHERWISE, WRITTEN_AS, beside, stacked
from riskguard.text.tables.glyph import families, groups
from riskguard.text.tables.picture import meanings
from riskguard.text.tables.sound import DIGITS, readings, syllables
from riskguard.text.view import fold_all
from riskguard.training.disguise import known_words
from riskguard.training.encoder.corpus import LABELLED_COPIES, fold_corpus

_SLOTS_OF_TWO, _SLOTS_OF_THREE = 2_097_152, 3_500_000
_THREES = 2_400_000
_FEWEST_OF_TWO, _FEWEST_OF_THREE = 3, 4
_CHUNK = 1 << 24
_BITS = np.uint64(16)
_LOW, _LOW_TWO = np.uint64(0xFFFF), np.uint64(0xFFFFFFFF)
_DOUBT = 20.0
"""So many counts the smoothed chance of a pair weighs where threes are chosen."""

_PAIR = 2

_COMMON = 400
"""A character that was seen less often is not what somebody meant."""

_OF_A_SOUND, _OF_A_SHAPE, _OF_A_PAIR, _OF_INITIALS = 28, 20, 12, 24

Keys = NDArray[np.uint64]
Numbers = NDArray[np.int64]


class _Tally(NamedTuple):
    """Sorted keys of two or three characters, 16 bits each, with how often each was counted."""

    keys: Keys
    counts: Numbers

    def of(self, keys: Keys) -> Numbers:
        """How often each of the keys was counted."""
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.counts[place], 0)

    def at_least(self, fewest: int) -> _Tally:
        kept = self.counts >= fewest
        return _Tally(self.keys[kept], self.counts[kept])


def train_restorer(data: Path, out: Path, *, told: Callable[[str], None]) -> None:
    """Write the restorer of the corpus and of the labelled training texts under `data`: a minute, 3 GB of memory.

    NotReady when there is no corpus.
    """
    with TemporaryDirectory() as scratch:
        folded = Path(scratch) / "folded.txt"
        told("folding the corpus")
        fold_corpus(data, folded)
        told("counting")
        one, two, three = _count(folded)
    told("weighing counts")
    kept = two.at_least(_FEWEST_OF_TWO)
    tables: dict[str, NDArray[Any]] = {
        "one": levels(one).astype(np.uint8),
        "two": _slots(kept, np.log(kept.counts), _SLOTS_OF_TWO, chars=2),
        "three": _threes(one, kept, three.at_least(_FEWEST_OF_THREE)),
    }
    told("gathering what may stand for what")
    words = _gathered(one, two, tables)
    save_restorer(out, tables, words, made_on=datetime.now(UTC).date().isoformat())
    (out / "README.md").write_text(_card(one, two, three), encoding="utf-8")


def _count(folded: Path) -> tuple[Numbers, _Tally, _Tally]:
    """Single characters, pairs and threes of a file of folded texts, one a line; NOTHING stands between two lines."""
    one = np.zeros(LAST + 1, np.int64)
    two = three = _Tally(np.empty(0, np.uint64), np.empty(0, np.int64))
    before = np.zeros(2, np.uint64)
    with folded.open(encoding="utf-8", newline="\n") as lines:
        for codes in _chunks(lines):
            one += np.bincount(codes, minlength=LAST + 1)
            wide = np.concatenate([before, codes.astype(np.uint64)])
            pairs = wide[:-1] << _BITS | wide[1:]
            two = _joined(two, pairs[1:])
            three = _joined(three, pairs[:-1] << _BITS | wide[2:])
            before = wide[-2:]
    return one, two, three


def _chunks(lines: TextIO) -> Iterator[Codes]:
    while text := lines.read(_CHUNK):
        raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        yield np.where(raw == ord("\n"), 0, np.minimum(raw, LAST)).astype(np.uint16)


def _joined(tally: _Tally, more: Keys) -> _Tally:
    """The tally with more keys counted."""
    fresh, counts = np.unique(more, return_counts=True)
    keys = np.concatenate([tally.keys, fresh])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return _Tally(keys[first], np.add.reduceat(np.concatenate([tally.counts, counts])[order], first))


def _slots(tally: _Tally, worth: NDArray[np.float64], slots: int, *, chars: int) -> NDArray[np.uint16]:
    return table(keyed(*_chars(tally.keys, chars)), tally.counts, worth, slots)


def _threes(one: Numbers, two: _Tally, three: _Tally) -> NDArray[np.uint16]:
    """The threes that tell most beyond their pairs: often seen, and far more or less likely than these say."""
    _first, second, third = _chars(three.keys, 3)
    short = (two.of(three.keys & _LOW_TWO) + _DOUBT * one[third] / one.sum()) / (one[second] + _DOUBT)
    full = three.counts / np.maximum(two.of(three.keys >> _BITS), three.counts)
    worth = np.abs(three.counts * np.log(full / short))
    best = np.argsort(-worth)[:_THREES]
    return _slots(_Tally(three.keys[best], three.counts[best]), worth[best], _SLOTS_OF_THREE, chars=3)


def _chars(keys: Keys, count: int) -> list[Codes]:
    """The characters that the keys were made of."""
    return [(keys >> (_BITS * np.uint64(place)) & _LOW).astype(np.uint16) for place in reversed(range(count))]


# --- what may stand for what


def _gathered(one: Numbers, two: _Tally, tables: dict[str, NDArray[Any]]) -> Words:
    """Adds the tables of sounds, shapes, parts and words to `tables`."""
    sounds = _by_sound(one)
    numbers = {syllable: number for number, syllable in enumerate(sorted(sounds), start=1)}
    heard = {number: sounds[syllable] for syllable, number in numbers.items()}
    tables["syllable"], tables["sound"] = np.zeros(LAST + 1, np.uint16), np.zeros(LAST + 1, np.uint16)
    ways: dict[tuple[int, ...], int] = {(number,): number for number in heard}
    for char, usual in {**syllables(), **DIGITS}.items():
        told = tuple(numbers[each] for each in readings().get(char, (usual,)) if each in numbers)
        if ord(char) < LAST and told:
            tables["syllable"][ord(char)] = numbers.get(usual, 0)
            way = ways.setdefault(told, len(ways) + 1)
            heard.setdefault(way, "".join(dict.fromkeys("".join(heard[each] for each in told))))
            tables["sound"][ord(char)] = way
    _add_likeness(tables, "sounds", len(heard) + 1, {way: list(chars) for way, chars in heard.items()})
    _add_sparse(tables, "shapes", _by_shape(one))
    words = _known_words(two)
    pairs: dict[int, list[str]] = {}
    initials: dict[str, list[str]] = {}
    for word in words:
        _put(initials, "".join(syllables()[char][0] for char in word), word, _OF_INITIALS)
        spoken = [numbers.get(syllables()[char], 0) for char in word]
        if len(word) == _PAIR and all(spoken):
            _put(pairs, int(pair_keys(*np.array(spoken)[:, None])[0]), word, _OF_A_PAIR)
    parts, listed = _by_parts(one)
    for chars in _pictures(sounds):
        listed.setdefault(*chars)
    _add_sparse(tables, "words", pairs)
    _add_sparse(tables, "parts", parts)
    return Words(sorted(sounds), initials, listed)


def _by_sound(one: Numbers) -> dict[str, str]:
    """The common characters of each syllable, the most frequent first."""
    known = (char for char in syllables() if ord(char) < LAST and one[ord(char)] >= _COMMON)
    found: dict[str, str] = {}
    for char in sorted(known, key=lambda each: -one[ord(each)]):
        for sound in readings().get(char, (syllables()[char],)):
            if len(found.get(sound, "")) < _OF_A_SOUND:
                found[sound] = found.get(sound, "") + char
    return found


def _by_shape(one: Numbers) -> dict[int, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for group in (*groups(), *(core + family for core, family in families().items())):
        common = [char for char in group if ord(char) < LAST and one[ord(char)] >= _COMMON]
        for char in group:
            found.setdefault(char, {}).update(dict.fromkeys(other for other in common if other != char))
    ordered = {char: sorted(others, key=lambda each: -one[ord(each)]) for char, others in found.items()}
    return {ord(char): others[:_OF_A_SHAPE] for char, others in ordered.items() if others and ord(char) < LAST}


def _by_parts(one: Numbers) -> tuple[dict[int, list[str]], dict[str, list[str]]]:
    """Characters by two parts, and by strings of more."""
    alike = {char: group for group in WRITTEN_AS for char in group}
    two: dict[int, list[str]] = {}
    more: dict[str, list[str]] = {}
    for char, (before, behind) in (*beside().items(), *stacked().items()):
        for first in alike.get(before, before):
            for second in alike.get(behind, behind):
                _put_parts(two, more, first + second, char, one)
    for char, ways in OTHERWISE.items():
        for way in ways:
            _put_parts(two, more, way, char, one)
    return two, more


def _put_parts(two: dict[int, list[str]], more: dict[str, list[str]], way: str, char: str, one: Numbers) -> None:
    if max(map(ord, way + char)) >= LAST or one[ord(char)] < _COMMON:
        return
    if len(way) == _PAIR:
        _put(two, int(pair_keys(*np.array([[ord(each)] for each in way]))[0]), char, LAST)
    else:
        _put(more, way, char, LAST)


def _pictures(sounds: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Pictures as they are folded, with the words that they stand for, and characters that sound like these."""
    for picture, words in meanings().items():
        folded = fold_all([picture])[0].folded
        if not any(map(str.isalnum, folded)):
            alike = "".join(sounds.get(syllables().get(word, ""), "") for word in words)
            yield folded, list(dict.fromkeys((*words, *alike)))


def _known_words(two: _Tally) -> list[str]:
    """Words that people use, those first whose first two characters are seen most often."""
    words = sorted(word for word in known_words() if max(map(ord, word)) < LAST)
    firsts = np.array([[ord(char) for char in word[:_PAIR]] for word in words], np.uint64)
    seen = two.of(firsts[:, 0] << _BITS | firsts[:, 1])
    return [words[at] for at in np.argsort(-seen, kind="stable")]


def _put(found: dict[Any, list[str]], key: object, word: str, most: int) -> None:
    known = found.setdefault(key, [])
    if word not in known and len(known) < most:
        known.append(word)


def _add_sparse(tables: dict[str, NDArray[Any]], name: str, others: Mapping[int, Sequence[str]]) -> None:
    keys = sorted(others)
    tables[f"{name}.keys"] = np.array(keys, np.uint32)
    _add_likeness(tables, name, len(keys), {place: others[key] for place, key in enumerate(keys)})


def _add_likeness(tables: dict[str, NDArray[Any]], name: str, keys: int, others: Mapping[int, Sequence[str]]) -> None:
    """Of so many keys; the strings of all of them are of one length."""
    sizes = np.zeros(keys + 1, np.uint32)
    for key, strings in others.items():
        sizes[key + 1] = len(strings)
    tables[f"{name}.first"] = np.cumsum(sizes, dtype=np.uint32)
    tables[f"{name}.others"] = np.array(
        [[ord(char) for char in string] for key in sorted(others) for string in others[key]], np.uint16
    )


# --- the card

_HEAD = """# Restorer: what was meant by a text in disguise

It reads 'zha骗', '女表子' or '傻.逼' as 诈骗, 婊子, 傻逼 where ordinary posts make that far likelier: a noisy channel
over counts of what follows what. It knows no meaning: what is rare, such as a name, may be read as what is
common, and a disguise that leaves a common word behind is not seen. Most posts stay as they are.

`riskguard train restorer --data DIR` makes it; `riskguard evaluate restorer --data DIR` prints how right it is on dev,
and how often it changes a post that is no disguise.
"""


def _card(one: Numbers, two: _Tally, three: _Tally) -> str:
    rows = (
        ("characters", int((one > 0).sum()), LAST + 1, 0),
        ("pairs", len(two.keys), _SLOTS_OF_TWO, _FEWEST_OF_TWO),
        ("threes", len(three.keys), _SLOTS_OF_THREE, _FEWEST_OF_THREE),
    )
    table = "\n".join(f"| {name} | {seen:,} | {fewest or 1} | {slots:,} |" for name, seen, slots, fewest in rows)
    taught = "\n".join(f"- {source.origin}: {source.licence}" for source in SOURCES.values())
    return f"""{_HEAD}
{one.sum() / 1e6:.0f} million characters were counted: the unlabelled corpus of public posts once, and the training
texts of these sets {LABELLED_COPIES} times, without their labels:

{taught}

| | seen | counted from | slots |
|---|---|---|---|
{table}

A slot has 16 bits. Of threes the {_THREES:,} that say most beyond their pairs are kept. What sounds, looks or is
written alike comes from the tables of `riskguard/text/tables`, words from jieba's dictionary (MIT) and our own list.
"""
