"""All detectors together: one that fails on a post abstains for that post, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Protocol, runtime_checkable

from riskguard.detectors.second_reading import Judging, Revealing, louder, read_again
from riskguard.domain.errors import DetectorFailed
from riskguard.domain.finding import NOTABLE, SAID_BY_MODEL, Abstention, Cause, EvidenceSpan, Finding, Reading
from riskguard.domain.post import Post
from riskguard.text.view import TextView

_log = logging.getLogger(__name__)

Answer = Sequence[Finding] | Abstention
"""What one detector says about one post."""


class Detector(Protocol):
    """What the panel asks; the full promise stands in services/ports/reading.py."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def labels(self) -> frozenset[str]: ...
    @property
    def absences(self) -> tuple[Abstention, ...]: ...
    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> Sequence[Sequence[Finding]]:
        """Findings per post, in order."""


@runtime_checkable
class Refreshed(Protocol):
    """A detector whose knowledge may change while the service runs, but never during a batch."""

    def refresh(self) -> None:
        """Take over what has changed: version and labels may be others from here on. Never raises."""


@runtime_checkable
class Explaining(Protocol):
    """A detector that says what carried a score only when it is asked, since that costs more than the score."""

    @property
    def name(self) -> str: ...
    def explain(
        self, views: Sequence[TextView], scores: Sequence[Mapping[str, float]]
    ) -> Sequence[Mapping[str, tuple[EvidenceSpan, ...]]]:
        """Per text the spans of those of its labels, here with their scores, that a few characters carried."""


class Combining(Protocol):
    """What makes one score of what several detectors say about one text."""

    @property
    def version(self) -> str:
        """A hash of what it weighs by."""

    def combine(self, views: Sequence[TextView], findings: Sequence[Sequence[Finding]]) -> Sequence[Sequence[Finding]]:
        """The findings of each text, with other scores where that is right; none are added."""


@runtime_checkable
class Noted(Protocol):
    """A detector that has something to tell operators about how it runs here."""

    @property
    def note(self) -> Mapping[str, object]:
        """JSON values."""


class Panel:
    """Asks each detector with the whole batch. One batch at a time: verdicts name the versions that read them."""

    def __init__(self, detectors: Sequence[Detector], combiner: Combining | None = None) -> None:
        self._detectors = tuple(detectors)
        self._combiner = combiner
        self._refreshed = tuple(detector for detector in detectors if isinstance(detector, Refreshed))
        self._explaining = tuple(detector for detector in detectors if isinstance(detector, Explaining))
        self._revealing = [(at, each) for at, each in enumerate(detectors) if isinstance(each, Revealing)]
        self._judging = [(at, each) for at, each in enumerate(detectors) if isinstance(each, Judging)]
        self.notes = {detector.name: detector.note for detector in self._detectors if isinstance(detector, Noted)}
        self._absences = tuple(absence for detector in detectors for absence in detector.absences)
        self._models: dict[str, str] = {}
        self.labels: frozenset[str] = frozenset()
        self._introduce()

    def combining(self, combiner: Combining) -> Panel:
        """The same detectors, with another combiner."""
        return Panel(self._detectors, combiner)

    def _introduce(self) -> None:
        models = {detector.name: detector.version for detector in self._detectors}
        if self._combiner is not None:
            models["combiner"] = self._combiner.version
        if models != self._models:
            self._models = models
            self.labels = frozenset(label for detector in self._detectors for label in detector.labels)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = NOTABLE) -> list[Reading]:
        """One reading per post, in order. Never raises for a text: who fails on a post abstains for that post."""
        if not posts:
            return []
        for detector in self._refreshed:
            detector.refresh()
        self._introduce()
        columns = [_answers(detector, posts, views, floor) for detector in self._detectors]
        self._read_again(columns, views, floor)
        told = [_told([column[at] for column in columns]) for at in range(len(posts))]
        findings: Sequence[Sequence[Finding]] = [found for found, _ in told]
        if self._combiner is not None:
            weighed = self._combiner.combine(views, findings)
            findings = [[each for each in them if each.score >= floor] for them in weighed]
        return [
            Reading(tuple(found), (*self._absences, *abstained), self._models)
            for found, (_, abstained) in zip(findings, told, strict=True)
        ]

    def explain(
        self, views: Sequence[TextView], readings: Sequence[Reading], labels: Sequence[Collection[str]]
    ) -> list[Reading]:
        """The readings, in which findings of the labels asked about have gained spans where a few characters carried
        the score. Never raises: a finding that cannot be explained means the whole text."""
        explained = list(readings)
        for detector in self._explaining:
            asked = {
                at: them for at, reading in enumerate(readings) if (them := _bare(reading, detector.name, labels[at]))
            }
            told = _explained(detector, [views[at] for at in asked], list(asked.values()))
            for at, spans in zip(asked, told, strict=True):
                explained[at] = _with_spans(explained[at], detector.name, spans)
        return explained

    def _read_again(self, columns: Sequence[list[Answer]], views: Sequence[TextView], floor: float) -> None:
        """Raise what a model says of a disguised text to what it says of its meaning."""
        for (lists, revealing), (model, judging) in product(self._revealing, self._judging):
            told = [() if isinstance(answer, Abstention) else answer for answer in columns[lists]]
            for at, again in read_again(revealing, judging, told, views).items():
                first = columns[model][at]
                if not isinstance(first, Abstention):
                    columns[model][at] = louder(first, again, floor=floor)


