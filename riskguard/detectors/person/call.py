"""Calls to expose or to harass somebody. A call alone is weak; what it calls for needs somebody's information."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskguard.detectors.person.reader import Place, Reader, any_of, sentence_end, sentence_start
from riskguard.detectors.person.words import words
from riskguard.detectors.pii.recogniser import Example

_W = r"[^,。!?;\n]"
_KIND = "(?:人|货|女的?|男的?|骗子|渣[男女]|老赖|家伙|东西)"
_ONE = (
    rf"(?:[她他]们?|(?<![a-z])ta(?![a-z])|此人|[这那][个位]?{_KIND}|渣[男女]|小三|骗子|老赖|人渣|贱人|畜生"
    "|[\u4e00-\u9fff]某某?)"
)
_MEANS = "(?:电话|手机|微信|号码|私信|评论区?|家门|邮箱|单位)"
_PLACE = "(?:家里?|单位|公司|学校|宿舍)"
_DATA = "(?:信息|住址|地址|电话|手机号?|照片|身份证|资料)"

_EXPOSE = (
    rf"(?:记住|认准|认清|看清){_W}{{0,4}}(?:{_ONE}|这张脸)|[让送]{_ONE}{_W}{{0,3}}(?:火一把|上热搜|出名|红一把)|{_ONE}的?{_W}{{0,4}}(?:户籍|全家信息|底细){_W}{{0,6}}",
    (
        "人肉(?!包子|叉烧|饺子|馅|串|市场|恐怖|盾牌|沙包|搬运|背回|带回|代购)"
        rf"{_W}{{0,4}}(?:{_ONE}|出来|一下|搜索|到底|结果)"
    ),
    "求人肉|(?:帮忙|一起|快来)人肉|人肉(?:到了|成功|信息|资料)|全网(?:扩散|人肉)",
    rf"(?<![\u4e00-\u9fff])开盒(?=[!:,\s])|开盒成功|开{_ONE}的?盒|开盒了?{_W}{{0,4}}{_ONE}|盒(?:了|一下|死)?{_ONE}",
    rf"[把给]{_ONE}(?:的{_W}{{0,8}})?给?(?:开盒|盒了|人肉|挂(?:出来|出去|网上|墙上|上来|了)|扒(?:出来|光)|曝光|公开|发(?:出来|网上))",
    r"(?:信息|资料|底细|老底|住址|身份)(?:我|都|全|被我|给){0,2}扒(?:出来|到|光)",
    rf"挂(?:一下|一个){_W}{{1,8}}(?:的|者|狗|贼)",
    rf"[挂扒](?:出来|一下|一个){_W}{{0,6}}{_ONE}|挂{_ONE}|曝光{_W}{{0,6}}{_ONE}",
    rf"{_ONE}{_W}{{0,6}}{_DATA}{_W}{{0,4}}(?:在这|如下|奉上|给大家|挂这|公布|曝光|全网|扩散|拿走不谢|自取)",
    rf"让(?:大家|全网|所有人|全校|全公司)都?(?:看看|认识|知道|见识){_W}{{0,6}}{_ONE}|[让叫]{_ONE}(?:社死|社会性死亡|出名|身败名裂)",
)
_ALL = (
    "(?:大家|你们|兄弟们?|姐妹们?|网友们?|有空的|各位|所有人|家人们|都给我|都|一起|快|给我(?=去|狠|冲|骂|打爆|往死)|狠狠"
    "|有时间的?|一人一个)"
)
_DO = (
    "(?:骂死?|喷|冲(?!冲|鸭|浪|咖|奶|凉)|问候|轰炸|骚扰(?!电话|短信|信息)|打爆|爆破|围攻|堵门?|恶心|教训|收拾|弄死|整死"
    "|网暴|炸)"
)
_TOGETHER = rf"{_ALL}(?:去|帮我|给我|来){{0,2}}"
_GIVE = "(?:给你们|给大家|在此|放这|奉上|拿去|拿走|自取|不谢|送你们|发给大家)"
_HARASS = (
    rf"{_MEANS}{_W}{{0,4}}{_GIVE}|{_ALL}去?{_W}{{0,3}}(?:好好招呼|伺候|照顾照顾|慢慢玩){_W}{{0,4}}(?:{_ONE}|$|[,。!?;\n])",
    rf"(?:网暴|爆破|骂爆|骂死|玩死|搞死|整死|弄死|冲烂){_ONE}|帮我{_W}{{0,4}}(?:骂|轰炸|打爆|网暴){_W}{{0,4}}{_ONE}",
    rf"{_ALL}(?:都|快|一起|给我|可以|来|帮忙)?去?{_W}{{0,4}}?{_DO}{_W}{{0,6}}?(?:{_ONE}|{_MEANS})",
    rf"{_TOGETHER}(?:骂|轰炸|冲|问候|网暴)(?:死|爆)?(?=$|[,。!?;\n])",
    rf"(?:私信|电话|短信)轰炸|见一次[骂打]一次|(?<!猛)冲了{_ONE}",
    rf"[把给]?{_ONE}的?(?:电话|手机|微信|私信){_W}{{0,2}}(?:打爆|炸了|轰炸)",
    rf"(?:打爆|轰炸|(?<!疯)狂打|爆破|呼死){_W}{{0,4}}(?:{_ONE}|{_MEANS})",
    rf"让{_ONE}(?:电话|手机)被?打爆|别放过{_ONE}",
    rf"[给往]{_ONE}{_PLACE}?[寄送发]{_W}{{0,4}}(?:刀片|花圈|冥币|死老鼠|骨灰盒|恐吓)",
    rf"[去上到堵]{_ONE}{_PLACE}(?:门口)?(?:堵|闹|泼|骂|蹲)",
    rf"{_ALL}{_W}{{0,3}}[打加]{_ONE}{_W}{{0,6}}(?:骂|问候|教育|教训|聊聊)",
    rf"{_ALL}去?[加打]{_ONE}(?:微信|qq|电话|手机)?(?=$|[,。!?;\n])",
)
_CALL = re.compile(f"(?P<harass>{'|'.join(_HARASS)})|(?P<expose>{'|'.join(_EXPOSE)})")
_AGAINST = re.compile(any_of(words("call_against")))
_HARASSING, _EXPOSING = 0.3, 0.25


def _places(text: str) -> Iterator[Place]:
    for call in _CALL.finditer(text):
        if not _AGAINST.search(text, sentence_start(text, call.start()), sentence_end(text, call.end())):
            score, why = (_HARASSING, "召集骚扰") if call["harass"] else (_EXPOSING, "号召曝光")
            yield Place(call.start(), call.end(), score, why)


CALL = Reader(
    label="doxxing",
    title="人肉开盒",
    gate=words("call_signs"),
    places=_places,
    examples=(
        Example("大家去骂他，电话给你们", "大家去骂他"),
        Example("把她的身份证挂出来", "把她的身份证挂出来"),
        Example("求人肉这个女的", "求人肉"),
        Example("曝光这个渣男的手机号", "曝光这个渣男"),
        Example("一起打爆他的手机", "一起打爆他"),
        Example("给他家寄刀片", "给他家寄刀片"),
        Example("开盒她！快", "开盒她"),
    ),
    near_misses=(
        "人肉包子铺",
        "不要人肉她，这是违法的",
        "我被开盒了怎么办",
        "新专辑曝光啦",
        "大家都在骂天气",
        "快递盒了解一下",
        "冲咖啡给他喝",
        "衣服挂出来晒晒",
        "禁止曝光他人住址",
    ),
)
