"""What people call surges and what they count, in Chinese: the same words in alerts, pages and reports."""

from __future__ import annotations

from riskguard.domain.opinion import Series, SeriesKind, Surge

EMOTIONS = {"happy": "高兴", "angry": "愤怒", "sad": "悲伤", "fear": "恐惧", "surprise": "惊讶", "neutral": "平静"}
MOODS = EMOTIONS | {"negative": "负面", "positive": "正面"}

FEW = 0.05
"""Fewer accounts than that would be written as 0.0."""


def mood(name: str) -> str:
    """The name of an emotion or sentiment."""
    return MOODS.get(name, name)


def subject(of: Surge | Series) -> str:
    """What surges: '话题“停水”', '愤怒发言', '发言人数'."""
    series = of.series if isinstance(of, Surge) else of
    if series.kind is SeriesKind.TOPIC:
        return f"话题“{series.name}”"
    return f"{mood(series.name)}发言" if series.kind is SeriesKind.EMOTION else "发言人数"


def further(surge: Surge) -> list[str]:
    """The topics that say more than its name does; none that is part of another."""
    known = [set(topic.split()) for topic in (surge.series.name, *surge.topics)]
    return [
        topic
        for topic in surge.topics
        if topic != surge.series.name and not any(set(topic.split()) < other for other in known)
    ]


def usually(surge: Surge) -> str:
    """How many accounts are usual in the window in which it stood out."""
    return f"平时约 {surge.expected:.1f}" if surge.expected >= FEW else "平时几乎没有"
