"""Whether a text speaks of a term rather than uses it: 刷单都是骗局, 他骂我傻逼, 请上交枪支, 不招代理."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.lexicon.dictionary import Numbers
from riskguard.detectors.lexicon.gate import Gate, begun_between
from riskguard.text.channels import Channel
from riskguard.text.view import TextView

SPOKEN_OF = 1 / 3
"""What is left of a term that is spoken of. It may still be meant, so it is never silent."""

_BEFORE, _AFTER = 12, 10

_WARNED = (
    r"谨防|警惕|当心|小心|严防|防范|勿信|勿点|请勿(?:相信|参与|轻信)?|切勿(?:相信|参与|轻信)?|别(?:再)?(?:信|碰|买|加|搞|做|参与|相信)"
    r"|不要(?:相信|参与|轻信|碰)|拒绝|远离|抵制|举报|打击|严打|整治|清理|查处|查获|缴获|收缴|破获|上交|上缴|禁止|严禁|不得|杜绝"
)
_TOLD = (
    r"(?:骂|说|喊|叫|喷|怼|评论|留言|回复|辱骂|吼)(?:了|过|着)?(?:我们|我|他们|他|她|人家|人|别人|孩子|同学|女生|男生)"
    r"(?:一句|一声|是个|是|就是|叫)?|被(?:人|他|她|网友|同学)?(?:骂|喷|叫|喊|说)(?:了|成|作|过|是|一句|一声)*"
    r"|(?:不许|不准|不能|不该|别|别再|不要|不要再)(?:骂|说|喊|叫)(?:人|什么|别人|我|他|她)?|(?:他|她|有人|老板|别人)们?(?:总|老|还|都)?说|谁说|凭什么说|那句|这句|所谓的?"
)
_HUNTED = (
    r"上交|上缴|收缴|查获|缴获|查处|破获|打击|严打|整治|清理|谨防|警惕|严防|防范"
    r"|请勿|切勿|严禁|禁止|举报|不会(?:让|要求|叫|找)"
)
_REFUSED = r"(?<!要)(?<!能)(?<!敢)(?:不|没|没有|从没|从来没|不用|无需|不必|不需要|用不着|谢绝)"
_AHEAD = re.compile(
    rf"(?:{_WARNED}|{_TOLD})[\s:,\"'“‘「『]*(?:网络|网上|的|各类|一切|所有|任何|什么)*$|(?:{_HUNTED})[\w、]{{0,8}}$"
    rf"|{_REFUSED}$"
)
_BEHIND = re.compile(
    r"^[^\W不没非]{0,4}?[\"'”’」』]?(?:(?:都|就|全|也|统统|本身|其实|这种|本来)*(?<!不)(?:是|属于|属|涉嫌|构成)(?:一种|个|违法)?"
    r"(?:骗局|诈骗|骗人|骗子|违法|犯法|犯罪|陷阱|套路|圈套|假的)|违法|犯法|骗局|骗了|被骗|诈骗案|案件?告破|嫌疑人|团伙"
    r"|(?:这样|这种|那种|之类|一类|这类|这|那)?的?(?:话|字眼|词)(?:早|真|太|就|听|不|,|。|$)|被(?:抓|判|查|捕|端))"
)


_GATE = Gate(
    "勿 别 不 没 骂 说 喊 叫 喷 怼 吼 谨防 警惕 当心 小心 严防 防范 拒绝 远离 抵制 举报 打击 严打 整治 清理 查处"
    " 查获 缴获 收缴 破获 上交 上缴 禁止 严禁 杜绝 评论 留言 回复 那句 这句 所谓 无需 谢绝",
    "话 词 字眼 骗局 诈骗 骗人 骗子 骗了 被骗 违法 犯法 犯罪 陷阱 套路 圈套 假的 告破 嫌疑 团伙 被抓"
    " 被判 被查 被捕 被端",
)
"""What a match before a term holds, and one behind it."""


def spoken_of(view: TextView, start: int, end: int) -> bool:
    """Whether the words beside [start, end) of the folded text warn of it, report it, refuse it or tell who said it."""
    folded = view.folded
    return bool(_AHEAD.search(folded[max(0, start - _BEFORE) : start]) or _BEHIND.match(folded[end : end + _AFTER]))


def may_be_spoken_of(folded: Channel, starts: Numbers, ends: Numbers) -> NDArray[np.bool_]:
    """Of places [start, end) in many texts, whether it is worth asking. Words of a text beside may say yes, too."""
    ahead, behind = _GATE.marks(folded.codes)
    return begun_between(ahead, starts - _BEFORE, starts) | begun_between(behind, ends, ends + _AFTER)
