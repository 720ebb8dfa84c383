"""The detector 'lexicon' over a folder that officers edit while the service runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from riskguard.detectors.lexicon.detector import LexiconDetector
from riskguard.detectors.lexicon.files import lexicon_files
from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.post import Post
from riskguard.policy.watch import Watched
from riskguard.text.meaning import Meaning
from riskguard.text.view import TextView


class WatchedLexicon:
    """Reads with the lists of a folder as they were at the last `refresh`; a faulty edit leaves the last good ones.

    PolicyInvalid when the lists are faulty to begin with.
    """

    name = LexiconDetector.name
    absences: tuple[Abstention, ...] = ()

    def __init__(self, folder: Path) -> None:
        self._lists = Watched(
            "lexicon",
            lambda: LexiconDetector.load(folder),
            files=lambda _: lexicon_files(folder),
            version=lambda lists: lists.version,
        )
        self._now = self._lists.value

    @property
    def version(self) -> str:
        """A hash of all files."""
        return self._now.version

    @property
    def labels(self) -> frozenset[str]:
        """Every label that the lists name."""
        return self._now.labels

    def refresh(self) -> None:
        """Look at the files, at most once a second, and take changed lists over as a whole."""
        self._now = self._lists.now()

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """One finding per label whose terms stand in a post, with all their places."""
        return self._now.read(posts, views, floor=floor)

    def meanings(self, views: Sequence[TextView]) -> list[Meaning]:
        """Each text with the listed terms in place of their disguises."""
        return self._now.meanings(views)
