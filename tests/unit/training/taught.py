"""A panel of three words and a witness, and texts in which these words are meant and not meant."""

from __future__ import annotations

from collections.abc import Sequence

from riskguard.domain.finding import Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView
from riskguard.training.truths import OWN, Lesson

KINDS = {"刷单": "fraud.part_time", "加微": "ad.contact", "傻": "abuse.insult"}


class Terms:
    """A lexicon of three words."""

    name, version = "lexicon", "1"
    labels = frozenset(KINDS.values())
    absences = ()

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """A finding per word that stands in the text."""
        return [[Finding(label, 0.6, self.name) for word, label in KINDS.items() if word in v.folded] for v in views]


class Witness:
    """A model that is sure of what is an offer or an insult."""

    name, version = "encoder", "1"
    labels = frozenset({"fraud", "ad", "abuse", "emotion.neutral"})
    absences = ()

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """A finding per head."""
        return [self._of(view.folded) for view in views]

    def _of(self, text: str) -> list[Finding]:
        score = 0.9 if "日结" in text or "你" in text else 0.1
        return [Finding(label, score, self.name) for label in sorted(self.labels)]


def words_meant_and_not() -> list[Lesson]:
    """The same words, meant and not meant."""
    fraud, harm, none = frozenset({"fraud"}), frozenset({"abuse"}), frozenset[str]()
    return [
        each
        for number in range(10)
        for each in (
            Lesson(OWN, f"刷单日结{number}", fraud),
            Lesson(OWN, f"谨防刷单{number}", none),
            Lesson("normal_weibo", f"刷单{number}是什么", none),
            Lesson(OWN, f"加微日结{number}", fraud),
            Lesson(OWN, f"妈妈加微信{number}", none),
            Lesson(OWN, f"你真傻{number}", harm),
            Lesson(OWN, f"他骂我傻{number}", none),
        )
    ]
