from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from riskguard.training.card import PLOT
from riskguard.training.encoder.card import CARD, LOSS_PLOT, write_encoder_card
from tests.integration.training.figures import figures
from tests.unit.detectors.encoder.tiny import made_encoder

_ABOUT = {
    "made_on": "2026-03-01",
    "trained_on": {"ad": ["posts", "risk_fbs_sms"], "abuse": ["toxic_cold", "posts"]},
    "tagged_on": ["ner_weibo", "address_parts"],
    "permissive_heads": ["abuse"],
    "pretraining": {
        "tokens": 120_000_000,
        "runs": [60_000_000, 60_000_000],
        "machines": ["two CPU cores", "one GPU"],
        "steps": 900,
        "seconds": 9000,
        "curve": [[60_000_000, 3.1, 0.21, 3.0], [120_000_000, 2.43, 0.152, 2.71]],
    },
    "courses": [{"steps": 400, "texts": 96, "sentences": 20, "seed": 7}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = made_encoder(tmp_path, **_ABOUT)
    (made / "config.json").write_text(json.dumps({"num_hidden_layers": 3, "hidden_size": 256}), encoding="utf-8")
    return made


def _written(folder: Path, **changes: float) -> str:
    shipped = replace(figures(against=0.5), model="linear", tasks=())
    write_encoder_card(folder, [figures(**changes), shipped])
    return (folder / CARD).read_text(encoding="utf-8")


def test_it_says_what_was_measured_and_what_was_not_reached(folder: Path) -> None:
    card = _written(folder, rumour=0.871)
    assert "3 layers of 256" in card
    assert (
        "| COLD, labelled by people | macro-F1 | 2181 | .790 | ≥ .810 | ≥ .830 | .820 [.800, .840] | – | must |" in card
    )
    assert "| CED rumour | macro-F1 | 312 | .872 | ≥ .890 | ≥ .920 | .871 [.851, .891] | – | no, by .019 |" in card
    assert "**Not reached:**\n- CED rumour: .871, ≥ .890 was asked\n" in card
    assert "Sets of fewer than 1000 rows settle little" in card
    assert "CED rumour, encoder: said of this one alone" in card
    assert "≤ .350 | ≤ .200 | .300 [.200, .400] | .500 [.200, .400] | must |" in card
    assert "| COLD, labelled by people: attacks on a person | found | 102 |" in card


def test_length_and_disguise_have_tables_of_their_own(folder: Path) -> None:
    card = _written(folder)
    assert "| macro-F1 by length, encoder / linear | CED rumour |" in card
    assert "| over 80 characters | .700 / .700 |" in card
    assert "| disguise, encoder / linear | disguised twins, COLD, labelled by people, same answer |" in card
    assert "| pinyin | .900 / .900 |" in card


def test_it_says_so_when_everything_is_reached(folder: Path) -> None:
    assert "Every must is reached." in _written(folder)


def test_it_says_what_it_is_made_of_and_how_to_make_it_again(folder: Path) -> None:
    card = _written(folder)
    shares = "60 million on two CPU cores, 60 million on one GPU, each from the encoder"
    assert f"120 million tokens, one a character, of public posts in 2.5 hours: {shares}" in card
    assert "2.43 of characters, 0.152 of forged places, 2.71 of moods" in card
    assert "| toxic_cold | COLD (thu-coai) | Apache-2.0 | `abuse` |" in card
    assert "| ner_weibo | Weibo NER | CC BY-SA 3.0 | names, addresses, organisations |" in card
    assert "Heads taught by permissive sets alone: `abuse`." in card
    assert "The body below the heads is shared" in " ".join(card.split())
    assert "riskguard train encoder --data DIR" in card
    assert all((folder / plot).read_bytes().startswith(b"\x89PNG") for plot in (PLOT, LOSS_PLOT))


def test_it_names_the_larger_encoder_that_taught_it(tmp_path: Path) -> None:
    story = {
        "tokens": 160_000_000,
        "steps": 9,
        "seconds": 240,
        "curve": [[9, 2.56, 0.04, 0.9]],
        "machines": ["one GPU"],
    }
    made = made_encoder(tmp_path, **_ABOUT, teacher={"layers": 10, "hidden": 512, "wide": 2048, "pretraining": story})
    (made / "config.json").write_text(json.dumps({"num_hidden_layers": 3, "hidden_size": 256}), encoding="utf-8")
    card = _written(made)
    assert "10 layers of 512, which does not serve" in card
    assert "160 million tokens, one a character, of public posts in 4 minutes on one GPU." in card
    assert "Its loss of characters ended at 2.56." in card
    assert "riskguard train encoder --data DIR --teacher LARGE" in card


def test_a_heads_line_tells_what_the_linear_model_weighs(folder: Path) -> None:
    card = _written(folder)
    assert "| `abuse` | 50/900 | 0.600 | 0.500 | 0.020 | 0.20% | 0.10% | 0.00% | 0.00 | yes |" in card
    assert "| `emotion.sad` | 50/900 | 0.600 | 0.500 | 0.020 | – | – | – | 0.00 | no |" in card


def test_no_line_of_the_card_is_empty_of_sense(folder: Path) -> None:
    card = _written(folder)
    assert "None" not in card
    assert "nan" not in card