def _told(answers: Sequence[Answer]) -> tuple[list[Finding], list[Abstention]]:
    """All that was found in one post, and who abstained."""
    findings: list[Finding] = []
    abstentions: list[Abstention] = []
    for answer in answers:
        if isinstance(answer, Abstention):
            abstentions.append(answer)
        else:
            findings.extend(answer)
    return findings, abstentions


def _answers(detector: Detector, posts: Sequence[Post], views: Sequence[TextView], floor: float) -> list[Answer]:
    """One answer per post. A batch that breaks is halved until the post that breaks it is alone.

    DetectorFailed and OSError speak of the detector, not of a text: they silence the whole batch at once, so that
    a dead connection is not tried again for every half.
    """
    try:
        answers = detector.read(posts, views, floor=floor)
        if len(answers) != len(posts):
            raise DetectorFailed(f"{len(answers)} answers to {len(posts)} posts")
        return list(answers)
    except (DetectorFailed, OSError) as error:
        return [_abstention(detector, error)] * len(posts)
    except Exception as error:
        if len(posts) == 1:
            return [_abstention(detector, error)]
        middle = len(posts) // 2
        return [
            *_answers(detector, posts[:middle], views[:middle], floor),
            *_answers(detector, posts[middle:], views[middle:], floor),
        ]


def _bare(reading: Reading, detector: str, labels: Collection[str]) -> dict[str, float]:
    """The labels asked about, with the detector's own scores, that it found without saying where."""
    return {
        each.label: float(each.facts.get(SAID_BY_MODEL, each.score))
        for each in reading.findings
        if each.detector == detector and each.label in labels and not each.spans
    }


def _explained(
    detector: Explaining, views: Sequence[TextView], scores: Sequence[Mapping[str, float]]
) -> Sequence[Mapping[str, tuple[EvidenceSpan, ...]]]:
    if not views:
        return []
    try:
        told = detector.explain(views, scores)
        if len(told) != len(views):
            raise DetectorFailed(f"{len(told)} explanations of {len(views)} posts")
        return told
    except Exception:
        _log.exception("'%s' could not say what carried the scores of %d posts", detector.name, len(views))
        return [{}] * len(views)


def _with_spans(reading: Reading, detector: str, spans: Mapping[str, tuple[EvidenceSpan, ...]]) -> Reading:
    if not spans:
        return reading
    findings = [
        replace(f, spans=spans[f.label]) if f.detector == detector and not f.spans and f.label in spans else f
        for f in reading.findings
    ]
    return replace(reading, findings=tuple(findings))


def _abstention(detector: Detector, error: Exception) -> Abstention:
    """Names the kind of error only: its message may quote the text."""
    return Abstention(detector.name, type(error).__name__, Cause.FAILED, tuple(sorted(detector.labels)))
