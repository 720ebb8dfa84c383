"""A restorer is made of a corpus, and undoes what its sentences hide."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskguard.cli.workshop import evaluate, train
from riskguard.domain.errors import NotReady
from riskguard.text.restoring import load_restorer

_SAID = (
    "今天天气不错,适合出去走走",
    "我们公司招聘兼职刷单,加微信详聊",
    "你们就是喜欢骗人,太恶心了",
    "大家晚上好,明天再见",
)
_TIMES = 500


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "corpus").mkdir()
    for split in ("train", "dev"):
        (folder / "labelled" / split).mkdir(parents=True)
    with lzma.open(folder / "corpus" / "part.txt.xz", "wt", encoding="utf-8") as out:
        out.write("\n".join(_SAID * _TIMES) + "\n")
    return folder


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("models")
    asked = ["restorer", "--data", str(data), "--out", str(models / "restorer")]
    told = CliRunner().invoke(train, asked, catch_exceptions=False)
    assert told.exit_code == 0
    return models


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("今天tianqi不错,适合出去走走", "今天天气不错,适合出去走走", id="latin"),
        pytest.param("我们公司招聘兼知刷耽,加微信详聊", "我们公司招聘兼职刷单,加微信详聊", id="sound"),
        pytest.param("你们就是喜又欠马扁人,太恶心了", "你们就是喜欢骗人,太恶心了", id="parts"),
        pytest.param("大家晚上好,明天再见", "大家晚上好,明天再见", id="plain"),
    ],
)
def test_it_reads_what_its_corpus_says(made: Path, written: str, meant: str) -> None:
    restorer, _ = load_restorer(made / "restorer")
    assert restorer.restore([written])[0].text == meant


def test_its_card_names_what_was_counted(made: Path) -> None:
    card = (made / "restorer" / "README.md").read_text(encoding="utf-8")
    assert "COLD (thu-coai): Apache-2.0" in card
    assert "riskguard train restorer" in card


def test_it_is_measured_on_dev(made: Path, data: Path) -> None:
    asked = ["restorer", "--data", str(data), "--models", str(made)]
    told = CliRunner().invoke(evaluate, asked, env={"COLUMNS": "120"}, catch_exceptions=False)
    assert told.exit_code == 0
    assert "posts written one by one" in told.output


def test_without_a_corpus_it_says_where_one_belongs(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no corpus"):
        CliRunner().invoke(train, ["restorer", "--data", str(tmp_path)], catch_exceptions=False)
