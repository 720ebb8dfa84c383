"""The combiner: a listed term or a model's score weighs as the other and the words around it say."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from riskguard.detectors.combiner import CONFIG, GROUPS, WORDS, Combiner, marked
from riskguard.detectors.combiner.forest import FORESTS, Forest
from riskguard.detectors.combiner.frame import frames, frames_in
from riskguard.detectors.linear.model import load_model, save_model
from riskguard.detectors.panel import Panel
from riskguard.domain.errors import ModelInvalid
from riskguard.domain.finding import (
    INTENDED,
    INTENT_ANY,
    INTENT_ATTACK,
    INTENT_OFFER,
    INTENTS,
    NOTABLE,
    SAID_BY_MODEL,
    WORDED,
    Finding,
)
from riskguard.domain.post import Post
from riskguard.settings import Settings
from riskguard.text.view import TextView, fold, fold_all
from tests.unit.detectors.posts import posts_of

SHIPPED = Settings.load().model_dir / "combiner"
HEADS = sorted(head for group in GROUPS for head in group.weighed)
FAMILIES = sorted(kind for group in GROUPS for kind in group.heads)


def trees(name: str, *, sign: int) -> bytes:
    """One tree that always asks about the same sign."""
    return save(Forest(0.0, np.full((1, 7), sign, np.uint8), np.zeros((1, 7)), np.ones((1, 8))).tensors(name))


@pytest.fixture(scope="module")
def combiner() -> Combiner:
    """As it is shipped."""
    return Combiner.load(SHIPPED)


def heard(**scores: float) -> list[Finding]:
    """What the encoder says; an emotion shows that it has read the text."""
    return [Finding("emotion.neutral", 0.6, "encoder"), *(Finding(k, v, "encoder") for k, v in scores.items())]


def score(combiner: Combiner, text: str, label: str, model: Sequence[Finding] = (), *, lexicon: float = 0.6) -> float:
    """The score of a listed term in a text that a model has read so."""
    return combined(combiner, text, [Finding(label, lexicon, "lexicon"), *model])[0].score


def combined(combiner: Combiner, text: str, findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings about one text, weighed."""
    (found,) = combiner.combine([fold(text)], [findings])
    return found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("谨防刷单骗局", {"warning"}, id="warning"),
        pytest.param("民警抓获三人", {"news"}, id="news"),
        pytest.param("他骂我傻", {"told"}, id="told"),
        pytest.param("这算赌博吗", {"asking"}, id="asking"),
        pytest.param("医生开的药", {"care"}, id="care"),
        pytest.param("小心翼翼地走", set(), id="careful-is-no-warning"),
        pytest.param("日结，私聊", {"offer"}, id="offer"),
        pytest.param("今天天气好", set(), id="nothing"),
    ],
)
def test_frames_are_seen(text: str, shown: set[str]) -> None:
    assert frames_in(fold(text).folded) == shown


def test_a_warning_weighs_less_than_an_offer(combiner: Combiner) -> None:
    warned, offered = "谨防兼职刷单，群里有人被骗", "兼职刷单，日结，想做的来找我"
    said = {warned: heard(fraud=0.1), offered: heard(fraud=0.9, ad=0.98)}  # about what the shipped encoder says
    for model in (said, {warned: [], offered: []}):
        told = [score(combiner, text, "fraud.part_time", model[text], lexicon=0.9) for text in (warned, offered)]
        assert told[0] < 0.5 < told[1]


def test_what_others_said_weighs_less_than_what_one_says(combiner: Combiner) -> None:
    reported, said = "他骂我是废物，我没理", "你就是个废物，滚吧"
    assert score(combiner, reported, "abuse.insult") < score(combiner, said, "abuse.insult")
    heard_of = heard(abuse=0.12), heard(abuse=0.98)  # about what the shipped encoder says
    scores = [
        score(combiner, text, "abuse.insult", model) for text, model in zip((reported, said), heard_of, strict=True)
    ]
    assert scores[0] < scores[1]


@given(st.sampled_from(FAMILIES), st.floats(0, 1), st.floats(0, 1))
def test_a_surer_model_never_softens(kind: str, one: float, other: float) -> None:
    combiner, low, high = Combiner.load(SHIPPED), *sorted((one, other))
    head = next(group.heads[kind][0] for group in GROUPS if kind in group.heads)
    text = "这里什么都有"
    assert score(combiner, text, kind, heard(**{head: low})) <= score(combiner, text, kind, heard(**{head: high}))


def of_head(combiner: Combiner, text: str, head: str, score: float, *others: Finding) -> Finding:
    """What becomes of a head's score in a text in which others are found, too."""
    said = combined(combiner, text, [*heard(**{head: score}), *others])
    return next(each for each in said if each.detector == "encoder" and each.label == head)


@given(st.sampled_from(HEADS), st.floats(NOTABLE, 1), st.floats(NOTABLE, 1))
def test_a_surer_head_never_softens(head: str, one: float, other: float) -> None:
    combiner, low, high = Combiner.load(SHIPPED), *sorted((one, other))
    text = "这里什么都有"
    assert of_head(combiner, text, head, low).score <= of_head(combiner, text, head, high).score


