"""E-mail addresses, also with the @ or the dot spelled out for the well-known providers."""

from __future__ import annotations

import re

from riskguard.detectors.pii.recogniser import Example, Pattern, Recogniser, matched

_LOCAL = r"(?<![a-z0-9._%+-])(?P<it>[a-z0-9][a-z0-9._%+-]{0,63}"
_FILES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "js", "css", "html"})
_PROVIDERS = "qq|163|126|139|189|gmail|sina|sohu|outlook|hotmail|foxmail|yeah|aliyun|icloud"


def _check(match: re.Match[str]) -> bool | None:
    """False for picture names such as icon@2x.png."""
    return False if matched(match).rsplit(".", 1)[-1] in _FILES else None


EMAIL = Recogniser(
    label="pii.email",
    title="电子邮箱",
    gate=re.compile(r"@[a-z0-9]|艾特|\(at\)|\[at\]|\sat\s|[#@]\s?(?:" + _PROVIDERS + ")"),
    patterns=(
        Pattern(re.compile(_LOCAL + r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,18})(?![a-z0-9])"), 0.98, 0.99),
        Pattern(
            re.compile(
                _LOCAL
                + r"\s?(?:@|艾特|\(at\)|\[at\]|#|\sat\s)\s?"
                + rf"(?:{_PROVIDERS})\s?(?:\.|点|\(dot\)|\sdot\s)\s?(?:com|cn|net))(?![a-z0-9])"
            ),
            alone=0.85,
            near=0.97,
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
    ),
    near_misses=(
        "@张三 你好",
        "转发@user.name",
        "icon@2x.png",
        "foo@bar",
        "2020@北京.中国",
        "话题#163新闻#",
    ),
)
