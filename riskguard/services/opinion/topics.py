"""What a post is about: keywords, pairs of neighbours, and hashtags. And topics that are one, put together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from riskguard.domain.opinion import Mark
from riskguard.policy.opinion import OpinionRules
from riskguard.text.view import fold_all
from riskguard.text.words import cut

MOST_TOPICS = 16
"""So many topics of one post are kept; the first ones, since a post says early what it is about."""

LONGEST_READ = 600
"""Characters of a post that are read for topics."""

SAME = 0.6
"""Share of common posts (Jaccard) from which two topics are one."""

_HASHTAG = re.compile(r"#([^#\s]{2,24})#")
_LEFT_OUT = re.compile(r"https?\S*|@[\w·-]{1,30}|\[[^\[\]]{1,8}\]|#[^#\s]{2,24}#|[a-z0-9_.+-]*[0-9_][a-z0-9_.+-]*")
"""Addresses, names of accounts, emoticons, hashtags (read apart), and whatever looks like an identifier."""

_WORD = re.compile(r"[\u3400-\u9fff]{2,12}|[a-z][a-z0-9+.-]{2,19}")
_Cut = Callable[[str], Sequence[str]]


def topics_of(texts: Sequence[str], rules: OpinionRules, *, words: _Cut = cut) -> list[tuple[str, ...]]:
    """The topics of each text, each named once: hashtags first, then words and pairs in the order they are said.

    Ways of writing are folded (width, case, traditional forms) and merged as the rules say.
    """
    return [_topics(view.folded, rules, words) for view in fold_all([text[:LONGEST_READ] for text in texts])]


def _topics(folded: str, rules: OpinionRules, words: _Cut) -> tuple[str, ...]:
    found: dict[str, None] = {f"#{tag}": None for tag in _HASHTAG.findall(folded)} if "#" in folded else {}
    last = ""
    for said in words(_LEFT_OUT.sub(" ", folded)):
        word = _named(said, rules)
        if word:
            if last and last != word and len(last) + len(word) <= 12:
                found[f"{last} {word}"] = None
            found[word] = None
            if len(found) >= MOST_TOPICS:
                break
        last = word
    return tuple(found)[:MOST_TOPICS]


def _named(word: str, rules: OpinionRules) -> str:
    """The topic that a word stands for; empty for one that stands for none."""
    if len(word) < 2 or word in stop_words() or word in rules.ignore or not _WORD.fullmatch(word):
        return ""
    return rules.merge.get(word, word)


@cache
def stop_words() -> frozenset[str]:
    """Our own list, folded as texts are."""
    lines = (files("riskguard.text") / "stop_words.txt").read_text("utf-8").splitlines()
    listed = [word for line in lines if not line.startswith("#") for word in line.split()]
    return frozenset(view.folded for view in fold_all(listed))


@dataclass(frozen=True, slots=True)
class Topic:
    """Words that are said by the same posts; the first is the most telling. Counts are of these marks."""

    words: tuple[str, ...]
    posts: int
    accounts: int
    negative: int
    copies: int

    @property
    def name(self) -> str:
        return self.words[0]


def top_topics(marks: Sequence[Mark], *, most: int = 20, least_accounts: int = 2) -> list[Topic]:
    """What most accounts speak of, most first; topics that the same posts carry are one."""
    said = postings(marks)
    ranked = sorted(said, key=lambda word: (-len({marks[at].account for at in said[word]}), -len(word), word))
    groups: list[tuple[list[str], set[int]]] = []
    for word in ranked[: most * 8]:
        places = said[word]
        if len({marks[at].account for at in places}) < least_accounts:
            continue
        home = next((group for group in groups if alike(group[1], places)), None)
        if home is not None:
            home[0].append(word)
        elif len(groups) < most:
            groups.append(([word], places))
    return [_topic(words, [marks[at] for at in places]) for words, places in groups]


def postings(marks: Iterable[Mark]) -> dict[str, set[int]]:
    """Where each topic is said: positions in `marks`."""
    said: defaultdict[str, set[int]] = defaultdict(set)
    for at, mark in enumerate(marks):
        for topic in mark.topics:
            said[topic].add(at)
    return said


def alike(one: set[int], other: set[int]) -> bool:
    """Whether two topics are carried by about the same posts, or the smaller one hardly by any other."""
    common = len(one & other)
    return common >= SAME * len(one | other) or common >= 0.8 * min(len(one), len(other)) > 0


def _topic(words: Sequence[str], marks: Sequence[Mark]) -> Topic:
    return Topic(
        words=tuple(dict.fromkeys(sorted(words, key=lambda word: " " not in word)))[:4],
        posts=len(marks),
        accounts=len({mark.account for mark in marks}),
        negative=sum(mark.sentiment == "negative" for mark in marks),
        copies=sum(bool(mark.cluster) for mark in marks),
    )


def concentration(counts: Mapping[str, int] | Counter[str]) -> float:
    """Herfindahl-Hirschman index of shares, 0..1: 1 where all speak of one thing; 0 for nothing."""
    total = sum(counts.values())
    return sum((count / total) ** 2 for count in counts.values()) if total else 0.0
