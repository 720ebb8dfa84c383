"""What is left of a post when everything that many innocent posts share is taken out."""

from __future__ import annotations

import re

_SHARED = re.compile(
    r"//?\s*@.*\Z"  # whom one reposts, and what they said
    r"|回复\s*@[^\s:,，]{1,30}\s*:?"
    r"|@[\w·-]{1,30}"
    r"|#[^#\n]{1,60}#"
    r"|\[[^\[\]\n]{1,12}\]"  # emoticon codes
    r"|https?://[!-~]+|\bwww\.[!-~]+"
    r"|「[^」]{0,400}」|『[^』]{0,400}』|“[^”]{0,400}”|(?m:^>.*$)"  # quotes
    r"|[^\w@#/\[「『“>]+|[\W_]",  # signs, but never the beginning of one of the above
    re.DOTALL,
)
_FORMULAS = frozenset(
    {"转发微博", "转发", "转", "轉發微博", "repost", "分享图片", "分享视频", "分享网易云音乐", "快转微博"}
)


def residue(folded: str) -> str:
    """The author's own letters and digits, end to end; '' for a mere repost."""
    left = _SHARED.sub("", folded)
    return "" if left in _FORMULAS else left
