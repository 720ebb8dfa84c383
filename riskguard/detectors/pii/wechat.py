"""WeChat ids: only beside a word that says so, since any name could be one."""

from __future__ import annotations

import re

from riskguard.detectors.pii.recogniser import Example, Pattern, Recogniser, matched

_WORD = r"(?:(?<![a-z])(?:wechat|weixin|vx|wx)|微信|薇信|威信|微心|v信|卫星)"
_LETTER = r"(?<![a-z0-9])v\s?[::]"
_ID = r"(?P<it>[a-z][-_a-z0-9]{5,19})(?![-_a-z0-9.@])"
_NOT_IDS = frozenset({"wechat", "weixin", "android", "iphone", "windows"})


def _check(match: re.Match[str]) -> bool | None:
    return False if matched(match) in _NOT_IDS else None


WECHAT = Recogniser(
    label="pii.wechat",
    title="微信号",
    gate=re.compile(f"{_WORD}|{_LETTER}"),
    patterns=(
        Pattern(
            re.compile(rf"(?:{_WORD}\s?(?:(?:号码|号|帐号|账号|id)\s?[::是为]?|[::])|{_LETTER})\s?{_ID}"), 0.9, 0.97
        ),
        Pattern(re.compile(rf"{_WORD}\s?(?=[a-z]+[-_0-9]){_ID}"), 0.6, 0.85),
    ),
    check=_check,
    context=("加", "联系", "私聊", "咨询", "扫", "找我", "备注"),
    examples=(
        Example("加微信：abc_12345", "abc_12345"),
        Example("ＶＸ：lisi2020xx", "lisi2020xx"),
        Example("微信号xiaoming_88", "xiaoming_88"),
        Example("❤️薇信lily520520", "lily520520"),
    ),
    near_misses=(
        "微信支付",
        "微信：weixin",
        "用wx小程序",
        "微信android版",
        "devx:something1",
        "#vivo2000万像素#",
        "Vidal-Sassoon",
        "f1.8-2.8Vario-lens",
    ),
)
