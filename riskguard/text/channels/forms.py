"""How a term is written in each channel, so that it can be sought there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product

from riskguard.text.channels.batch import channels_of
from riskguard.text.channels.emoji import written
from riskguard.text.channels.han import is_han
from riskguard.text.channels.shuffle import WIDTHS, number_of
from riskguard.text.channels.sound import letters, options
from riskguard.text.view import fold_all

_SHORTEST = 2
_MOST_READINGS = 8
_MOST_PICTURED = 16
_MOST_MIXED = 4
"""In terms of so many characters any of them may be letters; in longer ones only some in a row."""


@dataclass(frozen=True, slots=True)
class TermForms:
    """The strings by which a term is found; none where it would be shorter than two characters.

    `sound` serves the channels `sound` and `emoji_sound`; `initials` are its forms of letters alone ('wx'), which say
    least and are sought there too. `shuffled` is the width of a window and its number.
    """

    quiet: tuple[str, ...]
    bare: tuple[str, ...]
    han: tuple[str, ...]
    sound: tuple[str, ...]
    initials: tuple[str, ...]
    split: tuple[str, ...]
    glyph: tuple[str, ...]
    emoji: tuple[str, ...]
    shuffled: tuple[int, int] | None


def term_forms(term: str) -> TermForms:
    """The forms of a term as an officer wrote it."""
    return forms_of([term])[0]


def forms_of(terms: Sequence[str], *, mixed: bool = True) -> list[TermForms]:
    """The forms of each term; unless `mixed` without those in which single letters stand for some syllables."""
    read = channels_of(fold_all(terms))
    columns = (read.quiet.texts, read.bare.texts, read.sound.texts, read.split.texts, read.glyph.texts)
    return [_forms(*texts, mixed=mixed) for texts in zip(*columns, strict=True)]


def _forms(quiet: str, bare: str, sound: str, split: str, glyph: str, *, mixed: bool) -> TermForms:
    spelt = _distinct([sound, *_spoken(quiet, mixed=mixed)])
    initials = _initials(quiet)
    return TermForms(
        quiet=_distinct([quiet]),
        bare=_distinct([bare] if len(bare) == len(quiet) else []),
        han=_distinct([quiet] if is_han(quiet) else []),
        sound=tuple(form for form in spelt if form not in initials),
        initials=initials,
        split=_distinct([split or quiet]),
        glyph=_distinct([glyph]),
        emoji=_distinct(islice(written(quiet), _MOST_PICTURED)),
        shuffled=(len(quiet), number_of(quiet)) if len(quiet) in WIDTHS and len(set(quiet)) > 1 else None,
    )


def _spoken(quiet: str, *, mixed: bool) -> Iterator[str]:
    """Every way to say the term, and to write some of its characters as letters."""
    yield from _combined(map(options, quiet))
    for lettered in _lettered(quiet) if mixed else ():
        yield from _combined(letters(c) if at in lettered else options(c)[:1] for at, c in enumerate(quiet))


def _lettered(quiet: str) -> Iterator[Collection[int]]:
    """Places that may be letters while others are syllables: any of a short term, some in a row of a longer one."""
    heard = [at for at, char in enumerate(quiet) if letters(char)]
    if len(quiet) <= _MOST_MIXED:
        yield from chain.from_iterable(combinations(heard, size) for size in range(1, len(quiet)))
    else:
        rows = (range(start, end) for start, end in combinations(range(len(quiet) + 1), 2))
        yield from (row for row in rows if len(row) < len(quiet) and set(row) <= set(heard))


def _initials(quiet: str) -> tuple[str, ...]:
    """The term by letters alone; none for a term without Chinese characters."""
    known = [letters(char) for char in quiet]
    if not any(known):
        return ()
    return _distinct(_combined(found or (char,) for char, found in zip(quiet, known, strict=True)))


def _combined(choices: Iterable[Sequence[str]]) -> Iterator[str]:
    """A few of the strings that take one of the choices at each place, the first of all of them first."""
    return islice(map("".join, product(*choices)), _MOST_READINGS)


def _distinct(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(form for form in dict.fromkeys(forms) if len(form) >= _SHORTEST)
