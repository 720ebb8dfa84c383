"""E-mail addresses, also with the @ or the dots spelled out."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, matched
from riskguard.text.late import LatePattern

_LOCAL = r"(?P<it>[a-z0-9](?<![a-z0-9._%+-].)[a-z0-9._%+-]{0,63}"
_RIGHT = r"(?![a-z0-9])"
_OPEN, _SHUT = r"[(\[{<【「]", r"[)\]}>】」]"
_SPELT_AT = rf"\s?(?:[艾爱][特忒]|圈a|{_OPEN}\s?(?:at|艾特|@|#|圈a)\s?{_SHUT}|(?<=\s)at(?=\s)|[_-]at[_-])\s?"
_AT = rf"(?:{_SPELT_AT}|\s?[@#]\s?)"
_DOT = rf"\s?(?:[.。·]|[点點丶]|(?<=\s)dot(?=\s)|dot|{_OPEN}\s?(?:dot|点|\.)\s?{_SHUT}|[_-]dot[_-])\s?"
_PROVIDERS = (
    r"(?:vip\.)?(?:qq|163|126|139|189|188|gmail|sina|sohu|outlook|hotmail|foxmail|yeah|aliyun|icloud|yahoo|live)"
)
_DOMAIN = r"[a-z0-9][a-z0-9-]{0,30}"
_ENDINGS = r"(?:com|cn|net|org|edu|gov|me|io|cc)"
_FILES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "js", "css", "html"})
_NOBODYS = frozenset({"git", "noreply", "no-reply"})


def _check(match: re.Match[str]) -> Opinion:
    """False for picture names such as icon@2x.png, and for what is no mailbox of a person."""
    it = matched(match)
    return False if it.rsplit(".", 1)[-1] in _FILES or it.partition("@")[0] in _NOBODYS else None


EMAIL = Recogniser(
    label="pii.email",
    title="电子邮箱",
    signs=Signs(chars="@#艾爱圈([{<【「t"),
    gate=re.compile(
        r"[@#艾爱圈(\[{<【「\s_-](?:(?<=[@#])\s?[a-z0-9]|(?<=[艾爱])[特忒]|(?<=圈)a|(?<=[\s_-])at[\s_-]"
        r"|(?<=[(\[{<【「])\s?(?:at|艾特|@|#|圈a))"
    ),
    patterns=(
        Pattern(LatePattern(rf"{_LOCAL}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{{2,18}}){_RIGHT}"), 0.98, 0.99),
        Pattern(
            LatePattern(rf"{_LOCAL}{_AT}{_PROVIDERS}{_DOT}{_ENDINGS}(?:{_DOT}cn)?){_RIGHT}"),
            alone=0.85,
            near=0.97,
            title="变形的电子邮箱",
        ),
        Pattern(
            LatePattern(rf"{_LOCAL}(?:{_SPELT_AT}|\s?@\s?)(?:{_DOMAIN}{_DOT}){{1,3}}{_ENDINGS}){_RIGHT}"),
            alone=0.8,
            near=0.97,
            title="变形的电子邮箱",
        ),
    ),
    check=_check,
    context=("邮箱", "邮件", "mail", "发到", "发送", "投稿", "简历"),
    examples=(
        Example("邮箱zhang.san@example.com请发", "zhang.san@example.com"),
        Example("发到ｌｉｓｉ＠ｅｘａｍｐｌｅ．ｃｎ", "ｌｉｓｉ＠ｅｘａｍｐｌｅ．ｃｎ"),
        Example("wangwu艾特qq点com", "wangwu艾特qq点com"),
        Example("zhaoliu#163.com", "zhaoliu#163.com"),
        Example("a_b+c@mail.example.com.cn", "a_b+c@mail.example.com.cn"),
        Example("写给 sunqi [at] example [dot] com", "sunqi [at] example [dot] com"),
        Example("zhouba at gmail dot com", "zhouba at gmail dot com"),
        Example("wujiu（at）sina点com点cn", "wujiu（at）sina点com点cn"),
        Example("一二三四五六七@qq.com", "一二三四五六七@qq.com"),
        Example("12345 @ qq . com", "12345 @ qq . com"),
    ),
    near_misses=(
        "@张三 你好",
        "转发@user.name",
        "icon@2x.png",
        "foo@bar",
        "2020@北京.中国",
        "话题#163新闻#",
        "git@example.com",
        "meet at example dotted line",
        "3*126.com",
    ),
)
