"""How bad it is if this is public: each kind by itself, and worse in company. Pure; the numbers stand in taxonomy.yaml.

Another finding never makes one milder: `tests/property/test_disclosure.py` holds that law.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from riskguard.domain.finding import Finding
from riskguard.domain.privacy import MINOR, Aggregate, Risk, Whose
from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.services.disclosure.doxxing import DOXXING, LIKELY

_PLAIN_BASIS = ("个人信息保护法 第四条",)
_GROWN = 14
_CHILD = re.compile(
    r"(?<![0-9.])(?:[0-9]|1[0-3])\s?周?岁(?!以[上下]|时|那年|的时候|起)|[一二三四五六]年级|幼儿园|小学[生部一二三四五六]|[大中小]班小朋友|婴儿"
)
_IDENTITY = re.compile(r"[0-9]{6}(?P<born>(?:19|20)[0-9]{6})[0-9]{3}[0-9x]")
_OTHER_SIGNS = re.compile("[^0-9x]")
_STOPS = "。!?;\n"
_ABOUT_CHARS = 60

Place = tuple[int, int]
"""[start, end) in the folded text."""


def graded(findings: Sequence[Finding], *, children: bool, taxonomy: Taxonomy) -> list[Finding]:
    """The findings with the facts `risk`, `pipl_sensitive`, `basis` and, where company made it worse, `raised`.

    Their fact `whose` is known already. `children` says that a child under fourteen is spoken of beside them.
    """
    labels = {f.label: _label(f.label, taxonomy) for f in findings}
    company = [labels[label] for label in sorted({f.label for f in findings if _counts(f)})]
    raising = [each for each in taxonomy.aggregates if _holds(each, company, children=children)]
    names = "、".join(label.zh for label in company)
    return [_told(f, labels[f.label], raising if _counts(f) else [], names) for f in findings]


def speaks_of_child(folded: str, place: Place) -> bool:
    """Whether the sentence around the place speaks of a child under fourteen."""
    start = max((folded.rfind(stop, 0, place[0]) for stop in _STOPS), default=-1) + 1
    ends = [found for stop in _STOPS if (found := folded.find(stop, place[1])) >= 0]
    first, last = max(start, place[0] - _ABOUT_CHARS), min([*ends, place[1] + _ABOUT_CHARS, len(folded)])
    return _CHILD.search(folded, first, last) is not None


def is_of_child(identity: str, at: date) -> bool:
    """Whether these 18 digits, however spaced, are the identity number of somebody who is under fourteen then."""
    found = _IDENTITY.fullmatch(_OTHER_SIGNS.sub("", identity))
    return found is not None and int(f"{at:%Y%m%d}") - int(found["born"]) < _GROWN * 10_000


def _counts(finding: Finding) -> bool:
    return finding.label != DOXXING and finding.score >= LIKELY and not _published(finding)


def _holds(aggregate: Aggregate, company: Sequence[Label], *, children: bool) -> bool:
    """One kind of information is not its own company: a bank card is an identifier and sensitive, and alone."""
    identifiers = {label.id for label in company if label.grade.identifies}
    if len(identifiers) < aggregate.identifiers:
        return False
    if not aggregate.beside or (children and MINOR in aggregate.beside):
        return True
    return any(identifiers - {label.id} for label in company if label.grade.sensitive in aggregate.beside)


def _told(finding: Finding, label: Label, raising: Sequence[Aggregate], names: str) -> Finding:
    grade, published = label.grade, _published(finding)
    law = "、".join(label.basis) + (f"（{grade.sensitive}）" if grade.sensitive else "")
    facts: dict[str, str | int | float | bool] = {
        "risk": (Risk.LOW if published else grade.risk.raised(len(raising))).word,
        "pipl_sensitive": bool((grade.sensitive or raising) and not published),
        "basis": "；".join(dict.fromkeys([law, *(each.basis for each in raising)])),
    }
    if raising:
        facts["raised"] = "；".join(each.because for each in raising) + f"：{names}"
    return replace(finding, facts={**finding.facts, **facts})


def _published(finding: Finding) -> bool:
    """Whether it is given out to be reached; a call to harass is as bad against a shop."""
    return finding.label != DOXXING and Whose(str(finding.facts.get("whose", Whose.UNKNOWN))).published


def _label(label: str, taxonomy: Taxonomy) -> Label:
    """Its entry; a plain one for information that only a detector of others knows."""
    return taxonomy.label(label) if label in taxonomy else Label(label, label, label, Family.PRIVACY, 2, _PLAIN_BASIS)
