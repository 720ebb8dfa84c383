from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from riskguard.detectors.encoder import EncoderDetector
from riskguard.detectors.encoder.fusion import Fusion
from riskguard.detectors.encoder.model import Picked
from riskguard.detectors.linear.detector import HEADS as ALL_HEADS
from riskguard.detectors.linear.model import LinearModel
from riskguard.detectors.linear.rows import Rows
from riskguard.detectors.linear.table import Kind
from riskguard.domain.errors import ModelInvalid
from riskguard.domain.finding import INTENTS, Cause, Finding
from riskguard.text.view import fold_all
from tests.unit.detectors.encoder.tiny import HEADS, made_encoder, margin
from tests.unit.detectors.linear.models import made_by_hand
from tests.unit.detectors.posts import read_by, shown

ENGINE = "onnxruntime-fp32"


def _loaded(folder: Path, picked: Picked | None = None) -> EncoderDetector:
    return EncoderDetector.load(
        folder, linear=folder.parent / "linear", restorer=folder.parent / "restorer", engine=ENGINE, picked=picked
    )


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> EncoderDetector:
    return _loaded(made_encoder(tmp_path_factory.mktemp("models")))


def _found(detector: EncoderDetector, text: str, label: str) -> Finding | None:
    return next((f for f in read_by(detector, text, floor=0.0)[0] if f.label == label), None)


def _score(detector: EncoderDetector, text: str, label: str) -> float:
    found = _found(detector, text, label)
    assert found is not None
    return found.score


def test_a_score_joins_the_margins_of_both_models(detector: EncoderDetector) -> None:
    text = "今天大促销"
    linear = made_by_hand().margins([text])[0, 0]
    assert _score(detector, text, "ad") == pytest.approx(1 / (1 + 2.718281828 ** -(margin(text, "ad") + 0.5 * linear)))
    assert _score(detector, text, "abuse") == pytest.approx(1 / (1 + 2.718281828**2))


def test_in_texts_of_the_second_sort_other_weights_count() -> None:
    table = made_by_hand().tables[0]
    weights = Rows.of(table.weights.whole[:, [0, 0, 1, 2]])  # two voices for 促, and 哭 tells the second sort
    voices = replace(table, heads=("ad",), kind=Kind.VOICES, weights=weights, scale=np.ones(4), bias=np.full(3, -9.0))
    linear = LinearModel((voices,), 1e-9, np.ones(1), np.zeros(1))
    second = {"encoder": 0.0, "linear": 0.0, "shift": 7.0}
    told = {"ad": {"encoder": 1.0, "linear": 0.5, "shift": 0.0, "second": second}, "abuse": dict.fromkeys(second, 0.0)}
    fusion = Fusion.of(("ad", "abuse"), told, linear)
    texts, margins = ["大促销", "大促销哭哭哭哭哭哭"], np.array([[3.0, 1.0], [3.0, 1.0]], np.float32)
    voiced = linear.voiced(texts)
    assert voiced.second[:, 0] == pytest.approx([0.0, 1.0], abs=0.01)
    wanted = [3.0 + 0.5 * voiced.margins[0, 0], 7.0]
    assert fusion.logits(margins, texts)[:, 0] == pytest.approx(wanted, abs=0.1)
    assert not fusion.logits(margins, texts)[:, 1].any()


def test_posts_are_read_alike_alone_and_among_others(detector: EncoderDetector) -> None:
    texts = ["今天大促销", "", "你真蠢" * 200, "又哭了", "张三", "好" * 70]
    together = read_by(detector, *texts, floor=0.0)
    for text, told in zip(texts, together, strict=True):
        (alone,) = read_by(detector, text, floor=0.0)
        assert [f.label for f in told] == [f.label for f in alone]
        assert [f.score for f in told] == pytest.approx([f.score for f in alone], abs=1e-5)


def test_findings_under_the_floor_are_left_out(detector: EncoderDetector) -> None:
    assert [f.label for f in read_by(detector, "你真蠢", floor=0.6)[0]] == ["abuse"]
    assert {f.label for f in read_by(detector, "你真蠢", floor=0.0)[0]} == set(HEADS)


