"""QQ numbers: five to eleven digits, only beside a word that says so."""

from __future__ import annotations

import re

from riskguard.detectors.pii.recogniser import Example, Pattern, Recogniser

_WORD = "(?:qq|扣扣|企鹅|秋秋|球球)"

QQ = Recogniser(
    label="pii.qq",
    title="QQ号",
    gate=re.compile(_WORD),
    patterns=(
        Pattern(
            re.compile(
                rf"(?<![a-z]){_WORD}\s?(?:号码|号|群号|群)?\s?[::是为]?\s?(?P<it>[1-9][0-9]{{4,10}})(?![0-9a-z%元万个人])"
            ),
            alone=0.85,
            near=0.95,
        ),
    ),
    context=("加", "联系", "私聊", "咨询", "找我", "备注"),
    examples=(
        Example("QQ：123456789", "123456789"),
        Example("加扣扣87654321", "87654321"),
        Example("ｑｑ群 345678901", "345678901"),
    ),
    near_misses=("QQ音乐2020", "qq空间12345", "企鹅12345个", "faqq12345678"),
)
