"""QQ numbers: five to eleven digits, only beside a word that says so."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.number import DIGIT, GAP, grouped
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, matched
from riskguard.text.late import LatePattern

_WORD = (
    r"(?:(?<![a-z])q\s?q(?![a-z])|[扣抠叩口蔻寇][扣抠叩口蔻寇]|[秋球丘][秋球丘]|小?企鹅|鹅号|🐧|qiuqiu|koukou"
    r"|(?<=[加我的联系找])[扣抠叩蔻鹅](?=\s?[号::0-9]))"
)
_FIRST = "q扣抠叩口蔻寇秋球丘鹅🐧k"
_SAYS = rf"\s?(?:号码|号|邮箱|联系|同号)?\s?(?:[::是为=]|就是|{GAP})?\s?"
_RIGHT = r"(?![0-9a-z%])(?!\.[0-9])(?!\s?(?:元|块|万|亿|个|人|条|次|年|版|级|名|位|张|@[a-z]))"
_SPACED = re.compile(r"[0-9](?:\.[0-9]){6,}")
_QUARTER = re.compile(r"[0-9][^0-9]+[0-9]{2}")
_NO_MOBILE = rf"(?!1(?:{GAP})?[3-9](?:{DIGIT}){{9}}(?![0-9]))"


def _check(match: re.Match[str]) -> Opinion:
    """False for versions of the program, QQ 9.2.5.2, and for quarters of a year, Q3 2020 1234."""
    it = matched(match)
    version = set(re.sub("[0-9]", "", it)) == {"."} and not _SPACED.fullmatch(it)
    return False if version or _QUARTER.match(it) else grouped(match)


QQ = Recogniser(
    label="pii.qq",
    title="QQ号",
    signs=Signs(digits=5, chars=_FIRST),
    gate=re.compile(rf"[{_FIRST}][^\n]{{0,8}}?[1-9](?:{DIGIT}){{4}}"),
    patterns=(
        Pattern(LatePattern(rf"{_WORD}{_SAYS}{_NO_MOBILE}(?P<it>[1-9](?:{DIGIT}){{4,10}}){_RIGHT}"), 0.85, 0.95),
        Pattern(
            LatePattern(rf"{_WORD}\s?群(?:号码|号)?\s?[::是为]?\s?(?P<it>[1-9](?:{DIGIT}){{4,10}}){_RIGHT}"),
            alone=0.85,
            near=0.95,
            title="QQ群号",
            kind="group",
        ),
        Pattern(
            LatePattern(rf"(?<![a-z0-9])q{_SAYS}{_NO_MOBILE}(?P<it>[1-9](?:{DIGIT}){{5,10}}){_RIGHT}"),
            alone=0.6,
            near=0.9,
        ),
    ),
    check=_check,
    context=("加", "联系", "私聊", "咨询", "找我", "备注"),
    against=("订单", "单号", "编号", "型号"),
    examples=(
        Example("QQ：123456789", "123456789"),
        Example("加扣扣87654321", "87654321"),
        Example("ｑｑ群 345678901", "345678901"),
        Example("企鹅号：一二三四五六七八九", "一二三四五六七八九"),
        Example("q号 1234 56789", "1234 56789"),
        Example("我的抠抠是③⑧⑦⑥⑤④③②", "③⑧⑦⑥⑤④③②"),
        Example("Q号:①⓪⓪⓪⓪②⑧④⑦", "①⓪⓪⓪⓪②⑧④⑦"),
        Example("q q 1.0.0.0.0.2.8.4", "1.0.0.0.0.2.8.4"),
        Example("加q：87654321", "87654321"),
        Example("🐧8️⃣7️⃣6️⃣5️⃣4️⃣3️⃣2️⃣1️⃣", "8️⃣7️⃣6️⃣5️⃣4️⃣3️⃣2️⃣1️⃣"),
    ),
    near_misses=(
        "QQ音乐2020",
        "qq空间12345",
        "企鹅12345个",
        "faqq12345678",
        "QQ13800138000",
        "QQ等级100级",
        "Q2 2020",
        "iq100000",
        "QQ飞车2020年12月",
        "QQ 22.7.14.21内测",
        "QQ 24.28.28",
        "Q3 2020 12345",
    ),
)
