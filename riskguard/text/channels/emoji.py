"""Text with words in place of the emoji that stand for them: '草泥🐴' -> '草泥马'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from riskguard.text.channels.bare import letters, quiet
from riskguard.text.channels.channel import Channel, Mask
from riskguard.text.tables.picture import meanings, read_as
from riskguard.text.view import fold_all

_LONGEST = 3
"""So many characters has the longest word of a picture."""


def emoji(folded: Channel) -> Channel:
    """`folded` with its emoji as words, made quiet. A text without such emoji is empty."""
    some = folded.only(_first_of_picture()[folded.codes])
    said, first, last, done = [], [], [], 0  # of each character: in `some`, where what it was made of begins and ends
    words: list[int] = []
    for match in _pictured().finditer(some.joined):
        start, end = match.span()
        word = _words()[match.group()]
        said += [some.joined[done:start], word]
        first += [*range(done, start), *[start] * len(word)]
        last += [*range(done, start), *[end - 1] * len(word)]
        words.append(len(first) - 1)
        done = end
    said.append(some.joined[done:])
    rest = range(done, len(some.codes))
    codes = np.frombuffer("".join(said).encode("utf-32-le", "surrogatepass"), np.uint32)
    told = np.zeros(len(codes), np.bool_)
    told[words] = True
    worded = Channel(codes, some.starts[[*first, *rest]], some.ends[[*last, *rest]]).only(told)
    return quiet(worded.at(letters(worded)))


def written(quiet: str) -> Iterator[str]:
    """The text as the channel may read it where pictures stand for some of its words: itself, 贷款 as 贷钱."""
    if not quiet:
        yield ""
        return
    yield from (quiet[0] + rest for rest in written(quiet[1:]))
    for size in range(1, min(_LONGEST, len(quiet)) + 1):
        for word in read_as().get(quiet[:size], ()):
            yield from (word + rest for rest in written(quiet[size:]))


@cache
def _words() -> Mapping[str, str]:
    """Each picture as it is folded, with its word; those that fold to a letter or a digit are read as that."""
    told = meanings()
    folded = zip(fold_all(list(told)), told.values(), strict=True)
    return {view.folded: words[0] for view, words in folded if not any(map(str.isalnum, view.folded))}


@cache
def _pictured() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_words(), key=len, reverse=True))))


@cache
def _first_of_picture() -> Mask:
    first = np.zeros(0x110000, np.bool_)
    first[[ord(picture[0]) for picture in _words()]] = True
    return first
