"""Posts and views for detector tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from riskguard.detectors.lexicon import LexiconDetector
from riskguard.detectors.panel import Detector
from riskguard.domain.finding import Finding
from riskguard.domain.post import Post
from riskguard.text.view import fold_all

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def posts_of(texts: Sequence[str]) -> list[Post]:
    """One post per text, numbered."""
    return [Post(f"pst_{n}", "garden", str(n), text, NOW) for n, text in enumerate(texts)]


def read_by(detector: Detector, *texts: str, floor: float = 0.05) -> list[list[Finding]]:
    """What the detector finds in each text."""
    return [list(found) for found in detector.read(posts_of(texts), fold_all(texts), floor=floor)]


def over_lists(folder: Path, lists: Mapping[str, str]) -> LexiconDetector:
    """A detector over these files."""
    for name, text in lists.items():
        (folder / name).write_text(text, encoding="utf-8")
    return LexiconDetector.load(folder)


def shown(text: str, finding: Finding) -> list[str]:
    """The parts of the raw text that the spans of a finding point at."""
    return [text[span.start : span.end] for span in finding.spans]
