"""What a case's post gives away about people, as the page lists it: whose it is, how bad that is, and by which law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from riskguard.console import wording
from riskguard.domain.finding import NOTABLE, Finding
from riskguard.domain.privacy import Risk, Whose


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One kind of information about one sort of people."""

    label: str
    whose: Whose
    risk: Risk
    sensitive: bool
    basis: str
    raised: str
    places: int

    @property
    def owner(self) -> str:
        """本人, 他人, 商家, 公共."""
        return wording.WHOSE[self.whose]

    @property
    def danger(self) -> str:
        """How bad it is, in Chinese."""
        return wording.RISKS[self.risk]


def disclosures(findings: Iterable[Finding]) -> list[Disclosure]:
    """What was graded, worst first; what several findings of a kind tell of the same people stands once."""
    worst: dict[tuple[str, Whose], Disclosure] = {}
    for finding in findings:
        if "risk" in finding.facts and finding.score >= NOTABLE:
            each = _disclosure(finding)
            known = worst.get((each.label, each.whose))
            if known is None or each.risk > known.risk:
                worst[each.label, each.whose] = each
    return sorted(worst.values(), key=lambda each: (-each.risk, not each.sensitive, each.label))


def _disclosure(finding: Finding) -> Disclosure:
    facts = finding.facts
    return Disclosure(
        label=finding.label,
        whose=Whose(str(facts.get("whose", Whose.UNKNOWN))),
        risk=Risk.parse(str(facts["risk"])),
        sensitive=bool(facts.get("pipl_sensitive", False)),
        basis=str(facts.get("basis", "")),
        raised=str(facts.get("raised", "")),
        places=finding.places,
    )
