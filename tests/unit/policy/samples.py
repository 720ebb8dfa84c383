"""What the policy tests are made of: a taxonomy, posts, readings, and policies written in a line or two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

from riskguard.domain.finding import EvidenceSpan, Finding, Reading
from riskguard.domain.post import Author, Post, Scene
from riskguard.policy.load import load_policy
from riskguard.policy.model import Edition
from riskguard.policy.taxonomy import load_taxonomy

POLICIES = Path(__file__).parents[3] / "policies"
TAXONOMY = load_taxonomy(POLICIES / "taxonomy.yaml")
NOW = datetime(2020, 3, 1, tzinfo=UTC)


def post(
    text: str = "今天做了凉皮",
    *,
    scene: Scene = Scene.POST,
    trust: int = 0,
    age_days: float | None = None,
    community: str = "demo",
) -> Post:
    """A post by an author of unknown age unless told."""
    born = None if age_days is None else NOW - timedelta(days=age_days)
    return Post("post-1", community, "p1", text, NOW, Author("a1", trust, born), scene)


def reading(spans: int = 0, **scores: float) -> Reading:
    """A finding per score; `pii__mobile=0.9` is label pii.mobile."""
    evidence = tuple(EvidenceSpan(at, at + 1, "here") for at in range(spans))
    return Reading(tuple(Finding(name.replace("__", "."), score, "fake", evidence) for name, score in scores.items()))


def write(folder: Path, name: str, text: str) -> Path:
    """A file of a policy folder."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text), encoding="utf-8")
    return file


def edition(folder: Path, text: str, name: str = "p.yaml") -> Edition:
    """The edition of a policy written here."""
    return load_policy(write(folder, name, text), TAXONOMY)
