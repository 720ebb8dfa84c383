"""How often the terms of a list stand in ordinary posts: what it would cost honest people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from riskguard.detectors.lexicon import Lexicon, LexiconDetector, Term, Tier
from riskguard.domain.errors import NotReady
from riskguard.domain.post import Post
from riskguard.evaluation.labelled import Split, read_rows
from riskguard.text.view import fold_all

ORDINARY = "normal_weibo"
OFTEN = 0.001
"""A term that stands in a larger share of ordinary posts than this is no sign of what its list is about."""

_PLAINLY = 0.5
"""A strong term keeps more than this unless words only meet by chance, or a pause lies between."""

_NOON = datetime(2020, 3, 1, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Everyday:
    """A term, and how many of `posts` ordinary posts hold it plainly."""

    term: Term
    hits: int
    posts: int

    @property
    def share(self) -> float:
        """0..1."""
        return self.hits / self.posts


def everyday(own: Lexicon, data: Path, *, allowed: frozenset[str]) -> list[Everyday]:
    """The terms of `own` that ordinary posts of the train split hold often, the most frequent first.

    Each is found as the service would find it, with these benign phrases. NotReady without such posts.
    """
    texts = [row.text for row in read_rows(data, Split.TRAIN, ORDINARY)]
    if not texts:
        raise NotReady(f"there are no ordinary posts in {data}", hint=f"labelled/train/{ORDINARY}.jsonl holds them")
    alone = tuple(replace(term, label=term.key, tier=Tier.STRONG) for term in own.terms)
    detector = LexiconDetector(replace(own, terms=alone, allowed=allowed))
    posts = [Post(str(at), "", str(at), text, _NOON) for at, text in enumerate(texts)]
    readings = detector.read(posts, fold_all(texts), floor=_PLAINLY)
    hits = Counter(finding.label for findings in readings for finding in findings)
    counted = [Everyday(term, hits[term.key], len(texts)) for term in own.terms]
    return sorted((each for each in counted if each.share > OFTEN), key=lambda each: -each.hits)
