"""Reading policy files: every fault with its place, layers in their order, and a version that follows content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from riskguard.domain.errors import PolicyInvalid
from riskguard.domain.operator import Operator
from riskguard.domain.post import Scene
from riskguard.domain.verdict import Action
from riskguard.policy.load import load_policy
from riskguard.policy.model import Policy
from tests.unit.policy.samples import TAXONOMY, edition, write

BROKEN = Path(__file__).parents[2] / "assets" / "broken_policies"


def _expected() -> dict[str, str]:
    sections = (BROKEN / "faults.txt").read_text(encoding="utf-8").split("== ")[1:]
    return {name: faults.strip() for name, _, faults in (section.partition("\n") for section in sections)}


def test_every_broken_policy_has_its_faults_written_down() -> None:
    assert sorted(_expected()) == sorted(file.stem for file in BROKEN.glob("*.yaml"))


@pytest.mark.parametrize("name", sorted(file.stem for file in BROKEN.glob("*.yaml")))
def test_a_broken_policy_is_told_all_its_faults(name: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(BROKEN / f"{name}.yaml", TAXONOMY)
    assert str(caught.value).replace(f"{BROKEN}/", "") == _expected()[name]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"policy: \xff", "the file cannot be read", id="not-utf-8"),
        pytest.param(b"[" * 1200, "not YAML", id="endless-nesting"),
        pytest.param(b"policy: a\x00b", "not YAML", id="a-null-character"),
    ],
)
def test_a_file_that_is_no_text_is_one_clear_fault(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(content)
    with pytest.raises(PolicyInvalid, match=message) as caught:
        load_policy(file, TAXONOMY)
    assert len(caught.value.faults) == 1


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid, match="does not exist"):
        load_policy(tmp_path / "gone.yaml", TAXONOMY)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("policy: p\n", encoding="utf-8-sig")
    assert load_policy(file, TAXONOMY).name == "p"


BASE = """
    policy: base
    on_abstention: limit
    thresholds:
      abuse: {review: 0.6, block: 0.9}
      fraud: {review: 0.6}
    rules:
      - {id: first, when: text.length > 1, then: mask}
      - {id: second, when: text.length > 2, then: limit}
    scenes:
      dm: {thresholds: {fraud: {block: 0.7}}, on_abstention: allow}
    """
CHILD = """
    policy: child
    extends: base.yaml
    thresholds:
      abuse: {block: 0.5}
      drugs: {block: 0.5}
    rules:
      - {id: second, when: text.length > 9, then: block}
      - {id: third, when: text.length > 3, then: limit}
    without: [first]
    scenes:
      dm: {rules: [{id: fourth, when: text.length > 4, then: limit}]}
    """


def _table(policy: Policy) -> set[tuple[str, float, str]]:
    return {(t.label, t.at, t.action.word) for t in policy.thresholds}


def test_later_layers_win(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    child = edition(tmp_path, CHILD, "child.yaml")
    plain, dm = child.policy_for(Scene.POST), child.policy_for(Scene.DM)
    assert _table(plain) == {("abuse", 0.5, "block"), ("fraud", 0.6, "review"), ("drugs", 0.5, "block")}
    assert _table(dm) == {("abuse", 0.5, "block"), ("fraud", 0.7, "block"), ("drugs", 0.5, "block")}
    assert [(r.id, r.then) for r in plain.rules] == [("second", Action.BLOCK), ("third", Action.LIMIT)]
    assert [r.id for r in dm.rules] == ["second", "third", "fourth"]
    assert (plain.on_abstention, dm.on_abstention) == (Action.LIMIT, Action.ALLOW)
    assert [Path(file).name for file in child.files] == ["child.yaml", "base.yaml"]


def test_silence_means_review_unless_said_otherwise(tmp_path: Path) -> None:
    assert edition(tmp_path, "policy: p").policy_for(Scene.POST).on_abstention is Action.REVIEW


def test_the_version_follows_what_is_in_force_and_nothing_else(tmp_path: Path) -> None:
    plain = edition(tmp_path, "policy: p\nthresholds: {abuse: {review: 0.6}, ad: {limit: 0.5}}")
    rewritten = "# a remark\nthresholds:\n  ad: {limit: 0.50}\n  abuse: {review: 0.60}\npolicy: p\n"
    assert edition(tmp_path, rewritten, "other-name.yaml").version == plain.version
    assert len(plain.version) == 12
    assert {policy.version for policy in plain.scenes.values()} == {plain.version}
    changed = [
        "policy: q\nthresholds: {abuse: {review: 0.6}, ad: {limit: 0.5}}",
        "policy: p\nthresholds: {abuse: {review: 0.61}, ad: {limit: 0.5}}",
        "policy: p\nthresholds: {abuse: {review: 0.6}, ad: {limit: 0.5}, drugs: {}}",
        "policy: p\nthresholds: {abuse: {review: 0.6}, ad: {limit: 0.5}}\nscenes: {dm: {on_abstention: allow}}",
        "policy: p\nthresholds: {abuse: {review: 0.6, because: 其他}, ad: {limit: 0.5}}",
    ]
    versions = {edition(tmp_path, text).version for text in changed}
    assert len(versions | {plain.version}) == len(changed) + 1


def test_the_version_changes_with_how_information_is_graded(tmp_path: Path) -> None:
    plain = edition(tmp_path, "policy: p")
    milder = replace(TAXONOMY, aggregates=())
    assert load_policy(tmp_path / "p.yaml", milder).version != plain.version
    assert plain.policy_for(Scene.POST).taxonomy is TAXONOMY


def test_the_version_changes_with_what_a_policy_extends(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    before = edition(tmp_path, CHILD, "child.yaml").version
    write(tmp_path, "base.yaml", BASE.replace("fraud: {review: 0.6}", "fraud: {review: 0.5}"))
    assert edition(tmp_path, CHILD, "child.yaml").version != before


def test_operators_come_in_layers_and_count_for_the_version(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", "policy: base\noperators: {pii: mask, pii.email: keep}\n")
    own = write(
        tmp_path,
        "own.yaml",
        "policy: own\nextends: base.yaml\noperators: {pii.email: hash}\n"
        "scenes: {treehole: {operators: {pii: redact}}}\n",
    )
    edition_ = load_policy(own, TAXONOMY)
    assert edition_.policy_for(Scene.POST).operators == {"pii": Operator.MASK, "pii.email": Operator.HASH}
    assert edition_.policy_for(Scene.TREEHOLE).operators == {"pii": Operator.REDACT, "pii.email": Operator.HASH}
    write(tmp_path, "base.yaml", "policy: base\noperators: {pii: replace, pii.email: keep}\n")
    assert load_policy(own, TAXONOMY).version != edition_.version
