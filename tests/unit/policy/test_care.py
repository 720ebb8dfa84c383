"""What an author in distress is told: read strictly, in layers, and shown with the alert it belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.domain.care import Care, Contact
from riskguard.domain.errors import PolicyInvalid
from riskguard.domain.post import Scene
from riskguard.policy.engine import evaluate
from riskguard.policy.load import load_policy
from riskguard.policy.model import Policy
from tests.unit.policy.samples import POLICIES, TAXONOMY, edition, post, reading, write

BASE = """
    policy: base
    thresholds:
      self_harm.urgent: {alert: {urgent: 0.5}}
      self_harm: {alert: {care: 0.5}}
    care:
      urgent: {text: 先照顾好自己}
      care:
        text: |
          愿你有人陪

        contacts: [{name: 某校心理中心, phone: "000-1234 转 5", hours: 工作日}, {name: 某处, phone: "(000)1234"}]
    scenes:
      treehole: {care: {care: {text: 树洞里的话}}}
      dm: {care: {urgent: {}}}
    """


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("care")


@pytest.mark.parametrize(
    ("scores", "scene", "said"),
    [
        pytest.param({"self_harm": 0.49}, Scene.POST, None, id="no-alert"),
        pytest.param({"self_harm.concern": 0.5}, Scene.POST, ("care", "愿你有人陪"), id="with-its-alert"),
        pytest.param({"self_harm": 0.9, "self_harm.urgent": 0.5}, Scene.POST, ("urgent", "先照顾好自己"), id="first"),
        pytest.param({"self_harm": 0.9}, Scene.TREEHOLE, ("care", "树洞里的话"), id="a-scene-has-words-of-its-own"),
        pytest.param({"self_harm.urgent": 0.9}, Scene.TREEHOLE, ("urgent", "先照顾好自己"), id="or-those-of-all"),
        pytest.param({"self_harm.urgent": 0.9}, Scene.DM, None, id="or-none"),
        pytest.param({"self_harm.urgent": 0.9, "self_harm": 0.9}, Scene.DM, ("care", "愿你有人陪"), id="then-the-next"),
    ],
)
def test_what_is_said(book: Path, scores: dict[str, float], scene: Scene, said: tuple[str, str] | None) -> None:
    verdict = evaluate(edition(book, BASE).policy_for(scene), post(scene=scene), reading(**scores))
    assert (verdict.care and (verdict.care.alert, verdict.care.text)) == said


def test_contacts_are_those_of_the_file(book: Path) -> None:
    care = edition(book, BASE).policy_for(Scene.POST).care[1]
    assert care.contacts == (Contact("某校心理中心", "000-1234 转 5", "工作日"), Contact("某处", "(000)1234"))


def test_a_community_replaces_an_entry_as_a_whole_and_keeps_its_place(book: Path) -> None:
    write(book, "base.yaml", BASE)
    own = edition(
        book, "policy: own\nextends: base.yaml\ncare: {care: {text: 我们在}, urgent: {text: 请等等}}", "own.yaml"
    )
    assert own.policy_for(Scene.POST).care == (Care("urgent", "请等等"), Care("care", "我们在"))


def test_a_community_without_the_alert_may_keep_what_it_extends(book: Path) -> None:
    write(book, "base.yaml", BASE)
    calm = edition(book, "policy: calm\nextends: base.yaml\nthresholds: {self_harm: {}}", "calm.yaml")
    assert calm.policy_for(Scene.POST).alerts == {"urgent"}


def test_the_version_follows_what_is_said(book: Path) -> None:
    texts = [BASE, BASE.replace("先照顾好自己", "请照顾好自己"), BASE.replace("000-1234", "000-4321")]
    assert len({edition(book, text).version for text in texts}) == 3


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        pytest.param(f"text: {'好' * 501}", "3:21: 'text' has 501 characters (at most 500 are shown)", id="long"),
        pytest.param(
            f"text: 好, contacts: [{', '.join(['{name: 某处, phone: 000-1234}'] * 11)}]",
            "3:325: more than 10 contacts (name those who answer)",
            id="many",
        ),
        pytest.param("contacts: []", "3:14: the care of 'care' lacks 'text' (add 'text: ...')", id="nothing-to-say"),
        pytest.param('text: " "', "3:21: 'text' is empty (write something, or leave it out)", id="blank"),
    ],
)
def test_what_no_window_could_show_is_refused(tmp_path: Path, entry: str, fault: str) -> None:
    head = "policy: p\nthresholds: {self_harm: {alert: {care: 0.5}}}\n"
    with pytest.raises(PolicyInvalid) as caught:
        edition(tmp_path, f"{head}care: {{care: {{{entry}}}}}")
    assert str(caught.value) == f"{tmp_path}/p.yaml:{fault}"


def test_nothing_that_is_shipped_names_a_number() -> None:
    shipped = load_policy(POLICIES / "default.yaml", TAXONOMY)
    said = {care for policy in shipped.scenes.values() for care in policy.care}
    assert {care.alert for care in said} == {"care", "care-urgent"}
    assert not any(care.contacts for care in said)
    assert not any(char.isdigit() for care in said for char in care.text)


NOT_DIRECT = {"pii", "pii.health", "pii.trajectory", "pii.org_code"}


@pytest.mark.parametrize(
    "label", [each.id for each in TAXONOMY if each.id.startswith("pii") and each.id not in NOT_DIRECT]
)
def test_the_treehole_masks_every_direct_identifier_sooner(label: str) -> None:
    shipped = load_policy(POLICIES / "default.yaml", TAXONOMY)
    here, elsewhere = (_masked_from(shipped.policy_for(scene), label) for scene in (Scene.TREEHOLE, Scene.POST))
    assert here < elsewhere


def _masked_from(policy: Policy, label: str) -> float:
    return min((at for at, name, _, _ in policy.steps(label) if name.endswith(".mask")), default=1.0)
