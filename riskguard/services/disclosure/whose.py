"""Whose information a place of a text gives away, by the words around it. Pure; it reads folded text."""

from __future__ import annotations

import re

from riskguard.domain.privacy import Whose

CONTACTS = frozenset({"pii.mobile", "pii.landline", "pii.email", "pii.wechat", "pii.qq", "pii.address"})
"""What businesses and institutions publish. Nobody publishes an identity number."""

_STOP = re.compile(r"[。!?;\n]")
_BEFORE, _AFTER = 48, 16

_KIN = (
    "老公|老婆|前夫|前妻|前男友|前女友|前任|现任|男朋友|女朋友|男友|女友|对象|爸爸|妈妈|老爸|老妈|父亲|母亲|爸|妈|儿子|女儿|闺女"
    "|孩子|宝宝|哥哥|姐姐|弟弟|妹妹|哥|姐|弟|妹|爷爷|奶奶|外公|外婆|姥姥|姥爷|叔叔|舅舅|姑姑|阿姨|婆婆|公公|岳母|岳父|亲戚|家人"
    "|同学|同事|朋友|闺蜜|室友|舍友|邻居|老师|班主任|辅导员|导师|领导|上司|房东|房客|客户|学生|病人"
)
_ACCUSED = (
    "渣男|渣女|博主|这?号主|小三|骗子|人渣|老赖|贱人|凶手|嫌疑人|肇事者|肇事司机|车主|当事人|那个?[男女]的?|这个?[男女]的?"
    "|那(?:个)?人|这(?:个)?人|此人|该[男女]子?|这货|那货|对方|死者|患者|学生家长"
)
_SURNAME = (
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文]"
)
_NUMBER = "(?:手机|电话|身份证|微信|qq|住址|地址|家庭|号码|学号|住在|家住|邮箱|车牌|银行卡|真名|本名|全名|个人信息)"
_OTHER = (
    rf"(?:(?:我|你|他|她|咱|俺)们?家?的?)?(?:{_KIN})|{_ACCUSED}|[他她]们?|(?<![a-z])ta(?![a-z])"
    rf"|{_SURNAME}(?:某某?|某[甲乙丙]|[\u4e00-\u9fff]{{1,2}})的?(?={_NUMBER})"
    rf"|{_SURNAME}(?:先生|女士|小姐|老师|医生|某)"
)
_NOT_ME = "扒|查|挖|搞|弄到|拿到|找到|曝|挂|人肉|帮|给大家|公布|有他|有她|知道"
"""What somebody does who speaks of another: 'I dug this up'."""

_SELF = rf"我(?!{_NOT_ME})|本人|俺|咱|鄙人|自己的|个人(?:微信|电话|手机|邮箱)"
_BUSINESS = (
    r"(?:我们?|本|咱|小|新|老|网|分|总)店|店(?:铺|家|里|址|面)|门店|商家|客服|售后|预[约订定]|订[购座餐位]|下单|招[聘租商生募]|诚聘|急聘"
    r"|应聘|简历|加盟|代理|批发|零售|团购|接单|承接|专业(?:维修|疏通|开锁|搬家)|上门|有限公司|公司(?:电话|地址|邮箱|座机|前台)"
    r"|营业|老字号|旗舰|厂家|供货|货源|出租|转让|出售|报价|中介|商务合作|品牌合作|广告合作|合作(?:微信|邮箱|电话|请)|经纪人|房源"
    r"|民宿|酒店|餐厅|饭店|影楼|工作室|培训班|健身房|驾校"
)
_OFFICE = (
    r"医院|学校|校医院|大学|中学|小学|幼儿园|图书馆|派出所|公安局?|警方|法院|政府|居委会?|街道办?|社区|村委会?|疾控(?:中心)?|卫健委"
    r"|防疫办?|指挥部|红十字会?|慈善总?会|救助站|消防|民政局?|教务处|招生办|物业|物管|管委会|银行|税务局?|法律援助|消协"
)
_PUBLIC = (
    r"热线|报警|急救|举报(?:电话|邮箱|方式)|投诉电话|值班|总机|官方|办公(?:室|电话)|服务电话|咨询电话|监督电话|求助电话|公开电话"
    rf"|(?:{_OFFICE})[^,。!?;\n]{{0,10}}?(?:电话|热线|地址|邮箱|座机|:)|志愿者?(?:招募|服务)|捐[赠款]|挂号|市民服务"
)
_WORDS = re.compile(
    rf"(?P<public>{_PUBLIC})|(?P<business>{_BUSINESS})|(?P<other>{_OTHER})|(?P<self>{_SELF})",
)
_AFTERWARDS = re.compile(
    rf"[\s,)、]{{0,3}}(?:(?P<self>找我|加我|联系我|打我|是我|call我|微信同号|同微信|\(?(?:我|本人))"
    rf"|(?P<business>预[约订定]|订购|客服|欢迎(?:来电|咨询|致电|预)|报名|来电)"
    rf"|(?P<other>是?(?:[他她]|这[个人]|就是这|{_SURNAME}(?:先生|女士|小姐|某))))"
)
_TOLL_FREE = re.compile(r"(?:400|800|95[0-9]|1[012][0-9]{1,3}$|12[0-9]{3}$)")


def whose(folded: str, start: int, end: int, label: str) -> Whose:
    """Of whom the information of kind `label` in [start, end) is.

    The nearest word of its sentence decides; but where a shop or an office gives a way to reach it, 'me' is no person.
    """
    contact = label in CONTACTS
    if contact and _TOLL_FREE.match(folded, start, end):
        return Whose.BUSINESS
    before = folded[max(0, start - _BEFORE) : start]
    stops = [stop.end() for stop in _STOP.finditer(before)]
    nearest = _nearest(before[stops[-1] :] if stops else before, contact=contact)
    if nearest is not Whose.UNKNOWN:
        return nearest
    after = _AFTERWARDS.match(folded[end : end + _AFTER])
    said = Whose(str(after.lastgroup)) if after and after.lastgroup else Whose.UNKNOWN
    return said if contact or not said.published else Whose.UNKNOWN


def _nearest(words: str, *, contact: bool) -> Whose:
    said = [Whose(str(match.lastgroup)) for match in _WORDS.finditer(words)]
    if not contact:
        said = [who for who in said if not who.published]
    if not said:
        return Whose.UNKNOWN
    published = next((who for who in reversed(said) if who.published), None)
    return published if published and said[-1] is Whose.SELF else said[-1]
