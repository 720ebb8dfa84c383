"""The detector 'similar': near-duplicates, floods of one author, campaigns of many."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from pathlib import Path

from riskguard.detectors.similar.copypasta import Copypasta, WatchedCopypasta
from riskguard.detectors.similar.lookalikes import LookAlikes, Match, Trace
from riskguard.detectors.similar.residue import residue
from riskguard.detectors.similar.sketch import SHORTEST, Secret, Sketch, digest, sketches
from riskguard.domain.finding import NEAR_DUPLICATE, Abstention, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

Facts = dict[str, str | int | float | bool]

FLOOD = "similar.flood"
CAMPAIGN = "similar.campaign"

_FEWEST_ACCOUNTS = 3
_TELLING = 8


class SimilarDetector:
    """Finds posts like earlier ones of the same community. Findings mean the whole text.

    Compared is what is left of a post without quotes, reposted words, names, hashtags, emoticons and the listed
    copypasta. near_duplicate scores the similarity, flood how often this author said it, campaign how many accounts
    did. An exact copy of a short text tells less, so its scores are damped; it never makes a campaign.
    """

    name = "similar"
    labels = frozenset({NEAR_DUPLICATE, FLOOD, CAMPAIGN})
    absences: tuple[Abstention, ...] = ()

    def __init__(self, look_alikes: LookAlikes, *, policy_dir: Path | None = None, key: bytes = b"") -> None:
        """`key` (16 to 64 bytes) is for look-alikes that are remembered where others can read."""
        self._secret = Secret.of(key) if key else None
        self._look_alikes = look_alikes
        self._watched = WatchedCopypasta(policy_dir) if policy_dir else None
        self._copypasta = self._watched.now if self._watched else Copypasta()

    @property
    def version(self) -> str:
        """How texts are compared, and a hash of what is taken out of them first."""
        return f"minhash128-32x4-4+{self._copypasta.version}"

    def refresh(self) -> None:
        """Look at the copypasta, at most once a second."""
        if self._watched:
            self._watched.refresh()
            self._copypasta = self._watched.now

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """Findings scoring at least `floor`; DetectorFailed when the memory cannot be reached."""
        drawn = sketches([self._copypasta.taken_out_of(residue(view.folded)) for view in views], secret=self._secret)
        own_words = [(at, sketch) for at, sketch in enumerate(drawn) if sketch is not None]
        matches = self._look_alikes.meet([_trace(posts[at], sketch, self._secret) for at, sketch in own_words])
        found: list[list[Finding]] = [[] for _ in posts]
        for (at, sketch), match in zip(own_words, matches, strict=True):
            if match is not None:
                found[at] = [each for each in _findings(match, sketch, posts[at]) if each.score >= floor]
        return found


def flood_score(own: int) -> float:
    """Rises with the author's copies: 2 -> .25, 4 -> .5, 10 -> .75."""
    return (own - 1) / (own + 2)


def campaign_score(accounts: int) -> float:
    """Rises with the distinct accounts: 3 -> .11, 5 -> .27, 10 -> .5, 20 -> .69, 50 -> .86."""
    return (accounts - 2) / (accounts + 6)


def _findings(match: Match, sketch: Sketch, post: Post) -> list[Finding]:
    telling = min(1.0, sqrt(sketch.length / SHORTEST))
    minutes = max(0, round((post.created_at.timestamp() - match.since) / 60))
    facts: Facts = {"cluster": match.cluster, "copies": match.copies, "minutes": minutes}
    if sketch.length >= _TELLING:
        facts["accounts"] = match.accounts
    found = [Finding(NEAR_DUPLICATE, match.similarity * telling, "similar", facts=facts)]
    if match.own > 1 and post.author.id:
        own: Facts = {"cluster": match.cluster, "copies": match.own}
        found.append(Finding(FLOOD, flood_score(match.own) * telling, "similar", facts=own))
    if match.accounts >= _FEWEST_ACCOUNTS and sketch.grams:
        found.append(Finding(CAMPAIGN, campaign_score(match.accounts), "similar", facts=facts))
    return found


def _trace(post: Post, sketch: Sketch, secret: Secret | None) -> Trace:
    return Trace(
        community=post.community,
        post_id=post.id,
        key=_number(f"{post.community}\0{post.post_id or post.id}", secret),
        author=_number(post.author.id, secret) if post.author.id else 0,
        at=post.created_at.timestamp(),
        sketch=sketch,
    )


def _number(name: str, secret: Secret | None) -> int:
    """A stable number of 62 bits: small in Redis, and no name is kept there."""
    return int.from_bytes(digest(name, secret), "big") >> 2
