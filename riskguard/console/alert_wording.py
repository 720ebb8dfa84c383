"""What the alerts' pages call things, in Chinese."""

from __future__ import annotations

from riskguard.console.wording import SCENES
from riskguard.domain.alert import Alert, AlertStatus
from riskguard.domain.notice import Reason
from riskguard.domain.post import Scene
from riskguard.services.opinion.daily import NAMES as FIGURES

STATUSES = {
    AlertStatus.OPEN: "待处理",
    AlertStatus.ACKNOWLEDGED: "处理中",
    AlertStatus.SILENCED: "静默中",
    AlertStatus.RESOLVED: "已解除",
}
SEVERITIES = {"critical": "危急", "warning": "警告", "info": "提示"}
KINDS = {"verdict": "策略提醒", "campaign": "近似内容传播", "surge": "舆情突增", "health": "社区健康"}
NAMES = {
    ("surge", "topic"): "话题",
    ("surge", "volume"): "发言人数",
    ("surge", "emotion"): "情绪",
    ("health", "sameness"): "内容同质化",
    ("health", "health"): "成员去留",
    ("campaign", "campaign"): "新的一批",
}
"""What alerts are called that the service names itself; policies name the others."""

REASONS = {
    Reason.RAISED: "触发",
    Reason.REPEATED: "仍未处理",
    Reason.ESCALATED: "无人认领",
    Reason.RESOLVED: "解除",
    Reason.TEST: "测试",
}

TAKEN = "已认领，不再重复通知。"
ENDED = "已解除，此前被通知的接收者会得到消息。"
SILENCE_MADE = "已静默，到期后自动恢复通知。"
SILENCE_ENDED = "静默已结束，仍在的警报会照常通知。"
NO_SILENCE = "静默需要时长和原因。"
LONG_NOTE = "备注最多 500 个字，请缩短后再提交。"


def kind(word: str) -> str:
    """What a kind of alert is called; one that nobody named keeps its name."""
    return KINDS.get(word, word)


def name(alert: Alert) -> str:
    """What an alert is called; one that a policy names keeps its name."""
    return NAMES.get((alert.kind, alert.name), alert.name)


def facts(alert: Alert) -> list[tuple[str, str]]:
    """What its labels say, in words: name and value. What its kind, name or page say already is left out."""
    return [
        {"pushed": ("有近似内容", value), "figure": ("指标", FIGURES.get(value, value))}.get(label, (label, value))
        for label, value in alert.labels.items()
        if label not in ("series", "campaign")
    ]


def end(by: str) -> str:
    """Who ended an alert, or that it ended by itself."""
    return "自动解除" if by.startswith("system") else f"{by} 解除"


def scene(word: str) -> str:
    """What a scene is called, by its word."""
    return SCENES[Scene(word)] if word in set(Scene) else word