def test_what_stands_deep_in_a_long_post_is_read(detector: EncoderDetector) -> None:
    assert _score(detector, "天气" * 800 + "你真蠢" + "天气" * 800, "abuse") > 0.9


@pytest.mark.parametrize("before", [0, 100, 190, 222, 223, 254, 500, 700])
def test_a_name_is_found_once_wherever_it_stands(detector: EncoderDetector, before: int) -> None:
    text = "天" * before + "张\u200b三" + "气" * 300
    found = _found(detector, text, "pii.name")
    assert found is not None
    assert shown(text, found) == ["张\u200b三"]


def test_names_are_one_finding_and_organisations_none(detector: EncoderDetector) -> None:
    found = read_by(detector, "张三和张三在好厂，京路5号", floor=0.05)[0]
    assert {f.label: len(f.spans) for f in found if f.spans} == {"pii.name": 2, "pii.address": 1}


def test_a_road_is_no_address(detector: EncoderDetector) -> None:
    assert _found(detector, "今天在京路", "pii.address") is None


def test_no_address_ends_within_a_word(detector: EncoderDetector) -> None:
    assert _found(detector, "我在京路号5", "pii.address") is not None
    assert _found(detector, "我在京路号5ab", "pii.address") is None


def test_a_score_means_the_whole_text_until_somebody_asks(detector: EncoderDetector) -> None:
    text = "今天天气好，\u200b大促\u200b销，来看看天气好不好呀"
    found = _found(detector, text, "ad")
    assert found is not None
    assert not found.spans
    (told,) = detector.explain(fold_all([text]), [{"ad": found.score}])
    ((span,),) = told.values()
    assert "促" in text[span.start : span.end]
    assert len(text[span.start : span.end]) < 12
    assert "ad" in span.reason


def test_a_disguise_is_undone_before_a_text_is_read(detector: EncoderDetector) -> None:
    assert _score(detector, "大ＣＵ销", "ad") == pytest.approx(_score(detector, "大促销", "ad"))


def test_evidence_is_what_was_written_and_says_what_was_read(detector: EncoderDetector) -> None:
    text = "今天天气好，大c\u200bu销"
    (told,) = detector.explain(fold_all([text]), [{"ad": _score(detector, text, "ad")}])
    span = told["ad"][0]
    assert "c\u200bu" in text[span.start : span.end]
    assert "读作" in span.reason
    assert "促" in span.reason


def test_evidence_of_a_long_post_lies_where_the_score_comes_from(detector: EncoderDetector) -> None:
    text = "天气" * 300 + "你真蠢" + "天气" * 150
    (told,) = detector.explain(fold_all([text]), [{"abuse": _score(detector, text, "abuse")}])
    (span,) = told["abuse"]
    assert "蠢" in text[span.start : span.end]
    assert span.end - span.start <= 40


def test_moods_and_foreign_labels_and_empty_posts_have_no_place(detector: EncoderDetector) -> None:
    views = fold_all(["今天天气好又哭了天气好来看看", "大促销", ""])
    assert detector.explain(views, [{"emotion.sad": 0.9}, {"gambling": 0.9}, {"ad": 0.9}]) == [{}, {}, {}]


def test_a_flood_of_posts_is_explained_as_far_as_the_budget_goes(detector: EncoderDetector) -> None:
    texts = [f"今天天气好{'好' * (at % 90)}大促销来看看{'天' * (at % 7)}" for at in range(630)]
    told = detector.explain(fold_all(texts), [{"ad": _score(detector, text, "ad")} for text in texts])
    assert 20 < sum(map(bool, told)) < len(texts)


def test_heads_that_the_model_lacks_are_absent(detector: EncoderDetector) -> None:
    (absence,) = detector.absences
    assert absence.cause is Cause.ABSENT
    assert set(absence.labels) == set(ALL_HEADS) - detector.labels
    assert detector.labels == {*HEADS, "pii.name", "pii.address"}


