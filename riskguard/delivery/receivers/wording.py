"""What people are told of alerts, in Chinese, from the data of an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SEVERITY = {"info": "提示", "warning": "警告", "critical": "危急"}
_REASON = {"raised": "", "repeated": "·仍未处理", "escalated": "·无人认领", "resolved": "", "test": "·测试"}
_SCENE = {
    "post": "帖子",
    "comment": "评论",
    "nickname": "昵称",
    "live_chat": "直播弹幕",
    "treehole": "树洞",
    "dm": "私信",
}
_MOST_LINES = 12
_PLAIN = str.maketrans(
    {"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "｀", "\n": " ", "\r": " ", "\x00": ""}
)
"""A summary may hold a topic that somebody invented: it must not become a link or a mention in a chat."""


@dataclass(frozen=True, slots=True)
class Line:
    """One alert: what is said, and where it can be seen ('' where the address of the console is not known)."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A title and a line per alert; `more` alerts found no room."""

    title: str
    lines: tuple[Line, ...]
    more: str = ""

    @property
    def plain(self) -> str:
        """All of it as plain text."""
        rows = [f"{line.text}\n  {line.url}" if line.url else line.text for line in self.lines]
        return "\n".join([*rows, *([self.more] if self.more else [])])


def worded(data: Mapping[str, Any]) -> Wording:
    """The words for a notice. The gravest comes first, what is over last."""
    alerts = sorted(data["alerts"], key=_rank)
    lines = tuple(Line(_line(alert), _address(alert)) for alert in alerts[:_MOST_LINES])
    left = len(alerts) - len(lines)
    return Wording(_title(data["reason"], alerts), lines, f"另有 {left} 条，见控制台的警报页。" if left else "")


def plain(words: object) -> str:
    """Words that no chat takes for markup."""
    return str(words or "").translate(_PLAIN).strip()


def _title(reason: str, alerts: list[Mapping[str, Any]]) -> str:
    open_ = [alert for alert in alerts if alert["status"] != "resolved"]
    grave = max((alert["severity"] for alert in open_), key=list(_SEVERITY).index, default="")
    tag = (_SEVERITY[grave] if grave else "已解除") + _REASON[reason]
    named = open_ or alerts
    first = plain(named[0]["summary"]) if named else "没有警报"
    return f"【{tag}】{first}" if len(named) < 2 else f"【{tag}】{first}等 {len(named)} 条"


def _rank(alert: Mapping[str, Any]) -> tuple[bool, int]:
    return alert["status"] == "resolved", -list(_SEVERITY).index(alert["severity"])


def _line(alert: Mapping[str, Any]) -> str:
    tag = "已解除" if alert["status"] == "resolved" else _SEVERITY[alert["severity"]]
    scene = _SCENE.get(alert["scene"] or "", "")
    facts = [plain(alert["community"]), scene, f"共 {alert['count']} 次" if alert["count"] > 1 else ""]
    told = "，".join(filter(None, facts))
    return f"{tag}｜{plain(alert['summary'])}" + (f"（{told}）" if told else "")


def _address(alert: Mapping[str, Any]) -> str:
    return str(alert["url"]) if str(alert["url"]).startswith("http") else ""
