"""The labels: what each is called, which family it belongs to, how grave it is and on what law it rests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from riskguard.domain.privacy import Aggregate, Grade


class Family(StrEnum):
    """The risks that labels belong to. CUSTOM holds a deployer's own lists."""

    PRIVACY = "privacy"
    COMPLIANCE = "compliance"
    OPINION = "opinion"
    HOMOGENEITY = "homogeneity"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Label:
    """One name of the taxonomy. `severity` is 0 (a fact, no harm) to 4 (gravest); `grade` is for information about
    people."""

    id: str
    zh: str
    en: str
    family: Family
    severity: int
    basis: tuple[str, ...] = ()
    crosswalk: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    grade: Grade = Grade()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All labels by id, and what information about people becomes in company. `custom.*` labels need no entry: a
    deployer names them."""

    labels: Mapping[str, Label] = field(hash=False)
    aggregates: tuple[Aggregate, ...] = ()

    def __iter__(self) -> Iterator[Label]:
        return iter(self.labels.values())

    def __contains__(self, label: str) -> bool:
        return label in self.labels or label.startswith("custom.")

    def label(self, label: str) -> Label:
        """The entry of `label`; a custom one gets a plain entry of its own. KeyError for an unknown one."""
        if label.startswith("custom.") and label not in self.labels:
            name = label.removeprefix("custom.")
            return Label(label, name, name, Family.CUSTOM, severity=2)
        return self.labels[label]
