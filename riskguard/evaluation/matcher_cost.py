"""What finding 20,000 terms in folded posts costs: our matcher beside pyahocorasick and a trie in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation

from riskguard.detectors.lexicon import Lexicon, LexiconDetector, Term, Tier, load_lexicon
from riskguard.domain.errors import NotReady
from riskguard.domain.finding import NOTABLE
from riskguard.evaluation.cost import posts_of
from riskguard.evaluation.timing import best_us
from riskguard.text.noise import squeezed
from riskguard.text.view import fold_all

TERMS = 20_000
PLAIN_GOAL_US, EVERY_GOAL_US = 10.0, 60.0
"""Microseconds a post: for the plain channel, and for all channels together."""

_INVENTED = "custom.invented"
_BETWEEN = "\0"
_END = ""
"""What no character is: under it a node of the trie keeps the term that ends there."""

_SEED = 20_000

Hit = tuple[int, int]
"""Where a term starts in a text, and its number."""

Find = Callable[[str], list[Hit]]
"""All hits in a text, sorted."""


def enlarged(lexicon: Lexicon, size: int = TERMS) -> Lexicon:
    """The same with invented terms beside its own, until it has `size` keys; the same ones each time.

    They are as long as ours and made of the characters of ours, so that as much of a text begins like one.
    """
    known = {term.key for term in lexicon.terms}
    lengths = sorted(map(len, known))
    characters = sorted("".join(known))
    dice = Random(_SEED)  # noqa: S311 - made-up words, no secret
    invented: dict[str, Term] = {}
    while len(known) + len(invented) < size:
        word = "".join(dice.choices(characters, k=dice.choice(lengths)))
        if word not in known:
            invented[word] = Term(word, word, _INVENTED, Tier.MEDIUM)
    return replace(lexicon, terms=(*lexicon.terms, *invented.values()))


def matcher_rows(lexicons: Path, texts: Sequence[str], batches: Sequence[int]) -> dict[str, list[str]]:
    """Microseconds of processor time a post for each size of batch, by who searches; and what is not installed.

    RuntimeError where two find different terms or places.
    """
    lexicon = enlarged(load_lexicon(lexicons))
    keys = sorted({term.key for term in lexicon.terms})
    read = [plain(texts, size) for size in batches]
    finders: dict[str, Find] = {"matcher alone": ours(keys), "a trie in plain Python": trie(keys)}
    rows: dict[str, list[str]] = {}
    try:
        finders["pyahocorasick"] = pyahocorasick(keys)
    except NotReady as missing:
        rows["pyahocorasick"] = [f"{missing}: {missing.hint}"]
    check_agreement(finders, read[0])

    def shown(cost: Callable[[int], float]) -> list[str]:
        return [f"{cost(at):.1f}" for at in range(len(batches))]

    find = finders["matcher alone"]
    rows[f"plain channel: folded, without noise, matched (goal {PLAIN_GOAL_US:.0f})"] = shown(
        lambda at: best_us(lambda: list(map(find, plain(texts, batches[at]))), len(texts))
    )
    for name, finder in finders.items():
        rows[name] = shown(lambda at, finder=finder: best_us(lambda: list(map(finder, read[at])), len(texts)))  # type: ignore[misc]
    rows[f"lexicon, all channels (goal {EVERY_GOAL_US:.0f})"] = shown(
        lambda at: detector_cost(lexicon, texts, batch=batches[at])
    )
    return {f"{TERMS:,} terms, {name}": cells for name, cells in rows.items()}


def plain(texts: Sequence[str], batch: int) -> list[str]:
    """The batches as the plain channel is searched: each one string of folded texts without noise."""
    parts = (texts[at : at + batch] for at in range(0, len(texts), batch))
    return [_BETWEEN.join([squeezed(view.folded) for view in fold_all(part)]) for part in parts]


def check_agreement(finders: Mapping[str, Find], texts: Sequence[str]) -> None:
    """RuntimeError where two find different terms or places."""
    found = {name: list(map(find, texts)) for name, find in finders.items()}
    first, *others = found.values()
    if any(hits != first for hits in others):
        raise RuntimeError(f"hits differ: {', '.join(f'{name} {sum(map(len, hits))}' for name, hits in found.items())}")


def detector_cost(lexicon: Lexicon, texts: Sequence[str], *, batch: int) -> float:
    """Microseconds of processor time a post of the whole detector: it reads every channel and weighs what it finds."""
    detector = LexiconDetector(lexicon)
    posts, views = posts_of(texts), fold_all(texts)
    parts = [slice(at, at + batch) for at in range(0, len(texts), batch)]
    return best_us(lambda: [detector.read(posts[part], views[part], floor=NOTABLE) for part in parts], len(texts))


def ours(keys: Sequence[str]) -> Find:
    """As the detector searches the plain channel."""
    automaton = AhoCorasick(keys, implementation=Implementation.ContiguousNFA)

    def find(text: str) -> list[Hit]:
        return sorted((start, number) for number, start, _ in automaton.find_matches_as_indexes(text, overlapping=True))

    return find


def pyahocorasick(keys: Sequence[str]) -> Find:
    """An automaton of pyahocorasick; NotReady where it is not installed."""
    try:
        from ahocorasick import Automaton
    except ImportError as missing:
        raise NotReady("pyahocorasick is not installed", hint="pip install 'riskguard[bench]'") from missing
    automaton = Automaton()
    for number, key in enumerate(keys):
        automaton.add_word(key, (len(key) - 1, number))
    automaton.make_automaton()

    def find(text: str) -> list[Hit]:
        return sorted((last - before, number) for last, (before, number) in automaton.iter(text))

    return find


def trie(keys: Sequence[str]) -> Find:
    """A trie of dictionaries that is walked anew from each character, as one writes it without a library."""
    root: dict[str, Any] = {}
    for number, key in enumerate(keys):
        node = root
        for char in key:
            node = node.setdefault(char, {})
        node[_END] = number

    def find(text: str) -> list[Hit]:
        found = []
        for start in range(len(text)):
            node = root
            for at in range(start, len(text)):
                if (further := node.get(text[at])) is None:
                    break
                node = further
                if (number := node.get(_END)) is not None:
                    found.append((start, number))
        return sorted(found)

    return find
