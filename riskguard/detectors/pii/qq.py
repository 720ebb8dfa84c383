"""QQ numbers: five to eleven digits, only beside a word that says so."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.number import DIGIT, GAP, grouped
from riskguard.detectors.pii.recogniser import Example, Pattern, Recogniser

_WORD = r"(?:(?<![a-z])qq(?![a-z])|[扣抠叩秋球][扣抠叩秋球]|企鹅|鹅号|🐧|(?<=[加我的联系找])[扣抠](?=\s?[号::0-9]))"
_SAYS = rf"\s?(?:号码|号|邮箱|联系|同号)?\s?(?:[::是为=]|就是|{GAP})?\s?"
_RIGHT = r"(?![0-9a-z%])(?!\.[0-9])(?!\s?(?:元|块|万|亿|个|人|条|次|年|版|级|名|位|张|@[a-z]))"
_NO_MOBILE = rf"(?!1(?:{GAP})?[3-9](?:{DIGIT}){{9}}(?![0-9]))"

QQ = Recogniser(
    label="pii.qq",
    title="QQ号",
    signs=Signs(digits=5, chars="q扣抠叩秋球企鹅🐧"),
    gate=re.compile(rf"{_WORD}|(?<![a-z0-9])q"),
    patterns=(
        Pattern(re.compile(rf"{_WORD}{_SAYS}{_NO_MOBILE}(?P<it>[1-9](?:{DIGIT}){{4,10}}){_RIGHT}"), 0.85, 0.95),
        Pattern(
            re.compile(rf"{_WORD}\s?群(?:号码|号)?\s?[::是为]?\s?(?P<it>[1-9](?:{DIGIT}){{4,10}}){_RIGHT}"),
            alone=0.85,
            near=0.95,
            title="QQ群号",
            kind="group",
        ),
        Pattern(
            re.compile(rf"(?<![a-z0-9])q(?:号|\s?[::]|\s)?\s?{_NO_MOBILE}(?P<it>[1-9](?:{DIGIT}){{5,10}}){_RIGHT}"),
            alone=0.6,
            near=0.9,
        ),
    ),
    check=grouped,
    context=("加", "联系", "私聊", "咨询", "找我", "备注"),
    against=("订单", "单号", "编号", "型号"),
    examples=(
        Example("QQ：123456789", "123456789"),
        Example("加扣扣87654321", "87654321"),
        Example("ｑｑ群 345678901", "345678901"),
        Example("企鹅号：一二三四五六七八九", "一二三四五六七八九"),
        Example("q号 1234 56789", "1234 56789"),
        Example("我的抠抠是③⑧⑦⑥⑤④③②", "③⑧⑦⑥⑤④③②"),
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
    ),
)
