from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskguard.detectors.linear.detector import HEADS
from riskguard.domain.errors import InvalidInput, NotReady
from riskguard.evaluation.labelled import SOURCES, Row, Split, read_rows, without_marks
from riskguard.evaluation.recipe import RECIPES, distressed


def _written(folder: Path, name: str, *lines: str) -> Path:
    place = folder / "labelled" / "train"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_line_separator_inside_a_text_does_not_end_the_row(tmp_path: Path) -> None:
    line = json.dumps({"text": "上\u2028下\x85", "label": "1", "topic": "race"}, ensure_ascii=False)
    assert read_rows(_written(tmp_path, "toxic_cold", line, line), Split.TRAIN, "toxic_cold") == [
        Row("上\u2028下\x85", "1", {"topic": "race"}),
        Row("上\u2028下\x85", "1", {"topic": "race"}),
    ]


def test_a_set_without_this_split_is_empty(tmp_path: Path) -> None:
    assert read_rows(_written(tmp_path, "toxic_cold", "{}"), Split.TRAIN, "normal_weibo") == []


def test_an_absent_folder_and_a_broken_line_are_told_clearly(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no labelled data in"):
        read_rows(tmp_path, Split.DEV, "toxic_cold")
    folder = _written(tmp_path, "toxic_cold", '{"text": "好", "label": "0"}', '{"text": "好"}')
    with pytest.raises(InvalidInput, match=r"toxic_cold\.jsonl, line 2"):
        read_rows(folder, Split.TRAIN, "toxic_cold")


@pytest.mark.parametrize(
    ("sms", "text"),
    [
        pytest.param("注册 就 送 彩金 URL 详询 WECHAT abc", "注册就送彩金详询abc", id="marks-and-segmentation"),
        pytest.param("恭喜NAME获得DIGIT元PLACEPLACE店领取qdx", "恭喜获得元店领取", id="glued-marks-and-tail"),
        pytest.param("办理VIP卡", "办理VIP卡", id="other-capitals-stay"),
    ],
)
def test_an_sms_loses_its_marks(sms: str, text: str) -> None:
    assert without_marks(sms).removesuffix("abc") == text.removesuffix("abc")


def test_every_head_has_a_recipe_from_known_sets() -> None:
    assert set(RECIPES) == {*HEADS, "hate.region", "hate.race", "hate.gender", "self_harm.urgent"}
    named = {part.source for recipe in RECIPES.values() for part in recipe.parts}
    assert named <= set(SOURCES)


def test_abuse_and_sexism_learn_from_permissive_sets_only() -> None:
    for head in ("abuse", "sexism"):
        assert all(SOURCES[part.source].permissive for part in RECIPES[head].parts if part.train)


def test_political_messages_and_the_calmest_of_the_distressed_say_nothing() -> None:
    political = Row("", "IL_Political_propaganda")
    for head in ("gambling", "fraud", "ad", "sexual", "illegal_trade"):
        assert RECIPES[head].parts[0].answer(political) is None
    assert [distressed(Row("", "0", {"level": level})) for level in ("0", "1", "2", "9")] == [None, None, True, True]
