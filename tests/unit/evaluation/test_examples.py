from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskguard.evaluation.examples import Library, mix, pieces
from riskguard.evaluation.labelled import Row, Split
from riskguard.evaluation.recipe import Part, Recipe, is_label


def test_pieces_lie_in_their_text_and_keep_to_the_length() -> None:
    texts = ["今天，天气真好！我们去爬山吧", "短", "", "一二三四五六七八九十一二三四五"] * 20
    cut = list(pieces(texts, seed=1, shortest=2, longest=8))
    assert len(cut) == len(texts)
    assert all(piece in text and len(piece) <= 8 for piece, text in zip(cut, texts, strict=True))
    assert all(len(piece) >= min(2, len(text)) for piece, text in zip(cut, texts, strict=True))


def test_some_pieces_begin_a_clause_and_no_seed_cuts_like_another() -> None:
    texts = ["甲乙丙丁，戊己庚辛"] * 40
    assert {"戊", "戊己"} & set(pieces(texts, seed=1))
    assert list(pieces(texts, seed=1)) == list(pieces(texts, seed=1)) != list(pieces(texts, seed=2))


def test_a_library_cuts_each_row_several_times(tmp_path: Path) -> None:
    folder = tmp_path / "labelled" / "dev"
    folder.mkdir(parents=True)
    line = json.dumps({"text": "今天天气真好，我们去爬山吧", "label": "normal"}, ensure_ascii=False)
    (folder / "normal_weibo.jsonl").write_text(f"{line}\n{line}\n", encoding="utf-8")
    library = Library(tmp_path, Split.DEV)
    whole, cut = library.get("normal_weibo"), library.get("normal_weibo", 3)
    assert (len(whole.texts), len(cut.texts)) == (2, 6)
    assert cut.rows == whole.rows * 3
    assert len(set(cut.texts)) > 1


def test_rows_of_our_own_are_folded_like_any_others(tmp_path: Path) -> None:
    library = Library(tmp_path, Split.TRAIN)
    library.put("invented", [Row("ＡＢ", "plain")])
    assert library.get("invented").texts == ["ab"]


def test_rows_of_a_rare_label_count_for_more_where_a_part_is_evened(tmp_path: Path) -> None:
    library = Library(tmp_path, Split.DEV)
    library.put("emotion_smp_usual", [Row(str(at), "happy" if at else "fear") for at in range(10)])
    for evened, rare in ((0.0, 1.0), (0.5, 3.0), (1.0, 9.0)):
        part = Part("emotion_smp_usual", is_label("fear"), share=1.0, evened=evened)
        _, weights = mix(Recipe("emotion.fear", (part,)), library)
        assert weights[0] / weights[1] == pytest.approx(rare)
        assert weights.sum() == pytest.approx(10)
