"""WeChat ids: only beside a word that says so, since any name could be one."""

from __future__ import annotations

import re
from typing import NamedTuple

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, matched
from riskguard.text.late import LatePattern

_SIGN = r"[^0-9a-z\u3400-\u9fff\s@#/%&,.;!?。、…:()\[\]<>《》「」『』\"'“”‘’_+\-]"
"""A heart, a star, an arrow: what stands between word and id to break them apart. No punctuation, and no letter."""

_NOISE = rf"(?:[\s.·*+_|-]|{_SIGN}{{1,2}})?"


class _Way(NamedTuple):
    """A way to begin: one of the characters `first`, what stands `before` it, and what follows."""

    first: str
    rest: str = ""
    before: str = ""


def _said(*ways: _Way, then: str = "") -> list[_Way]:
    return [way._replace(rest=f"{way.rest}{then}") for way in ways]


def _pattern(ways: list[_Way], found: str, alone: float, near: float) -> Pattern:
    """Begins with all first characters as one class: a search for a class is quick, one for lookbehinds is not."""
    firsts = "".join(dict.fromkeys("".join(way.first for way in ways)))
    begun = "|".join(f"(?<=[{way.first}]){way.before}{way.rest}" for way in ways)
    return Pattern(LatePattern(f"[{firsts}](?:{begun}){found}"), alone, near)


def _after(*words: str) -> str:
    """One of these stands before the character just read, perhaps with a space between."""
    return "(?:" + "|".join(rf"(?<={word}.)|(?<={word}\s.)" for word in words) + ")"


_NO_LETTER, _NO_SIGN = "(?<![a-z].)", "(?<![a-z0-9].)"
_ASKED = _after("[加私找戳扫换留询约问滴+➕✚]", "[加找私]我", "[加下]个", "联系", "私聊", "咨询")
_WORD = (
    _Way("w", r"(?:e\s?chat(?![a-z])|ei\s?xin(?![a-z])|ei信)", _NO_LETTER),
    _Way("vw", rf"{_NOISE}(?:x(?![a-z])|[信芯心伩])", _NO_LETTER),
    _Way("微薇威徽维葳崴溦嶶围喂❤♥💚", f"{_NOISE}信"),
    _Way("微薇威徽葳崴溦嶶", "[芯心伩x❤♥]"),
    _Way("绿", "(?:泡泡|色软件)"),
    _Way("卫", "星", _after("[加我的+➕✚]", "联系")),
    _Way("卫", r"星(?=\s?[号::])"),
    _Way("🛰"),
)
_LETTER = (
    _Way("v", rf"\s?{_SIGN}{{0,3}}\s?[::]\s?", _NO_SIGN),
    _Way("微薇威", rf"\s?{_SIGN}{{0,3}}\s?[::]\s?", r"(?:(?<![\u3400-\u9fff].)|(?<=[加私找手我的].))"),
)
_HAN = "零〇一二三四五六七八九"
_LURE = _Way("v微薇卫威❤", r"(?![a-z0-9信])\s?", _ASKED)
_GLUED = _Way("vw", r"(?:x|echat|eixin)", _after("[加我的+➕✚]"))
_TALK = r"(?!公众|公号|订阅|服务|小程序|支付|群|版)[\u3400-\u9fff]{1,4}\s?[::]?\s?"
_SAYS = (
    rf"{_SIGN}{{0,4}}\s?(?:(?:搜索?|搜一?下|找|添?加|小号|大号|联系|名|号码|号|帐号|账号|id|同号)\s?[::是为=]?"
    r"|[::是为=]|就是|→|->|-|—)\s?"
)
_ID = rf"(?P<it>[a-z](?:[-_a-z0-9]|[{_HAN}](?=[-_a-z0-9{_HAN}])|(?<=[{_HAN}])[{_HAN}]){{5,19}}+)(?![-_a-z0-9.@])"
_MARKED_ID = rf"(?=[a-z]+[-_0-9]){_ID}"
_APART_ID = (
    r"(?P<it>[a-z](?:(?: [-_a-z0-9]){5,19}|(?:\.[-_a-z0-9]){5,19}|(?:-[_a-z0-9]){5,19}))(?![-_a-z0-9.@]| [a-z0-9])"
)
_FIRST = "".join(way.first for way in (*_WORD, *_LETTER, _LURE))
_NOT_IDS = frozenset(
    {"wechat", "weixin", "android", "iphone", "windows", "follow", "public", "official", "account", "support", "number"}
)


def _check(match: re.Match[str]) -> Opinion:
    """False for names of programs, and for what only says what it is: 微信（weixin_2020）."""
    it = matched(match)
    return False if it in _NOT_IDS or it.startswith(("wechat", "weixin")) else None


WECHAT = Recogniser(
    label="pii.wechat",
    title="微信号",
    signs=Signs(chars=_FIRST),
    gate=re.compile(rf"[{_FIRST}].{{1,14}}?[a-z][ .-]?[-_a-z0-9]"),
    patterns=(
        _pattern([*_said(*_WORD, then=_SAYS), *_LETTER], _ID, 0.9, 0.97),
        _pattern([*_said(*_WORD, then=_SAYS), *_LETTER, *_said(_LURE, then=r":?\s?")], _APART_ID, 0.8, 0.95),
        _pattern(_said(*_WORD, then=r"\s?\(?"), _MARKED_ID, 0.7, 0.9),
        _pattern(_said(*_WORD, then=_TALK), _MARKED_ID, 0.4, 0.8),
        _pattern([_GLUED], _MARKED_ID, 0.6, 0.9),
        _pattern([_Way("微薇威徽", r"\s?[::]?\s?")], _MARKED_ID, 0.6, 0.9),
        _pattern(_said(_Way("加我的+➕✚", "我?的?"), then=r"(?:[微薇威徽]信|vx|wx)\s?"), _ID, 0.65, 0.7),
        _pattern(_said(*_WORD, _LURE, then=rf"\s?{_SIGN}{{1,4}}[\s::]?"), _MARKED_ID, 0.8, 0.95),
        _pattern(_said(_LURE, then=r"(?:号?\s?[::]\s?|(?=[a-z]+[-_0-9]))"), _ID, 0.8, 0.95),
        _pattern(
            [
                _Way(
                    "v",
                    rf"(?:\s?{_SIGN}{{1,3}}\s?|\s)(?=[a-z]{{3}}[a-z]*[-_]?[0-9]{{2}})",
                    r"(?<![a-z0-9].)(?<![a-z]\s.)",
                )
            ],
            _ID,
            0.6,
            0.9,
        ),
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
        Example("买手薇：lily520520", "lily520520"),
        Example("我V❤ lily520", "lily520"),
        Example("想要的V lily_520", "lily_520"),
        Example("微信号：lily520一三一四", "lily520一三一四"),
        Example("微信：l i l y 5 2 0", "l i l y 5 2 0"),
        Example("联系老王（微信lily_520）", "lily_520"),
        Example("联系我，微信上搜一搜lily_520", "lily_520"),
        Example("加vxlily_520", "lily_520"),
        Example("小姐姐薇 lily_520", "lily_520"),
        Example("V❤X：lily零零520", "lily零零520"),
        Example("威❤信：lily_520", "lily_520"),
        Example("W X：lily520520", "lily520520"),
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
        "显微：abcdefgh",
        "V字仇杀队 film1999",
        "bbc v abc1234",
        "微信公众号：english0361",
        "微信公众号english0361",
        "卫星gps_2020发射",
        "北斗卫星beidou-3",
    ),
)
