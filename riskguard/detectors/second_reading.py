"""A model that met a disguise is asked again, with the words in their places that a list says are meant."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from riskguard.domain.finding import DISGUISED, Finding
from riskguard.text.meaning import Meaning
from riskguard.text.view import TextView

_log = logging.getLogger(__name__)

_RAISES = 0.05
"""A second reading that says hardly more than the first says nothing new."""


@runtime_checkable
class Revealing(Protocol):
    """A detector that sees through disguises; its findings have the fact DISGUISED where it did."""

    def meanings(self, views: Sequence[TextView]) -> Sequence[Meaning]:
        """What each text says without its disguises."""


@runtime_checkable
class Judging(Protocol):
    """A detector that scores whole texts, so that another word in them may change what it says."""

    @property
    def name(self) -> str: ...
    def judged(self, views: Sequence[TextView]) -> Sequence[Mapping[str, float]]:
        """Per text what the labels score that a few characters may carry."""


def read_again(
    revealing: Revealing, judging: Judging, findings: Sequence[Sequence[Finding]], views: Sequence[TextView]
) -> Mapping[int, list[Finding]]:
    """For texts in which `findings` tell of disguises, what `judging` says of their meanings. Never raises."""
    hidden = [at for at, told in enumerate(findings) if any(each.facts.get(DISGUISED) is True for each in told)]
    if not hidden:
        return {}
    try:
        meanings = revealing.meanings([views[at] for at in hidden])
        judged = judging.judged([meaning.view for meaning in meanings])
        return {
            at: [_finding(views[at], meaning, judging.name, *each) for each in scores.items()]
            for at, meaning, scores in zip(hidden, meanings, judged, strict=True)
            if meaning.meant
        }
    except Exception:
        _log.exception("'%s' could not read %d posts without their disguises", judging.name, len(hidden))
        return {}


def louder(first: Sequence[Finding], again: Sequence[Finding], *, floor: float) -> list[Finding]:
    """The findings of both readings, of each label the one that says more; the second must say clearly more."""
    known = {each.label: each.score for each in first}
    raised = {each.label: each for each in again if each.score >= max(floor, known.get(each.label, 0.0) + _RAISES)}
    return [*(each for each in first if each.label not in raised), *raised.values()]


def _finding(view: TextView, meaning: Meaning, name: str, label: str, score: float) -> Finding:
    spans = tuple(view.span(start, end, f"读作「{word}」，模型判为 {label}") for word, start, end in meaning.meant)
    return Finding(label, score, name, spans)
