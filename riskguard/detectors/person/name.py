"""Names of people by rule: a surname with a given name where the words around it present a person.

A name in talk ('刘德华演唱会') is left to the encoder: no table knows who is famous.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskguard.detectors.person.people import FULL_NAME, NOT_NAMES, SURNAME
from riskguard.detectors.person.reader import Place, Reader, any_of
from riskguard.detectors.person.words import words
from riskguard.detectors.pii.recogniser import Example
from riskguard.text.late import LatePattern

_HAN = "[\u4e00-\u9fff]"
_GRAMMAR = "某的了在是我你他她它们这那有与跟及或也都就还又很不没吗呢吧啊呀哦嗯么什怎为被把给让从到说叫号年"
_ANY = f"(?![{_GRAMMAR}]){_HAN}"
_GIVEN = f"[{''.join(words('given'))}]"
_FOLLOWS = (
    "(?=$|[^\u4e00-\u9fff]|[的是在和与男女住于因说已现被您请系向家收]"
    "|同学|先生|女士|小姐|老师|医生|电话|手机|身份证|微信|今年|来自|出生|生于|毕业|就读|签收)"
)
_PRESENTED = LatePattern(any_of(words("presented")))
_AFTER_THAT = LatePattern(
    rf"\s?(?:[:为是叫]\s?){{0,2}}(?:(?P<sure>{FULL_NAME}){_FOLLOWS}|(?P<likely>{SURNAME}(?:{_ANY}){{1,2}}){_FOLLOWS})"
)
_TITLES = ("同学", "先生", "女士", "小姐", "太太", "老师", "医生", "教授", "阿姨")
_MEANS = ("手机", "电话", "身份证", "微信", "qq", "住址", "家庭住址", "学号", "银行卡", "车牌")
_TITLED = LatePattern(any_of(_TITLES))
_TOLD = LatePattern(
    rf"男(?:性)?(?=[,、)\s。]|$)|女(?:性)?(?=[,、)\s。]|$)|(?:{any_of(_MEANS)})(?:号码?)?\s?[:是为]?\s?(?=[0-9a-z])"
    r"|1[3-9][0-9]{9}(?![0-9])|[1-9][0-9]{16}[0-9x](?![0-9])"
)
_TOLD_OF = LatePattern(
    "你欠我|你个|收(?=$|[^\u4e00-\u9fff])|又迟到|欠钱|(?:已经?|上周|昨天|今天|前天|刚刚?)?(?:被)?(?:确诊|查出|怀孕|感染了|得了)|是阳性"
)
_BEFORE_THAT = LatePattern(rf"(?<![@\u4e00-\u9fff])(?P<it>{FULL_NAME})的?(?:\s?[,、:(/|]\s?|\s)?$")
_REACH = 8
_SURE, _LIKELY = 0.85, 0.6


def _places(text: str) -> Iterator[Place]:
    for cue in _PRESENTED.finditer(text):
        name = _AFTER_THAT.match(text, cue.end())
        if name is not None and name[str(name.lastgroup)][:2] not in NOT_NAMES:
            score = _SURE if name["sure"] else _LIKELY
            yield Place(*name.span(str(name.lastgroup)), score, "前面写着这是谁")
    yield from _before(text, _TOLD, _SURE, "后面写着此人的信息")
    yield from _before(text, _TOLD_OF, _LIKELY, "后面说此人怎样")
    yield from _before(text, _TITLED, _LIKELY, "后面是称呼")


def _before(text: str, cues: LatePattern, score: float, why: str) -> Iterator[Place]:
    for cue in cues.finditer(text):
        name = _BEFORE_THAT.search(text, max(0, cue.start() - _REACH), cue.start())
        if name is not None and name["it"][:2] not in NOT_NAMES:
            yield Place(*name.span("it"), score, why)


NAME = Reader(
    label="pii.name",
    title="姓名",
    gate=(
        *words("presented"),
        *_TITLES,
        *_MEANS,
        *(f"{mark}{sex}" for mark in ",( 、" for sex in "男女"),
        *map(str, range(130, 200)),
    ),
    places=_places,
    examples=(
        Example("我叫王小明，今年上大二", "王小明"),
        Example("姓名：欧阳晓雪 电话", "欧阳晓雪"),
        Example("收件人李四，人民路8号", "李四"),
        Example("患者张建国，男，65岁", "张建国"),
        Example("陈思雨 13800138000", "陈思雨"),
        Example("赵丽华同学，请到失物招领处", "赵丽华"),
        Example("这人叫钱多多，欠钱不还", "钱多多"),
    ),
    near_misses=(
        "刘德华演唱会的票抢到了",
        "我叫了外卖",
        "本人安全到家",
        "患者应当多喝水",
        "学生万岁",
        "王者荣耀又更新了",
        "联系人工客服",
        "司机师傅等等我",
        "周末电话打不通",
        "业主方便的话来一趟",
    ),
)
