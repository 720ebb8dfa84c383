"""How characters, digits and letters sound. sounds.txt is made by riskguard/training/text_tables.py."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

DIGITS: Mapping[str, str] = MappingProxyType(
    dict(zip("0123456789", ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"], strict=True))
)
"""The syllable of each digit."""

NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "748": "去死吧",
        "7456": "气死我了",
        "740": "气死你",
        "847": "别生气",
        "94": "就是",
        "9494": "就是就是",
        "987": "就不去",
        "88": "拜拜",
        "886": "拜拜了",
        "995": "救救我",
        "520": "我爱你",
        "530": "我想你",
        "584": "我发誓",
        "514": "无意思",
        "1414": "意思意思",
        "8147": "不要生气",
    }
)
"""Numbers that are said for the words they sound like, a digit for a character. Own observations."""

LETTERS: Mapping[str, str] = MappingProxyType({"wei": "v", "kou": "q"})
"""Letters by which a syllable is written besides its initial: 'V信', 'Q群'."""

_ALSO = (
    "行hang 单shan 会kuai 长chang 地de 得dei 着zhuo 着zhao 了liao 还huan 都du 重chong 调tiao 传zhuan 差chai "
    "什shi 乐yue 率shuai 血xie 色shai 弹tan 曾zeng 藏zang 朝zhao 种chong 觉jiao 校jiao 降xiang 角jue 强jiang "
    "吓he 薄bo 剥bao 便pian 卡qia 车ju 参shen 省xing 石dan 给ji 和huo 露lou 落lao 没mo 模mu 炮bao 奇ji 塞se "
    "刹cha 识zhi 似si 熟shou 说shui 提di 系ji 厦xia 削xiao 粘nian 折she 赚zuan 泊bo 佛fo 否pi 贾gu 嚼jiao 劲jing "
    "壳qiao 俩liang 绿lu 埋man 脉mo 弄long 刨bao 茄qie 圈juan 谁shei 数shuo 尾yi 巷hang 畜xu 钥yue 择zhai 这zhei "
    "爪zhua 仔zi 一yao 拓ta 盛cheng 扒pa 伯bai 堡pu 辟bi 扁pian 攒cuan 杉sha 裳chang 臭xiu 椎zhui 大dai 的di "
    "度duo 囤tun 恶wu 解xie 勒le 秘bi 朴piao 曝bao 扎za 幢zhuang 琢zhuo 嗯en"
)
"""Readings of characters besides their usual one."""


@cache
def syllables() -> Mapping[str, str]:
    """The toneless syllable of every Chinese character that has one, in its usual reading; ü is written v."""
    lines = (files(__package__) / "sounds.txt").read_text(encoding="utf-8").split()
    sounds, chars = lines[::2], lines[1::2]
    return MappingProxyType({char: sound for sound, of in zip(sounds, chars, strict=True) for char in of})


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """All syllables of the characters that have several, the usual one first."""
    found: dict[str, tuple[str, ...]] = {}
    for char, sound in ((each[0], each[1:]) for each in _ALSO.split()):
        found[char] = (*found.get(char, (syllables()[char],)), sound)
    return MappingProxyType(found)
