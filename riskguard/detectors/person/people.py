"""Who is spoken of, in folded text: oneself, somebody, or one person who could be found out."""

from __future__ import annotations

from riskguard.detectors.person.words import either, words

SURNAME = either("surnames")
NOT_NAMES = frozenset(words("not_names"))
"""Words that begin like a name."""

FULL_NAME = rf"(?!{either('not_names')}){SURNAME}[{''.join(words('given'))}]{{1,2}}"
"""A surname and a given name of usual characters."""

SELF = r"我(?!们|国|市|省|县|区|校|院|司|方|党)|俺|本人|老子|老娘"
_KIN = either("kin")
_OF = r"(?:我|你|他|她|咱|俺)们?(?:家|班|公司|单位|小区|楼|村|学校|宿舍|部门)?(?:的|那个|有个|里)?"
SOMEBODY = (
    rf"{_OF}{_KIN}|(?:隔壁|对门|对面|楼[上下]|前排|后排)(?:的|那个|那户|邻居|班|宿舍|老太|老头|{_KIN}|{either('titles')})?"
    r"|(?:室友|舍友|同事|同桌|邻居|闺蜜|前任|前男友|前女友|房东|班主任|辅导员|老公|老婆|婆婆|儿子|女儿|闺女|孩子|爷爷|奶奶|外公|外婆)"
    r"|[的个位](?:老太太?|老头子?|老人|大爷|大妈|阿姨|小伙子?|姑娘|女孩|男孩|小孩|业主|租客|住户)"
    r"|(?<![其吉])[他她](?!们|人)|(?<![a-z])ta(?![a-z])"
    r"|[这那](?:个|位|名)?(?:男|女|人|老师|同学|学生|孩子|病人|患者|家伙|老人)[人的孩生]?(?!们)|此人|该(?:男子|女子|患者|同学|员工|学生|病例)"
)
"""One person, whoever that is."""

NAMED = (
    rf"(?<![\u4e00-\u9fff]){FULL_NAME}(?=[的是有在做住被把患得确查怀感染已昨今上前刚核抗健每从乘坐到去0-9])"
    rf"|(?<![\u4e00-\u9fff])(?!{either('not_names')}){SURNAME}[\u4e00-\u9fff]{{1,2}}(?=被?(?:确诊|诊断)|查出|怀孕了|是阳性|得了)"
    rf"|(?:同事|同学|室友|那个|邻居|老师|班主任|同桌|听说){FULL_NAME}"
    rf"|{SURNAME}(?:某某?|某[甲乙丙丁]|×+|x{{1,2}}(?![a-z])|\*{{1,2}}|{either('titles')})"
    rf"|(?<![\u4e00-\u9fff])(?:患者|病例|确诊者|同学|员工|学生)?{SURNAME}[\u4e00-\u9fff]{{1,2}}(?=[,:(]|\s|同[学志])"
    r"|(?:病例|患者|阳性感染者|无症状感染者|密接者?)\s?[0-9]{1,4}(?![0-9例名人])"
    r"|[男女]性?[,、]?\s?[0-9]{1,3}\s?周?岁|[0-9]{1,3}\s?周?岁的?[,、]?\s?[男女](?!人|性)"
    r"|[0-9一二三四五六七八九十]+(?:栋|幢|号楼|单元|室)的?(?:[0-9]{2,4})?(?:室|的)?"
    r"(?:那[户家]|业主|住户|租客|大[爷妈]|阿姨|邻居|老头|老太)"
)
"""One person who could be found out."""