@pytest.mark.parametrize("head", ["fraud", "gambling", "illegal_trade", "sexual"])
def test_a_model_is_believed_less_in_a_warning_and_more_beside_a_term(combiner: Combiner, head: str) -> None:
    text = "想做的来找我，今天就能拿钱"
    bare, as_long = (of_head(combiner, begun + text, head, 0.8).score for begun in ("", "大家看看："))
    assert of_head(combiner, f"谨防被骗：{text}", head, 0.8).score < as_long
    assert of_head(combiner, text, head, 0.8, Finding(head, 0.9, "lexicon")).score > bare


@pytest.mark.parametrize("floor", [0.0, NOTABLE])
def test_what_is_hardly_a_score_is_not_weighed(combiner: Combiner, floor: float) -> None:
    """So that a verdict is the same whether all scores were asked for or not."""
    weak = NOTABLE - 0.01
    said = [each for each in heard(fraud=weak, abuse=0.4) if each.score >= floor]
    told = {each.label: each.score for each in combined(combiner, "日结，私聊", said)}
    assert told.get("fraud", weak) == weak
    assert told["abuse"] == of_head(combiner, "日结，私聊", "abuse", 0.4).score


def test_a_weighed_head_keeps_what_the_model_said(combiner: Combiner) -> None:
    found = of_head(combiner, "谨防刷单", "fraud", 0.3, Finding("fraud.part_time", 0.6, "lexicon"))
    assert {name: found.facts[name] for name in ("lexicon", SAID_BY_MODEL, "frames")} == {
        "lexicon": 0.6,
        SAID_BY_MODEL: 0.3,
        "frames": "warning",
    }
    assert found.score != 0.3


@given(kind=st.sampled_from(FAMILIES), one=st.floats(0, 1), other=st.floats(0, 1), read=st.booleans())
def test_a_stronger_term_never_softens(kind: str, one: float, other: float, *, read: bool) -> None:
    combiner, low, high = Combiner.load(SHIPPED), *sorted((one, other))
    model = heard() if read else []
    text = "这里什么都有"
    assert score(combiner, text, kind, model, lexicon=low) <= score(combiner, text, kind, model, lexicon=high)


def test_both_witnesses_and_the_frames_are_told(combiner: Combiner) -> None:
    found = combined(combiner, "谨防刷单", [Finding("fraud.part_time", 0.6, "lexicon"), *heard(fraud=0.3)])[0]
    assert {name: found.facts[name] for name in ("lexicon", "model", "frames")} == {
        "lexicon": 0.6,
        "model": 0.3,
        "frames": "warning",
    }


@pytest.mark.parametrize("label", ["custom.rivals", "self_harm.urgent", "minors.bullying", "violence.graphic"])
def test_labels_of_no_group_keep_their_score(combiner: Combiner, label: str) -> None:
    finding = Finding(label, 0.6, "lexicon")
    assert combined(combiner, "谨防", [finding, *heard(abuse=0.9)])[0] == finding


def test_the_model_is_not_asked_about_what_it_has_not_learnt(combiner: Combiner) -> None:
    silent = score(combiner, "滚开", "abuse.threat", heard())
    assert (
        silent == score(combiner, "滚开", "abuse.threat", heard(abuse=0.9)) == score(combiner, "滚开", "abuse.threat")
    )


def test_findings_of_others_stay_as_they_are(combiner: Combiner) -> None:
    others = [*heard(rumour=0.3, self_harm=0.7), Finding("pii.mobile", 0.9, "pii"), Finding("fraud", 0.9, "hub")]
    assert list(combined(combiner, "谨防", others)) == others


class Listed:
    """Finds a weak term of fraud in every text."""

    name, version = "lexicon", "1"
    labels = frozenset({"fraud.loan"})
    absences = ()

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """One finding a text."""
        return [[Finding("fraud.loan", 0.3, self.name)] for _ in views]


def test_the_panel_combines_and_names_the_version(combiner: Combiner) -> None:
    text = "警方提醒：谨防贷款诈骗，已抓获嫌疑人，记者从法院了解到"
    (reading,) = Panel([Listed()], combiner).read(posts_of([text]), fold_all([text]), floor=0.05)
    assert reading.models == {"lexicon": "1", "combiner": combiner.version}
    assert all(finding.score < 0.3 for finding in reading.findings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("{", "holds no weights", id="no-json"),
        pytest.param('{"weights": 3}', "holds no weights", id="no-weights"),
        pytest.param('{"weights": {}}', "lacks weights of 'offer'", id="no-group"),
        pytest.param(json.dumps({"weights": {"offer": {"bias": 0.0}}}), "lacks weights of 'offer'", id="no-signs"),
    ],
)
def test_an_unsound_file_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / CONFIG).write_text(text, encoding="utf-8")
    with pytest.raises(ModelInvalid, match=told):
        Combiner.load(tmp_path)


