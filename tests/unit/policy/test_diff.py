"""What changes between two policies."""

from __future__ import annotations

from pathlib import Path

from riskguard.policy.diff import diff
from tests.unit.policy.samples import edition

OLD = """
    policy: p
    thresholds: {abuse: {review: 0.6, block: 0.9}, ad: {limit: 0.5}, self_harm: {alert: {care: 0.5}}}
    rules:
      - {id: gone, when: text.length > 3, then: limit}
      - {id: kept, when: text.length > 4, then: limit}
    """
NEW = """
    policy: p
    thresholds: {abuse: {review: 0.7, block: 0.9}, ad: {}, self_harm: {alert: {care: 0.5}}}
    rules:
      - {id: kept, when: text.length > 4, then: review, alert: long}
    care: {care: {text: 有人愿意听, contacts: [{name: 某处, phone: 000-1234}]}}
    scenes: {dm: {on_abstention: allow}, treehole: {on_abstention: allow}}
    """


def test_every_change_is_told_once_with_its_scenes(tmp_path: Path) -> None:
    changes = diff(edition(tmp_path, OLD, "old.yaml"), edition(tmp_path, NEW, "new.yaml"))
    assert sorted((c.id, c.before, c.after, c.where) for c in changes) == [
        ("care.care", "", "有人愿意听; 某处 000-1234", "all"),
        ("gone", "limit when text.length > 3", "", "all"),
        ("kept", "limit when text.length > 4", "review alert long when text.length > 4", "all"),
        ("on_abstention", "review", "allow", "treehole, dm"),
        ("thresholds.abuse.review", "0.6", "0.7", "all"),
        ("thresholds.ad", "", "{}", "all"),
        ("thresholds.ad.limit", "0.5", "", "all"),
    ]


def test_the_same_policy_has_no_changes(tmp_path: Path) -> None:
    assert diff(edition(tmp_path, OLD, "old.yaml"), edition(tmp_path, OLD, "new.yaml")) == []
