"""The taxonomy: strict reading, and what the shipped one must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.domain.errors import PolicyInvalid
from riskguard.domain.privacy import MINOR
from riskguard.domain.taxonomy import Family
from riskguard.policy.condition import lineage
from riskguard.policy.taxonomy import load_taxonomy
from tests.unit.policy.samples import TAXONOMY, write

PROMISED = [
    "pii.id_card",
    "pii.mobile",
    "pii.landline",
    "pii.bank_card",
    "pii.email",
    "pii.passport",
    "pii.travel_permit",
    "pii.licence_plate",
    "pii.wechat",
    "pii.qq",
    "pii.ip",
    "pii.coordinates",
    "pii.address",
    "pii.name",
    "pii.birth_date",
    "pii.health",
    "pii.trajectory",
    "pii.org_code",
    "doxxing",
    "abuse",
    "abuse.insult",
    "hate",
    "hate.region",
    "sexism",
    "sexual",
    "drugs",
    "gambling",
    "weapons",
    "fraud",
    "fraud.loan",
    "illegal_trade",
    "ad",
    "ad.contact",
    "vulgar",
    "self_harm",
    "rumour",
    "sentiment.negative",
    "sentiment.positive",
    "emotion.happy",
    "emotion.angry",
    "emotion.sad",
    "emotion.fear",
    "emotion.surprise",
    "emotion.neutral",
    "similar.near_duplicate",
    "similar.campaign",
    "similar.flood",
]
_OPENAI = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
]


def test_every_promised_label_is_there() -> None:
    assert [label for label in PROMISED if label not in TAXONOMY.labels] == []


def test_every_parent_is_there_and_of_the_same_family() -> None:
    for label in TAXONOMY:
        for parent in lineage(label.id)[1:]:
            assert TAXONOMY.labels[parent].family is label.family


def test_harm_rests_on_law_and_facts_do_not_claim_harm() -> None:
    for label in TAXONOMY:
        if label.family in (Family.COMPLIANCE, Family.PRIVACY):
            assert label.basis, label.id
        if label.id.startswith(("sentiment", "emotion")):
            assert (label.severity, label.basis) == (0, ()), label.id


def test_crosswalks_name_what_others_have() -> None:
    named = {name for label in TAXONOMY for name in label.crosswalk.get("openai", ())}
    assert named <= set(_OPENAI)
    for label in TAXONOMY:
        for item in label.crosswalk.get("gbt45654", ()):
            part, letter = item.rsplit(".", 1)
            assert (
                letter in {"A.1": "abcdefgh", "A.2": "abcdefghi", "A.3": "abcde", "A.4": "abcdefg", "A.5": "ab"}[part]
            )


def test_custom_labels_need_no_entry() -> None:
    assert "custom.garden" in TAXONOMY
    assert TAXONOMY.label("custom.garden").family is Family.CUSTOM


BROKEN = """
    labels:
      abuse: {zh: 辱骂, en: abuse, family: complience, severity: 2}
      Bad.Name: {zh: 坏, en: bad, family: compliance, severity: 9}
      fraud: {zh: 诈骗, family: compliance, severity: 2, basis: 某法, crosswalk: {openia: [illicit]}}
      fraud: {zh: 诈骗, en: fraud, family: compliance, severity: 2}
      drugs: 毒品
      pii: {zh: 信息, en: pii, family: privacy, severity: 2, grade: {risk: huge, identifies: 1}}
    aggregates:
      - {identifiers: 0, because: 一起, basis: 某法}
      - {identifiers: 1, beside: [财务], because: 一起}
    """


def test_a_broken_taxonomy_is_told_all_its_faults(tmp_path: Path) -> None:
    file = write(tmp_path, "taxonomy.yaml", BROKEN)
    with pytest.raises(PolicyInvalid) as caught:
        load_taxonomy(file)
    assert sorted(str(fault).removeprefix(f"{file}:") for fault in caught.value.faults) == [
        "10:19: 'identifiers' must lie in 1..10, this is 0",
        "11:31: unknown category '财务' (choose from 不满十四周岁未成年人)",
        "11:5: an aggregate lacks 'basis' (add 'basis: ...')",
        "3:38: unknown family 'complience' (did you mean 'compliance'?)",
        "4:3: 'Bad.Name' cannot name a label (small letters, digits, _ and dots: abuse.insult)",
        "4:60: severity must lie in 0..4, this is 9",
        "5:10: label 'fraud' lacks 'en' (add 'en: ...')",
        "5:59: 'basis' must be a list, this is a text (某法) (- item)",
        "5:75: unknown key 'openia' in 'crosswalk' (did you mean 'openai'?)",
        "6:3: 'fraud' stands twice in 'labels' (the first is on line 5)",
        "7:10: label 'drugs' must be a table, this is a text (毒品) (key: value)",
        "8:70: unknown risk 'huge' (choose from low, medium, high, critical)",
        "8:88: 'identifies' must be true or false, this is a number (1)",
    ]


def test_what_is_personal_is_graded_and_sensitive_only_by_the_law() -> None:
    personal = [label for label in TAXONOMY if label.id.startswith("pii.")]
    assert {label.id for label in personal if label.grade.sensitive} == {
        "pii.bank_card",
        "pii.coordinates",
        "pii.health",
        "pii.trajectory",
    }
    for label in personal:
        assert bool(label.grade.sensitive) == ("个人信息保护法 第二十八条" in label.basis), label.id


def test_aggregates_name_how_many_and_beside_what() -> None:
    two, sensitive = TAXONOMY.aggregates
    assert (two.identifiers, two.beside) == (2, ())
    assert (sensitive.identifiers, sensitive.beside[-1]) == (1, MINOR)
