"""What is left of a post when everything that many innocent posts share is taken out."""

from __future__ import annotations

import re

_REPOST = re.compile(r"//?\s*@[^\s:@/]{1,30}\s*:")
"""Whom one reposts; what they said follows."""

_SHARED = re.compile(
    rf"{_REPOST.pattern}.*\Z"
    r"|回复\s*@[^\s:,，]{1,30}\s*:?"
    r"|@[\w·-]{1,30}"
    r"|#[^#\n]{1,60}#"
    r"|\[[^\[\]\n]{1,12}\]"  # emoticon codes
    r"|https?://[!-~]+|\bwww\.[!-~]+"
    r"|「[^」]{0,400}」|『[^』]{0,400}』|“[^”]{0,400}”|(?m:^>[^\n]*$)"  # quotes
    r"|[^\w@#/\[「『“>]+|[\W_]",  # signs, but never the beginning of one of the above
    re.DOTALL,
)
_IDLE = re.compile(r"@[\w·-]{1,16}(?![\w·-])|#[^#\n]{1,20}#|\[[^\[\]\n]{1,12}\]|[\W_]")
"""What may be all of an innocent post: names, hashtags and emoticons as short as they usually are."""

_FORMULAS = frozenset(
    {"转发微博", "转发", "转", "轉發微博", "repost", "分享图片", "分享视频", "分享网易云音乐", "快转微博"}
)


_WORDS_APART = re.compile(r"[a-z][\W_]+[a-z]")
_IDLE_GAP = re.compile(r" (?![a-z])|(?<![a-z]) ")


def residue(folded: str) -> str:
    """The author's own letters and digits, end to end; a space stays between two Latin words.

    Without any, those that follow the last name in a chain of reposts, else those of links and quotes: dressing a text
    up as somebody else's must not hide it. '' when there is nothing but names, hashtags and emoticons, or when the
    author's own words are those that a platform puts before a mere repost: a post that many pass on is no campaign.
    """
    own = _without(_SHARED, folded)
    if own:
        return "" if own in _FORMULAS else own
    start = max((match.end() for match in _REPOST.finditer(folded)), default=0)
    return (_without(_SHARED, folded[start:]) if start else "") or _without(_IDLE, folded)


def _without(unwanted: re.Pattern[str], folded: str) -> str:
    if _WORDS_APART.search(folded) is None:
        return unwanted.sub("", folded)
    return _IDLE_GAP.sub("", " ".join(unwanted.sub(" ", folded).split()))
