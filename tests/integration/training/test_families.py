"""Which heads share a table, what its columns are taught, and that a table of moods and reviews learns them."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from random import Random

import numpy as np

from riskguard.detectors.linear.detector import HEADS
from riskguard.detectors.linear.model import load_model
from riskguard.detectors.linear.table import Kind
from riskguard.evaluation.labelled import Row
from riskguard.training.families import FAMILIES, Family, recipes
from riskguard.training.linear import train_linear

_MOODS = {"happy": "笑", "angry": "怒", "sad": "哭", "fear": "怕", "surprise": "惊", "neutral": "嗯"}
_REVIEWS = {"0": "退货", "1": "超值"}
_WEIBO, _SHOP = "今天朋友地铁电影火锅天气", "快递包装客服质量卖家物流"


def _family(head: str) -> Family:
    return next(family for family in FAMILIES if head in family.heads)


def test_every_head_is_made_once_in_the_order_of_a_reading() -> None:
    assert tuple(chain.from_iterable(family.heads for family in FAMILIES)) == (*HEADS, "self_harm.urgent")


def test_every_column_has_a_lesson() -> None:
    for family in FAMILIES:
        lessons = family.lessons(recipes(family, permissive_only=False))
        assert len(lessons) == family.kind.columns(len(family.heads))
        assert all(part.counted and part.train for lesson in lessons for part in lesson.parts)


def test_voices_learn_from_their_sort_of_text_and_the_guide_from_both() -> None:
    family = _family("sentiment.negative")
    *voices, guide = family.lessons(recipes(family, permissive_only=False))
    posts, reviews = voices[: len(family.heads)], voices[len(family.heads) :]
    assert {part.source for lesson in reviews for part in lesson.parts} == {"sentiment_shopping"}
    assert {part.source for lesson in posts for part in lesson.parts}.isdisjoint(family.second)
    asked = {part.source: part.answer(Row("好", "happy")) for part in guide.parts}
    assert asked == {"emotion_smp_usual": False, "emotion_smp_epidemic": False, "sentiment_shopping": True}


def test_urgent_need_is_learnt_among_people_in_need() -> None:
    family = _family("self_harm.urgent")
    (lesson,) = family.lessons(recipes(family, permissive_only=False))
    assert {part.source for part in lesson.parts if part.counted == 1} == {"selfharm_sos1k"}
    assert {part.source for part in lesson.parts}.isdisjoint({"posts", "written"})


def _said(dice: Random, base: str, word: str) -> str:
    return "".join(dice.choices(base, k=8)) + word + "".join(dice.choices(base, k=8))


def _written(folder: Path) -> Path:
    dice = Random(3)
    for split, count in (("train", 210), ("dev", 40)):
        (folder / "labelled" / split).mkdir(parents=True)
        sets = {
            "emotion_smp_usual": [(_WEIBO, mood, word) for mood, word in _MOODS.items()],
            "emotion_smp_epidemic": [(_WEIBO, mood, word) for mood, word in _MOODS.items()],
            "sentiment_shopping": [(_SHOP, label, word) for label, word in _REVIEWS.items()],
        }
        for name, kinds in sets.items():
            rows = [
                {"text": _said(dice, base, word), "label": label} for base, label, word in kinds for _ in range(count)
            ]
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / "labelled" / split / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_moods_are_rivals_and_reviews_are_heard_by_their_own_voice(tmp_path: Path) -> None:
    list(train_linear(_written(tmp_path / "data"), tmp_path / "out"))
    model, config = load_model(tmp_path / "out")
    moods = [model.heads.index(f"emotion.{mood}") for mood in _MOODS]
    told = model.scores([f"今天地铁{word}朋友电影" for word in _MOODS.values()])[:, moods]
    assert told.argmax(axis=1).tolist() == list(range(len(_MOODS)))
    bad, good = model.scores(["快递包装退货客服质量", "快递包装超值客服质量"])
    negative, positive = (model.heads.index(f"sentiment.{side}") for side in ("negative", "positive"))
    assert bad[negative] > 0.5 > bad[positive]
    assert good[positive] > 0.5 > good[negative]
    assert np.isfinite(told).all()
    assert config["trained_on"]["sentiment.negative"]["yes"] == 210 * (3 * 2 + 1)
    assert {table["kind"] for table in config["tables"]} == set(Kind)
