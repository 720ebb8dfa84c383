"""WeChat ids: only beside a word that says so, since any name could be one."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, matched

_WORD = (
    r"(?:(?<![a-z])(?:wechat|weixin|vx|wx|v\.x)|[微薇威徽维葳]信|微[心❤]|[vw]信|绿泡泡|小绿书?号"
    r"|(?:加我?|[+➕✚]|我的?|联系)卫星|卫星(?=\s?[号::]))"
)
_SIGN = r"[^0-9a-z\u3400-\u9fff\s@#/%&,.;!?。、…:()\[\]<>《》「」『』\"'“”‘’_+\-]"
"""A heart, a star, an arrow: what stands between word and id to break them apart. No punctuation, and no letter."""

_LETTER = rf"(?<![a-z0-9])v\s?{_SIGN}{{0,3}}\s?[::]"
_LURE = r"(?:加我?|[+➕✚]我?|私我?|找我?)\s?(?:v|微|薇|卫|威)(?![a-z0-9信])"
_ID = r"(?P<it>[a-z][-_a-z0-9]{5,19})(?![-_a-z0-9.@])"
_MARKED_ID = rf"(?=[a-z]+[-_0-9]){_ID}"
_SAYS = r"\s?(?:(?:号码|号|帐号|账号|id|同号)\s?[::是为=]?|[::是为=]|就是|→|->|-|—)\s?"
_NOT_IDS = frozenset(
    {"wechat", "weixin", "android", "iphone", "windows", "follow", "public", "official", "account", "support", "number"}
)


def _check(match: re.Match[str]) -> Opinion:
    return False if matched(match) in _NOT_IDS else None


WECHAT = Recogniser(
    label="pii.wechat",
    title="微信号",
    signs=Signs(chars="微薇威徽维葳卫绿vw"),
    gate=re.compile(f"{_WORD}|{_LETTER}|{_LURE}"),
    patterns=(
        Pattern(re.compile(rf"(?:{_WORD}{_SIGN}{{0,4}}{_SAYS}|{_LETTER}\s?){_ID}"), 0.9, 0.97),
        Pattern(re.compile(rf"{_WORD}\s?{_MARKED_ID}"), 0.7, 0.9),
        Pattern(re.compile(rf"(?:加我?|[+➕✚]我?|我的?){_WORD}\s?{_ID}"), 0.65, 0.7),
        Pattern(re.compile(rf"(?:{_WORD}|{_LURE})\s?{_SIGN}{{1,4}}[\s::]?{_MARKED_ID}"), 0.8, 0.95),
        Pattern(re.compile(rf"{_LURE}\s?(?:号?\s?[::]\s?|(?=[a-z]+[-_0-9])){_ID}"), alone=0.8, near=0.95),
    ),
    check=_check,
    context=("加", "联系", "私聊", "咨询", "扫", "找我", "备注"),
    examples=(
        Example("加微信：abc_12345", "abc_12345"),
        Example("ＶＸ：lisi2020xx", "lisi2020xx"),
        Example("微信号xiaoming_88", "xiaoming_88"),
        Example("❤️薇信lily520520", "lily520520"),
        Example("加ｖ❤：abc_12345，日结兼职", "abc_12345"),
        Example("加v❤️abc_12345", "abc_12345"),
        Example("加我V abc_12345", "abc_12345"),
        Example("v❤：abcdefgh", "abcdefgh"),
        Example("微信👉👉lily520520", "lily520520"),
        Example("加微⭐:lily520520", "lily520520"),
        Example("➕v：lily_2020", "lily_2020"),
        Example("我的微信是wxid_abcd1234", "wxid_abcd1234"),
        Example("加卫星 lily520520", "lily520520"),
        Example("加我微信lilylily", "lilylily"),
        Example("ｗ信ｌｉｌｙ５２０５２０", "ｌｉｌｙ５２０５２０"),
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
        "微博加v认证了",
        "加v，iphone13pro也行",
        "微信、qq2020版",
        "微信（weixin_2020）",
        "加vlog2020话题",
        "微信❤️",
        "加微距镜头ef100mm",
        "音量加v+abc12345",
        "卫星gps_2020发射",
        "北斗卫星beidou-3",
    ),
)
