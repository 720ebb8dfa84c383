"""The detector 'person': one search for the words of all gates, then the readers whose words a post holds."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, Implementation

from riskguard.detectors.person.address import ADDRESS
from riskguard.detectors.person.call import CALL
from riskguard.detectors.person.health import HEALTH
from riskguard.detectors.person.name import NAME
from riskguard.detectors.person.reader import Place, Reader
from riskguard.detectors.person.trajectory import TRAJECTORY
from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

DETECTOR = "person"
READERS: tuple[Reader, ...] = (NAME, ADDRESS, HEALTH, TRAJECTORY, CALL)


def _sources_hash() -> str:
    """12 hex digits of this folder's code and tables."""
    room = files("riskguard.detectors.person")
    sources = sorted((each.name, each.read_bytes()) for each in room.iterdir() if each.name.endswith((".py", ".txt")))
    return hashlib.sha256(repr(sources).encode()).hexdigest()[:12]


class PersonDetector:
    """Names, addresses, health, whereabouts and calls to expose somebody, by rules; it needs no model."""

    name = DETECTOR
    version = _sources_hash()
    absences: tuple[Abstention, ...] = ()

    def __init__(self, readers: Sequence[Reader] = READERS) -> None:
        self.labels = frozenset(reader.label for reader in readers)
        behind: dict[str, list[Reader]] = {}
        for reader in readers:
            for word in reader.gate:
                behind.setdefault(word, []).append(reader)
        self._behind = tuple(behind.values())
        self._gates = AhoCorasick(list(behind), implementation=Implementation.DFA)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """One finding per label and score with all its places, in the order of the text."""
        search = self._gates.find_matches_as_indexes
        found = []
        for view in views:
            hits = search(view.folded, overlapping=True)
            found.append(self._findings(view, {hit[0] for hit in hits}, floor) if hits else [])
        return found

    def _findings(self, view: TextView, hits: Iterable[int], floor: float) -> list[Finding]:
        opened = dict.fromkeys(reader.label for hit in hits for reader in self._behind[hit])
        readers = {reader.label: reader for hit in hits for reader in self._behind[hit]}
        return [
            finding
            for label in sorted(opened)
            for finding in _together(readers[label], _apart(readers[label].places(view.folded)), view)
            if finding.score >= floor
        ]


def _apart(places: Iterable[Place]) -> list[Place]:
    """In the order of the text, the likeliest of those that overlap; of equals the longest."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (-p.score, p.start - p.end, p.start)):
        at = bisect_left(kept, place)
        if (at == 0 or kept[at - 1].end <= place.start) and (at == len(kept) or place.end <= kept[at].start):
            kept.insert(at, place)
    return kept


def _together(reader: Reader, places: Sequence[Place], view: TextView) -> list[Finding]:
    """Places of one score as one finding."""
    by_score: dict[float, list[Place]] = {}
    for place in places:
        by_score.setdefault(place.score, []).append(place)
    return [
        Finding(
            reader.label,
            score,
            DETECTOR,
            tuple(view.span(p.start, p.end, f"{reader.title}：{p.why}") for p in them),
            {"by": "rule"},
        )
        for score, them in by_score.items()
    ]
