"""Codes of organisations, which are nobody's: GB 32100 (18 characters) and the nine of GB 11714 before it."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, digits, matched
from riskguard.text.late import LatePattern

_SIGNS = "0123456789abcdefghjklmnpqrtuwxy"
_WEIGHTS = tuple(pow(3, at, 31) for at in range(17))
_OLD_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LENGTH = 18
_GAP = r"[\s.-]?"
_SIGN = "[0-9a-hj-npqrtuwxy]"


def check_sign(seventeen: str) -> str:
    """The last character of the code that begins with these 17 (GB 32100)."""
    return _SIGNS[-sum(_SIGNS.index(sign) * weight for sign, weight in zip(seventeen, _WEIGHTS, strict=True)) % 31]


def old_check_sign(eight: str) -> str:
    """The last character of the code that begins with these eight (GB 11714); 'x' stands for ten."""
    rest = -sum(int(sign, 36) * weight for sign, weight in zip(eight, _OLD_WEIGHTS, strict=True)) % 11
    return "0123456789x"[rest]


def _check(match: re.Match[str]) -> Opinion:
    """Right check digits make a code certain; of digits alone it may be another number that happens to pass."""
    code = digits(matched(match))
    if len(code) < _LENGTH:
        return None if old_check_sign(code[:-1]) == code[-1] else False
    if check_sign(code[:-1]) != code[-1]:
        return False
    return "doubt" if code[:-1].isdigit() else True


ORG_CODE = Recogniser(
    label="pii.org_code",
    title="机构代码，不属于个人",
    signs=Signs(digits=5),
    gate=re.compile(rf"[0-9](?:{_GAP}[0-9]){{5}}|-[0-9x](?![0-9a-z])|代码"),
    patterns=(
        Pattern(
            LatePattern(
                rf"(?P<it>[1-9a-gny](?<![0-9a-z].){_GAP}{_SIGN}(?:{_GAP}[0-9]){{6}}(?:{_GAP}{_SIGN}){{10}})(?![0-9a-z])"
            ),
            alone=0.9,
            near=0.98,
            title="统一社会信用代码，不属于个人",
        ),
        Pattern(
            LatePattern(r"(?<![0-9a-z])(?<![0-9a-z][ -])(?P<it>[0-9a-z]{8}-?[0-9x])(?![0-9a-z]|[ -][0-9a-z])"),
            alone=0.0,
            near=0.95,
            title="组织机构代码，不属于个人",
        ),
    ),
    check=_check,
    context=("机构代码", "信用代码", "税号", "纳税人", "营业执照", "统一代码"),
    examples=(
        Example("统一社会信用代码91350100M000100Y43", "91350100M000100Y43"),
        Example("开票税号：９１３５０１００Ｍ０００１００Ｙ４３", "９１３５０１００Ｍ０００１００Ｙ４３"),
        Example("纳税人识别号91 350100 M000100Y4 3", "91 350100 M000100Y4 3"),
        Example("组织机构代码D2143569-X", "D2143569-X"),
    ),
    near_misses=("信用代码91350100M000100Y44", "组织机构代码D2143569-1", "D2143569-X", "commit 91350100m000100ya1"),
)
