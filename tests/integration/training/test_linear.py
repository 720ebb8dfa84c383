"""Training on an invented data set in the shape of the real one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from riskguard.detectors.linear.model import CONFIG, WEIGHTS, load_model
from riskguard.detectors.linear.ngrams import LOUDNESS_OF_ONE, buckets, counted, ngrams
from riskguard.domain.errors import NotReady
from riskguard.evaluation.heads import measure
from riskguard.training.card import CARD, PLOT, write_card
from riskguard.training.linear import train_linear
from riskguard.training.matrix import bare, counts, leanings, punctuated, rarity

_EVERYDAY = ["今天", "火锅", "地铁", "电影", "朋友", "下班", "天气", "学校", "猫咪", "周末"]
_RUDE = ["讨厌鬼", "滚远点", "没脑子"]
_SPAM = ["彩金", "首存", "开户", "返水"]
_ROWS = {"train": 260, "dev": 60}
TAUGHT = ("abuse", "hate", "sexual", "gambling", "fraud", "ad", "illegal_trade", "self_harm")
"""By these rows, or by sentences and posts of our own."""


def _say(dice: Random, words: list[str]) -> str:
    said = [dice.choice(_EVERYDAY) for _ in range(6)]
    said[dice.randrange(6)] = dice.choice(words)
    return "".join(said)


def _row(dice: Random, name: str, label: str, words: list[str], more: Mapping[str, str]) -> tuple[str, str]:
    return name, json.dumps({"text": _say(dice, words), "label": label, **more}, ensure_ascii=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rude and polite COLD rows, gambling SMS, everyday Weibo."""
    folder, dice = tmp_path_factory.mktemp("data"), Random(1)
    for split, count in _ROWS.items():
        rows = []
        cold = "toxic_cold" if split == "train" else "toxic_cold_human"
        for _ in range(count):
            rows.append(_row(dice, cold, "1", _RUDE, {"topic": "race", "kind": "attacks_group"}))
            rows.append(_row(dice, cold, "0", _EVERYDAY, {"topic": "race", "kind": "against_prejudice"}))
            rows.append(_row(dice, "risk_fbs_sms", "IL_Gambling", _SPAM, {}))
            rows.append(_row(dice, "normal_weibo", "normal", _EVERYDAY, {}))
        for name in {name for name, _ in rows}:
            file = folder / "labelled" / split / f"{name}.jsonl"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(line + "\n" for each, line in rows if each == name), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    assert list(train_linear(data, out))[-1] == "writing the model"
    return out


def test_it_learns_what_the_rows_say_and_leaves_out_what_no_row_speaks_of(trained: Path) -> None:
    model, config = load_model(trained)
    assert model.heads == TAUGHT
    assert "too few" in config["missing"]["rumour"]
    scores = model.scores(["今天火锅讨厌鬼周末猫咪", "今天火锅地铁周末猫咪", "下班开户返水天气彩金"])
    assert scores[0, 0] > 0.8 > 0.2 > scores[1, 0]
    assert scores[2, 3] > 0.5 > scores[1, 3]


def test_the_same_seed_gives_the_same_bytes(data: Path, trained: Path, tmp_path: Path) -> None:
    list(train_linear(data, tmp_path))
    assert (tmp_path / WEIGHTS).read_bytes() == (trained / WEIGHTS).read_bytes()


def test_permissive_only_drops_sets_without_a_licence(data: Path, tmp_path: Path) -> None:
    list(train_linear(data, tmp_path, permissive_only=True))
    model, config = load_model(tmp_path)
    assert model.heads == TAUGHT
    assert {name for head in config["trained_on"].values() for name in head["sets"]} <= {
        "invented",
        "invented_lures",
        "posts",
        "toxic_cold",
        "toxic_hed_cold_pairs",
        "toxic_cold_human",
        "written",
    }
    assert "licensed" in config["missing"]["rumour"]


def test_the_card_says_what_was_measured(data: Path, trained: Path) -> None:
    figures = measure(trained, data)
    write_card(trained, figures)
    card = (trained / CARD).read_text(encoding="utf-8")
    assert json.loads((trained / CONFIG).read_text())["sha256"] in card
    spared = "by thresholds that flag at most a third of texts against prejudice"
    assert f"| COLD, labelled by people ({spared}) | 120 |" in card
    assert "Texts against prejudice flagged as abuse: 0%" in card
    assert "COLD (thu-coai) | Apache-2.0" in card
    assert (trained / PLOT).read_bytes().startswith(b"\x89PNG")
    assert "`sexual` learnt mostly from us" in card
    assert tuple(head.head for head in figures.heads) == TAUGHT
    assert "bins" not in json.dumps(figures.plain())


def test_absent_data_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no labelled data") as absent:
        list(train_linear(tmp_path, tmp_path / "out"))
    assert "--data" in absent.value.hint
    assert not (tmp_path / "out").exists()


def test_the_matrix_counts_what_the_detector_counts() -> None:
    texts = ["哈哈哈", "", "好"]
    matrix = counts(texts, longest=3, bits=12)
    grams = counted(ngrams(texts, longest=3))
    for row, (start, end) in enumerate(pairwise([*grams.starts.tolist(), len(grams.hashes)])):
        served = np.zeros(2**12)
        np.add.at(served, buckets(grams.hashes[start:end], 12), grams.loudness[start:end] / LOUDNESS_OF_ONE)
        assert np.array_equal(matrix[row].toarray()[0], served)


def test_what_occurs_everywhere_tells_least() -> None:
    idf = rarity(counts(["哈一", "哈二", "哈三"], longest=2, bits=18))
    everywhere, once = buckets(ngrams(["哈二"], longest=2).hashes[0][1:], 18)
    assert 1.0 == idf[everywhere] < idf[once]


def test_what_too_few_texts_hold_is_as_rare_as_what_none_does() -> None:
    documents = counts(["哈一", "哈二", "哈三"], longest=2, bits=18)
    everywhere, once = buckets(ngrams(["哈二"], longest=2).hashes[0][1:], 18)
    idf = rarity(documents, fewest=2)
    assert idf[everywhere] == 1.0
    assert idf[once] == idf.max() > rarity(documents)[once]


def test_an_ngram_that_one_side_has_for_itself_leans_most() -> None:
    documents = counts(["好一", "好二", "坏二", "坏三"], longest=2, bits=18)
    good, both = (int(buckets(ngrams([char], longest=2).hashes[0][1:2], 18)[0]) for char in "好二")
    leaning = leanings(documents, np.array([True, True, False, False]), np.ones(4))
    assert leaning[good] > leaning[both] == 0.0


def test_variants_of_a_text_differ_in_signs_only() -> None:
    text = "今天大促销快来领取新人礼包"
    (signed,) = punctuated([text], seed=1)
    assert signed != text
    assert bare(signed) == text == bare("今天，大促销！快来 领取新人礼包～")
