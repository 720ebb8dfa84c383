"""Robots in group chats, and Slack: the body that each expects, how it is signed, and what its answers mean.

WeCom, DingTalk and Feishu answer HTTP 200 also where they refuse, and say so in the body. A code that is not known to
pass by itself is taken for final: a wrong key or a missing keyword does not mend by being sent again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote

from riskguard.delivery.exchange import Said
from riskguard.delivery.parcel import Reply, by_status
from riskguard.delivery.receivers.wording import Wording
from riskguard.domain.event import Outcome

Body = Mapping[str, object]

_WECOM_BYTES = 4096
_WECOM_PASSING = frozenset({-1, 45009, 45033})
"""The service is busy; too many calls; too many at once."""
_DINGTALK_PASSING = frozenset({-1, 130101, 410100})
"""The service is busy; too many calls, twice."""
_FEISHU_PASSING = frozenset({11232, 11233})
"""Too many calls, of the tenant and of the chat."""
_SAID_CHARS = 120


def wecom(words: Wording) -> Body:
    """Markdown of at most 4,096 bytes."""
    rows = [f"**{words.title}**", *(f"> {_linked(line.text, line.url)}" for line in words.lines), words.more]
    return {"msgtype": "markdown", "markdown": {"content": _cut("\n".join(filter(None, rows)), _WECOM_BYTES)}}


def dingtalk(words: Wording) -> Body:
    """Markdown; the title is what the list of chats shows."""
    rows = [f"### {words.title}", *(f"- {_linked(line.text, line.url)}" for line in words.lines), words.more]
    text = "\n\n".join(filter(None, rows))
    return {"msgtype": "markdown", "markdown": {"title": words.title, "text": text}}


def feishu(words: Wording) -> Body:
    """A post of one paragraph a line."""
    rows: list[list[dict[str, str]]] = []
    for line in words.lines:
        link = [{"tag": "a", "text": "查看", "href": line.url}] if line.url else []
        rows.append([{"tag": "text", "text": f"{line.text} "}, *link])
    if words.more:
        rows.append([{"tag": "text", "text": words.more}])
    return {"msg_type": "post", "content": {"post": {"zh_cn": {"title": words.title, "content": rows}}}}


def slack(words: Wording) -> Body:
    """Slack's own markup; `<` and `>` are gone from our words already."""
    rows = [
        f"*{words.title}*",
        *(f"• {line.text}" + (f" <{line.url}|查看>" if line.url else "") for line in words.lines),
    ]
    return {"text": "\n".join([*rows, *([words.more] if words.more else [])]).replace("&", "&amp;")}


def dingtalk_query(secret: str, at: datetime) -> str:
    """What is added to the address: the time in milliseconds, and its HMAC-SHA256 under the secret."""
    stamp = str(int(at.timestamp() * 1000))
    sign = _signature(secret.encode(), f"{stamp}\n{secret}".encode())
    return f"timestamp={stamp}&sign={quote(sign, safe='')}"


def feishu_signature(secret: str, at: datetime) -> Body:
    """What is added to the body: the time in seconds, and the HMAC-SHA256 of nothing under both."""
    stamp = str(int(at.timestamp()))
    return {"timestamp": stamp, "sign": _signature(f"{stamp}\n{secret}".encode(), b"")}


def _signature(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def reads(code: str, message: str, passing: frozenset[int]) -> Callable[[Said], Reply]:
    """How to read a robot that says `{code: 0}` where it took the message."""

    def read(said: Said) -> Reply:
        reply = by_status(said)
        told = _object(said.body)
        number = told.get(code)
        if reply.outcome is not Outcome.DELIVERED:
            return reply
        if number == 0:
            return Reply(Outcome.DELIVERED, f"HTTP {said.status}, {code} 0")
        if not isinstance(number, int):
            return Reply(Outcome.FAILED, f"HTTP {said.status} without {code}: no robot answers there", again=True)
        text = f"{code} {number}: {str(told.get(message, ''))[:_SAID_CHARS]}"
        busy = number in passing
        return Reply(Outcome.FAILED, text, again=busy, rest=busy)

    return read


READS: Mapping[str, Callable[[Said], Reply]] = {
    "wecom": reads("errcode", "errmsg", _WECOM_PASSING),
    "dingtalk": reads("errcode", "errmsg", _DINGTALK_PASSING),
    "feishu": reads("code", "msg", _FEISHU_PASSING),
    "slack": by_status,
}
WRITES: Mapping[str, Callable[[Wording], Body]] = {
    "wecom": wecom,
    "dingtalk": dingtalk,
    "feishu": feishu,
    "slack": slack,
}


def _object(body: bytes) -> Mapping[str, object]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _linked(text: str, url: str) -> str:
    return f"{text} [查看]({url})" if url else text


def _cut(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8, ending in … where it was longer."""
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"