@pytest.mark.parametrize(
    ("forests", "told"),
    [
        pytest.param(b"", "holds no trees", id="empty"),
        pytest.param(save({"offer.start": np.zeros(1)}), "holds no trees", id="half"),
        pytest.param(trees("offer", sign=200), "trees of 'offer' in .* do not fit", id="sign-unknown"),
        pytest.param(trees("other", sign=0), "trees of 'other' in .* do not fit", id="group-unknown"),
    ],
)
def test_unsound_trees_are_refused(tmp_path: Path, forests: bytes, told: str) -> None:
    shutil.copy(SHIPPED / CONFIG, tmp_path)
    (tmp_path / FORESTS).write_bytes(forests)
    with pytest.raises(ModelInvalid, match=told):
        Combiner.load(tmp_path)


def test_the_version_tells_other_trees(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    versions = set()
    for number in (0, 1):
        (tmp_path / FORESTS).write_bytes(trees("offer", sign=number))
        versions.add(Combiner.load(tmp_path).version)
    assert len(versions) == 2


def test_a_combiner_without_its_words_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / WORDS)
    with pytest.raises(ModelInvalid, match="no linear model in"):
        Combiner.load(tmp_path)


def test_words_that_tell_something_else_are_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    wording, _ = load_model(SHIPPED / WORDS)
    (table,) = wording.tables
    save_model(replace(wording, tables=(replace(table, heads=tuple(HEADS[: len(INTENTS)])),)), tmp_path / WORDS)
    with pytest.raises(ModelInvalid, match=r"does not tell intent\.offer, intent\.attack, intent\.any"):
        Combiner.load(tmp_path)


def test_the_shipped_weights_know_every_frame() -> None:
    kept = json.loads((SHIPPED / CONFIG).read_text(encoding="utf-8"))["weights"]
    assert all(frames().keys() <= weights.keys() for weights in kept.values())


def intending(odds: float) -> list[Finding]:
    """What a model says that is of two minds about the words, and of this mind about what the text intends."""
    facts = dict.fromkeys(INTENTS, odds)
    return [Finding(head, 0.5, "encoder", facts=facts) for head in HEADS]


@given(st.sampled_from(FAMILIES), st.floats(-9, 9), st.floats(-9, 9))
def test_a_clearer_intent_never_softens(kind: str, one: float, other: float) -> None:
    combiner, low, high = Combiner.load(SHIPPED), *sorted((one, other))
    text = "这里什么都有"
    assert score(combiner, text, kind, intending(low)) <= score(combiner, text, kind, intending(high))


def test_words_are_told_as_they_were_learnt(combiner: Combiner) -> None:
    text = "要的来"
    (found,) = combined(combiner, text, [Finding("fraud.loan", 0.6, "lexicon")])
    served, bare = (combiner.wording.margins(texts)[0, 0] for texts in (marked([fold(text)]), [fold(text).folded]))
    assert found.facts[WORDED] == pytest.approx(1 / (1 + math.exp(-served)), abs=1e-4)
    assert abs(served - bare) > 0.1


def test_an_innocent_intent_is_heard(combiner: Combiner) -> None:
    innocent, bad = (score(combiner, "群里天天发这些", "fraud.loan", intending(odds)) for odds in (-5.0, 5.0))
    assert innocent < 0.5 < bad


def test_the_intent_is_told_once_for_each_group(combiner: Combiner) -> None:
    facts = {INTENT_OFFER: 2.0, INTENT_ATTACK: -2.0, INTENT_ANY: 1.0}
    said = [Finding("fraud", 0.5, "encoder", facts=facts), Finding("self_harm", 0.5, "encoder", facts=facts)]
    listed = [Finding("abuse.insult", 0.6, "lexicon")]
    fraud, harm, insult = combined(combiner, "你好", [*said, *listed])
    assert (fraud.facts[INTENDED], insult.facts[INTENDED]) == (0.8808, 0.1192)
    assert not harm.facts
    assert fraud.facts.keys().isdisjoint(INTENTS)


def test_the_intent_that_goes_with_hardly_a_score_is_not_heard(combiner: Combiner) -> None:
    """It is not there when only notable scores are asked for."""
    weak = Finding("fraud", NOTABLE - 0.01, "encoder", facts=dict.fromkeys(INTENTS, 5.0))
    alone = score(combiner, "群里天天发这些", "fraud.loan", heard())
    assert score(combiner, "群里天天发这些", "fraud.loan", [*heard(), weak]) == alone


def test_words_alone_tell_where_no_model_does(combiner: Combiner) -> None:
    bad, innocent = "招聘兼职刷单，日结，想做的来找我", "妈妈说刷单是骗人的，我没做"
    assert score(combiner, innocent, "fraud.part_time") < 0.5 < score(combiner, bad, "fraud.part_time")


def test_texts_of_a_batch_are_weighed_as_each_alone(combiner: Combiner) -> None:
    texts = ["兼职刷单，日结", "今天天气好", "谨防刷单骗局", ""]
    listed = [[Finding("fraud.part_time", 0.6, "lexicon"), *heard(fraud=0.4)] if at != 1 else [] for at in range(4)]
    together = combiner.combine(fold_all(texts), listed)
    assert [list(each) for each in together] == [
        list(combined(combiner, text, them)) for text, them in zip(texts, listed, strict=True)
    ]
