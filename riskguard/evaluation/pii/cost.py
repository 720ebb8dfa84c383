"""What finding number-like kinds costs, beside Presidio's engine with the same patterns."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from riskguard.detectors.pii import RECOGNISERS, PiiDetector
from riskguard.domain.errors import NotReady
from riskguard.domain.finding import NOTABLE
from riskguard.domain.post import Post
from riskguard.evaluation.pii.figures import NUMBER_LIKE
from riskguard.evaluation.timing import best_us
from riskguard.text.view import fold_all

GOAL_US = 15.0
"""Microseconds a post for all number-like kinds together."""

_LANGUAGE = "zh"

_NUMBERS = [recogniser for recogniser in RECOGNISERS if recogniser.label in NUMBER_LIKE]


def number_costs(texts: Sequence[str], *, batch: int) -> float:
    """Microseconds of processor time a post, folded beforehand, for the recognisers of number-like kinds."""
    detector = PiiDetector(_NUMBERS)
    posts = [Post(str(at), "", str(at), text, datetime.now(UTC)) for at, text in enumerate(texts)]
    views = fold_all(texts)
    parts = [slice(at, at + batch) for at in range(0, len(texts), batch)]
    return best_us(lambda: [detector.read(posts[part], views[part], floor=NOTABLE) for part in parts], len(texts))


def presidio_costs(texts: Sequence[str]) -> float:
    """The same of Presidio's engine, one text after the other as it reads. NotReady where it is not installed."""
    find = presidio()
    folded = [view.folded for view in fold_all(texts)]
    return best_us(lambda: list(map(find, folded)), len(texts))


def presidio() -> Callable[[str], list[tuple[str, int, int]]]:
    """Label, start and end of what presidio-analyzer finds in a folded text with the patterns of our recognisers.

    Spared is what ours have besides: checks, words nearby and gates; and a language model, which it would run. NotReady
    where it is not installed.
    """
    try:
        from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NlpArtifacts
    except ImportError as missing:
        raise NotReady("presidio-analyzer is not installed", hint="pip install 'riskguard[bench]'") from missing
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    known = []
    for each in _NUMBERS:
        patterns = [Pattern(each.title, pattern.regex.pattern, pattern.near) for pattern in each.patterns]
        known.append(PatternRecognizer(each.label, supported_language=_LANGUAGE, patterns=patterns))
    language = cast("Any", _NoLanguage())
    engine = AnalyzerEngine(
        registry=RecognizerRegistry(known, supported_languages=[_LANGUAGE]),
        nlp_engine=language,
        supported_languages=[_LANGUAGE],
        context_aware_enhancer=language,
    )
    nothing = NlpArtifacts([], cast("Any", []), [], [], language, _LANGUAGE)

    def find(text: str) -> list[tuple[str, int, int]]:
        found = engine.analyze(text, _LANGUAGE, nlp_artifacts=nothing)
        return [(each.entity_type, each.start, each.end) for each in found]

    return find


class _NoLanguage:
    """A language engine that knows no words, and looks at none nearby."""

    def is_loaded(self) -> bool:
        """There is nothing to load."""
        return True

    def enhance_using_context(self, *, raw_results: Any, **_: object) -> Any:
        """As they were found."""
        return raw_results
