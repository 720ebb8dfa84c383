from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from riskguard.evaluation.examples import Library
from riskguard.evaluation.labelled import Row, Split
from riskguard.training.encoder.lessons import (
    HEADS,
    TAGS,
    Sentence,
    Subject,
    lift,
    sentences,
    subjects,
    unlabelled,
)
from riskguard.training.encoder.teach import Course, teach
from riskguard.training.encoder.together import Group
from tests.integration.training.small import TEXTS, small_model, small_speller

SPELLER = small_speller()


def written(data: Path, name: str, *rows: dict[str, object]) -> None:
    folder = data / "labelled" / "train"
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def test_a_row_answers_only_the_heads_of_its_set(tmp_path: Path) -> None:
    written(tmp_path, "toxic_cold", {"text": "你真蠢", "label": "1", "topic": "race"})
    written(tmp_path, "emotion_smp_usual", {"text": "太好了", "label": "happy"})
    taught = {subject.name: subject for subject in subjects(Library(tmp_path, Split.TRAIN))}
    cold, smp = taught["toxic_cold"], taught["emotion_smp_usual"]
    said = {head for place, head in enumerate(HEADS) if cold.weights[0, place]}
    assert {"abuse", "hate", "hate.race"} <= said
    assert not any(head.startswith("emotion.") for head in said)
    assert cold.answers[0, HEADS.index("hate.race")] == 1
    assert cold.answers[0, HEADS.index("hate.region")] == 0
    assert smp.answers[0, HEADS.index("emotion.happy")] == 1
    assert smp.weights[0, HEADS.index("emotion.sad")] > 0


def test_a_disguised_pair_keeps_its_original_as_twin(tmp_path: Path) -> None:
    written(tmp_path, "toxic_hed_cold_pairs", {"text": "沙比", "orig": "傻逼", "label": "1"})
    [pairs] = [s for s in subjects(Library(tmp_path, Split.TRAIN)) if s.name == "toxic_hed_cold_pairs"]
    assert (pairs.texts, pairs.twins) == (["沙比"], ["傻逼"])


def test_entities_become_tags_of_the_folded_text(tmp_path: Path) -> None:
    person = {"start": 1, "end": 3, "label": "PER.NAM"}
    written(
        tmp_path, "ner_weibo", {"text": "找张三ＯＫ", "entities": [person, {"start": 3, "end": 5, "label": "PER.NOM"}]}
    )
    for name in ("ner_cluener", "ner_resume"):
        written(tmp_path, name)
    written(tmp_path, "address_parts", {"text": "幸福路5号", "entities": []})
    weibo = sentences(tmp_path, Split.TRAIN)[0]
    assert weibo.text == "找张三ok"
    assert [TAGS[tag] for tag in weibo.tags] == ["O", "B-PER", "I-PER", "O", "O"]
    carried = sentences(tmp_path, Split.TRAIN)[-1]
    marked = "".join(char for char, tag in zip(carried.text, carried.tags, strict=True) if TAGS[tag].endswith("ADDR"))
    assert marked == "幸福路5号"


def test_the_rarer_answer_weighs_more() -> None:
    answers = np.zeros((100, len(HEADS)), np.float32)
    answers[:4, 0] = 1
    weights = np.zeros_like(answers)
    weights[:, 0] = 1
    subject = Subject("made", ["好"] * 100, [None] * 100, answers, weights)
    assert lift([subject])[0] == pytest.approx(np.sqrt(96 / 4), rel=1e-3)


def test_teaching_learns_what_it_is_told() -> None:
    answers = np.zeros((len(TEXTS), len(HEADS)), np.float32)
    answers[::2, 0] = 1
    weights = np.zeros_like(answers)
    weights[:, 0] = 1
    taught = [Subject("made", [text.lower() for text in TEXTS], [None] * len(TEXTS), answers, weights)]
    tagged = [Sentence("今天好人", np.array([0, 0, 1, 2]))]
    heard: list[tuple[float, float]] = []
    model = small_model(SPELLER, heads=HEADS, tags=TAGS)
    course = Course(steps=150, texts=12, sentences=2, rate=3e-3, head_rate=1e-2)
    teach(model, SPELLER, taught, tagged, course, Group(0, 1, "cpu"), told=lambda _, *losses: heard.append(losses))
    assert heard[-1][0] < 0.6 * heard[0][0]
    assert heard[-1][1] < 0.2


def test_a_teacher_is_heard_where_no_row_is_labelled() -> None:
    torch.manual_seed(3)
    head = HEADS.index("ad")
    nothing = np.zeros((len(TEXTS), len(HEADS)), np.float32)
    taught = [Subject("corpus", [text.lower() for text in TEXTS], [None] * len(TEXTS), nothing, nothing)]
    tagged = [Sentence("今天好人", np.array([0, 0, 0, 0]))]
    spelled = SPELLER.spell([text.lower() for text in TEXTS])
    arrays = [torch.from_numpy(array) for array in (spelled.chars, spelled.sounds, spelled.words)]
    teacher = small_model(SPELLER, heads=HEADS, tags=TAGS)
    with torch.no_grad():
        teacher.heads.weight[head] *= 150
        teacher.heads.bias[head] -= teacher(*arrays).margins[:, head].mean()
    pupil = small_model(SPELLER, heads=HEADS, tags=TAGS)
    with torch.no_grad():
        pupil.heads.weight.zero_()
    course = Course(steps=300, texts=24, sentences=2, rate=3e-3, head_rate=2e-2)
    teach(pupil, SPELLER, taught, tagged, course, Group(0, 1, "cpu"), told=lambda *_: None, teacher=teacher)
    with torch.inference_mode():
        wanted, found = teacher(*arrays).margins[:, head], pupil(*arrays).margins[:, head]
    assert torch.corrcoef(torch.stack([wanted, found]))[0, 1] > 0.9


def test_posts_without_labels_are_drawn_from_the_folded_corpus(tmp_path: Path) -> None:
    (tmp_path / "folded.txt").write_text("短\n今天天气真好啊\n" + "长" * 200 + "\n我们明天一起去\n", encoding="utf-8")
    posts = unlabelled(tmp_path / "folded.txt", seed=7)
    assert sorted(posts.texts) == ["今天天气真好啊", "我们明天一起去"]
    assert not posts.weights.any()
    assert posts.weights.shape == (2, len(HEADS))


def test_rows_without_labels_are_not_taught(tmp_path: Path) -> None:
    library = Library(tmp_path, Split.TRAIN)
    (tmp_path / "labelled" / "train").mkdir(parents=True)
    library.put("toxic_cold", [Row("你好", "?", {"topic": "race"})])
    assert all(subject.texts for subject in subjects(library))
