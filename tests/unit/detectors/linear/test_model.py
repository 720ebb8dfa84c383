from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from riskguard.detectors.linear.model import CONFIG, WEIGHTS, load_model, quantised, save_model
from riskguard.detectors.linear.rows import Rows
from riskguard.domain.errors import ModelInvalid
from tests.unit.detectors.linear.models import made_by_hand


def test_a_loud_character_raises_its_head_only() -> None:
    loud, quiet = made_by_hand().scores(["大促销", "大减价"])
    assert loud[0] > 0.8 > quiet[0]
    assert loud[1] == quiet[1] < 0.5


def test_ballast_keeps_a_few_ngrams_from_swinging_the_score() -> None:
    light, heavy = made_by_hand(), replace(made_by_hand(), ballast=100.0)
    short, long = "促", "".join(map(chr, range(ord("促"), ord("促") + 2000)))
    bias = light.tables[0].bias[0]
    assert heavy.margins([short])[0, 0] - bias < 0.4 * (light.margins([short])[0, 0] - bias)
    assert heavy.margins([long])[0, 0] - bias == pytest.approx(light.margins([long])[0, 0] - bias, rel=0.1)


def test_scores_do_not_depend_on_the_company_or_on_where_a_batch_is_cut() -> None:
    model = made_by_hand()
    texts = ["大促销", "", "哭" * 40_000, "好", "促" * 40_000]
    alone = np.concatenate([model.scores([text]) for text in texts])
    assert np.array_equal(model.scores(texts), alone)


def test_no_texts_no_scores() -> None:
    assert made_by_hand().scores([]).shape == (0, 2)


def test_contributions_point_at_the_loud_character() -> None:
    ad, sad, none = made_by_hand().contributions(["今天大促销", "促哭", "哭"], [0, 1, 0])
    assert int(np.argmax(ad)) == 3
    assert len(ad) == 5
    assert int(np.argmax(sad)) == 1
    assert not none.any()


def test_heads_of_several_tables_stand_side_by_side() -> None:
    one = made_by_hand()
    turned = Rows.of(one.tables[0].weights.whole[:, [1, 0, 2]])
    table = replace(one.tables[0], heads=("fraud", "emotion.angry"), weights=turned)
    both = replace(one, tables=(*one.tables, table), slope=np.ones(4), shift=np.zeros(4))
    assert both.heads == ("ad", "emotion.sad", "fraud", "emotion.angry")
    assert both.margins(["大促销", "哭"])[:, [3, 2]].tolist() == one.margins(["大促销", "哭"]).tolist()
    first, second, third = both.contributions(["今天大促销", "促哭", "哭了促"], [0, 2, 3])
    assert [int(np.argmax(shares)) for shares in (first, second, third)] == [3, 1, 2]


def test_quantising_errs_by_at_most_half_a_step() -> None:
    weights = np.random.default_rng(1).normal(size=(500, 3)) * [0.01, 1.0, 100.0]
    table, scale = quantised(weights)
    assert (np.abs(table * scale - weights) <= scale / 2 + 1e-12).all()


def test_a_column_of_zeros_stays_zero() -> None:
    table, scale = quantised(np.zeros((4, 1)))
    assert not table.any()
    assert np.isfinite(scale).all()


def test_a_saved_model_loads_as_it_was(tmp_path: Path) -> None:
    model = made_by_hand()
    digest = save_model(model, tmp_path, missing={"hate": "no model yet"})
    loaded, config = load_model(tmp_path)
    assert loaded.heads == model.heads
    assert np.array_equal(loaded.scores(["大促销"]), model.scores(["大促销"]))
    assert (config["sha256"], config["missing"]) == (digest, {"hate": "no model yet"})


def test_rows_that_know_nothing_take_a_bit_on_disk_and_are_as_they_were(tmp_path: Path) -> None:
    model = made_by_hand()
    weights = model.tables[0].weights.whole
    weights[:, -1] = 127
    weights[[3, 5]] = [[0, 0, 126], [0, -1, 127]]
    save_model(replace(model, tables=(replace(model.tables[0], weights=Rows.of(weights)),)), tmp_path)
    assert (tmp_path / WEIGHTS).stat().st_size < weights.size
    assert np.array_equal(load_model(tmp_path)[0].tables[0].weights.whole, weights)


_TABLE = {"heads": ["ad", "emotion.sad"], "kind": "plain", "longest": 2}


def _flip_a_byte(folder: Path) -> None:
    raw = bytearray((folder / WEIGHTS).read_bytes())
    raw[-1] ^= 1
    (folder / WEIGHTS).write_bytes(raw)


def _edit(**changes: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        config = json.loads((folder / CONFIG).read_text())
        (folder / CONFIG).write_text(json.dumps(config | changes))

    return edit


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param(_flip_a_byte, "SHA-256", id="tampered"),
        pytest.param(lambda folder: (folder / WEIGHTS).unlink(), "no weights", id="weights-gone"),
        pytest.param(lambda folder: (folder / CONFIG).unlink(), "no linear model", id="config-gone"),
        pytest.param(lambda folder: (folder / CONFIG).write_text("{"), "not JSON", id="config-broken"),
        pytest.param(_edit(format=99), "format", id="other-format"),
        pytest.param(_edit(ballast=0.0), "do not fit", id="no-ballast"),
        pytest.param(_edit(tables=[_TABLE | {"heads": ["ad"]}]), "do not fit", id="heads-do-not-fit"),
        pytest.param(_edit(tables=[]), "do not fit", id="no-table"),
        pytest.param(_edit(tables=[_TABLE | {"kind": "choir"}]), "holds no linear model", id="kind-unknown"),
        pytest.param(_edit(tables=[_TABLE, _TABLE]), "holds no linear model", id="table-missing"),
    ],
)
def test_an_unsound_folder_is_refused_with_a_hint(tmp_path: Path, harm: Callable[[Path], None], told: str) -> None:
    save_model(made_by_hand(), tmp_path)
    harm(tmp_path)
    with pytest.raises(ModelInvalid, match=told) as refused:
        load_model(tmp_path)
    assert "riskguard train linear" in refused.value.hint