def test_no_posts_no_findings(detector: EncoderDetector) -> None:
    assert read_by(detector) == []
    assert detector.explain([], []) == []


def _damage_config(folder: Path) -> None:
    (folder / "config.json").write_text("{", encoding="utf-8")


def _other_words(folder: Path) -> None:
    (folder / "words.txt").write_text("促销\n", encoding="utf-8")


def _other_linear(folder: Path) -> None:
    serving = json.loads((folder / "serving.json").read_text(encoding="utf-8"))
    (folder / "serving.json").write_text(json.dumps(serving | {"linear_sha256": "0" * 64}), encoding="utf-8")


def _other_restorer(folder: Path) -> None:
    serving = json.loads((folder / "serving.json").read_text(encoding="utf-8"))
    (folder / "serving.json").write_text(json.dumps(serving | {"restorer_sha256": "0" * 64}), encoding="utf-8")


def _other_format(folder: Path) -> None:
    (folder / "serving.json").write_text(json.dumps({"format": "riskguard-encoder/9"}), encoding="utf-8")


def _no_probe(folder: Path) -> None:
    serving = json.loads((folder / "serving.json").read_text(encoding="utf-8"))
    serving["probe"]["heads"].pop()
    (folder / "serving.json").write_text(json.dumps(serving), encoding="utf-8")


def _head_unknown_to_linear(folder: Path) -> None:
    serving = json.loads((folder / "serving.json").read_text(encoding="utf-8"))
    serving["heads"]["abuse"]["linear"] = 1.0
    (folder / "serving.json").write_text(json.dumps(serving), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda folder: (folder / "serving.json").unlink(), "no encoder in", id="no-serving"),
        pytest.param(lambda folder: (folder / "model.onnx").unlink(), "model.onnx", id="no-graph"),
        pytest.param(_damage_config, "not JSON", id="torn-config"),
        pytest.param(_other_words, "not the file that", id="other-words"),
        pytest.param(_other_linear, "not fitted with the linear model", id="other-linear"),
        pytest.param(_other_restorer, "not fitted with the restorer", id="other-restorer"),
        pytest.param(_other_format, "not of format", id="other-format"),
        pytest.param(_no_probe, "the probe does not fit", id="torn-probe"),
        pytest.param(_head_unknown_to_linear, "the linear model has no abuse", id="unknown-to-linear"),
    ],
)
def test_a_model_that_is_not_what_it_says_is_refused(tmp_path: Path, damage: object, said: str) -> None:
    folder = made_encoder(tmp_path)
    damage(folder)  # type: ignore[operator]
    with pytest.raises(ModelInvalid, match=said):
        _loaded(folder)


def test_findings_of_risks_say_what_the_text_intends(tmp_path: Path) -> None:
    detector = _loaded(made_encoder(tmp_path, more=(*INTENTS, "abuse/without0")))
    told = {found.label: found.facts for found in read_by(detector, "今天大促销", floor=0.0)[0]}
    assert told["ad"] == told["abuse"] == {"intent.offer": 1.0, "intent.attack": -2.0, "intent.any": -2.0}
    assert not told["emotion.sad"]


def test_an_encoder_without_such_columns_says_nothing_of_intents(detector: EncoderDetector) -> None:
    found = _found(detector, "今天大促销", "ad")
    assert found is not None
    assert not found.facts


def test_whoever_trains_picks_the_columns_by_the_text_as_it_was_written(tmp_path: Path) -> None:
    more = (*INTENTS, "abuse/without0")

    def picked(margins: NDArray[np.float64], columns: Sequence[str], texts: Sequence[str], /) -> NDArray[np.float64]:
        assert columns == (*HEADS, *more)
        assert list(texts) == ["今天大促销"]
        margins[:, HEADS.index("abuse")] = 9.0
        return margins[:, :-1]

    folder = made_encoder(tmp_path, more=more)
    assert _score(_loaded(folder, picked), "今天大促销", "abuse") == pytest.approx(1 / (1 + 2.718281828**-9))
    assert _score(_loaded(folder), "今天大促销", "abuse") == pytest.approx(1 / (1 + 2.718281828**2))
