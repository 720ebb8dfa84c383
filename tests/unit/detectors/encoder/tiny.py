"""A model folder made by hand: each character adds its margin to the heads, and its own to the tags of its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from riskguard.detectors.encoder.spelling import Speller, Vocabulary
from riskguard.detectors.linear.model import save_model
from tests.unit.detectors.linear.models import made_by_hand
from tests.unit.text.restoring.made import made_restorer

HEADS = ("ad", "abuse", "emotion.sad")
TAGS = ("O", "B-PER", "I-PER", "B-ADDR", "I-ADDR", "B-ORG", "I-ORG")
LOUD = {"促": ("ad", 4.0), "销": ("ad", 4.0), "蠢": ("abuse", 5.0), "哭": ("emotion.sad", 4.0), "善": ("abuse", -1.0)}
TAGGED = {"张": "B-PER", "三": "I-PER", "京": "B-ADDR", "路": "I-ADDR", "号": "I-ADDR", "5": "I-ADDR", "厂": "B-ORG"}
PLAIN = "今天商场大来看一快好人天气"
WORDS = ("促销", "今天", "商场", "来看看")
MEANT = {"促": ("intent.offer", 3.0), "蠢": ("intent.attack", 3.0)}
"""What the columns of intents hear, where there are any."""

QUIET = -2.0
PROBE = ("今天商场大促销", "张三又哭了", "你真蠢", "好")
LINEAR = {"ad": 0.5}


def made_encoder(
    models: Path, *, off_by: Mapping[str, float] | None = None, more: tuple[str, ...] = (), **serving: object
) -> Path:
    """models/risk-encoder, linear and restorer beside it. `off_by` makes the graph of that name tell other margins;
    `more` names columns after those of the heads."""
    folder = models / "risk-encoder"
    folder.mkdir(parents=True)
    vocabulary = Vocabulary(dict.fromkeys([*LOUD, *TAGGED, *PLAIN, "你", "真", "又", "了"], ""), WORDS)
    vocabulary.save(folder)
    speller = Speller(vocabulary)
    for name in ("model.onnx", "model.int8.onnx"):
        onnx.save(_graph(speller, (off_by or {}).get(name, 0.0), (*HEADS, *more)), folder / name)
    (folder / "config.json").write_text(json.dumps({"heads": (*HEADS, *more), "tags": TAGS}), encoding="utf-8")
    facts: dict[str, object] = {
        "format": "riskguard-encoder/1",
        "heads": {head: {"encoder": 1.0, "linear": LINEAR.get(head, 0.0), "shift": 0.0} for head in HEADS},
        "probe": {"texts": PROBE, "heads": [[margin(text, head) for head in HEADS] for text in PROBE]},
        "tolerance": 0.02,
        "linear_sha256": save_model(made_by_hand(), models / "linear"),
        "restorer_sha256": made_restorer(models / "restorer"),
        "sha256": {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()},
    }
    (folder / "serving.json").write_text(json.dumps(facts | serving), encoding="utf-8")
    return folder


def margin(text: str, head: str) -> float:
    """What the graph says of a text."""
    return QUIET + sum(weight for char in text for named, weight in [LOUD.get(char, ("", 0.0))] if named == head)


def _graph(speller: Speller, off: float, columns: tuple[str, ...]) -> onnx.ModelProto:
    """heads = the sum over places of a table's rows + QUIET; tags = the rows of another table."""
    ids = {char: int(speller.spell([char]).chars[0, 1]) for char in speller.vocabulary.chars}
    heads = np.zeros((speller.char_count, len(columns)), np.float32)
    tags = np.zeros((speller.char_count, len(TAGS)), np.float32)
    tags[:, 0] = 3.0
    for char, (head, weight) in [*LOUD.items(), *MEANT.items()]:
        if head in columns:
            heads[ids[char], columns.index(head)] = weight
    for char, tag in TAGGED.items():
        tags[ids[char], [0, TAGS.index(tag)]] = 0.0, 4.0
    weights = {"head_rows": heads, "tag_rows": tags, "quiet": np.full(len(columns), QUIET + off, np.float32)}
    nothing = {"zero": np.zeros(1, np.float32), "along": np.array([1], np.int64), "over": np.array([1, 2], np.int64)}
    nodes = [
        helper.make_node("Gather", ["head_rows", "chars"], ["head_places"]),
        helper.make_node("ReduceSum", ["head_places", "along"], ["summed"], keepdims=0),
        helper.make_node("Add", ["summed", "quiet"], ["loud"]),
        *_unheard("sounds"),
        *_unheard("words"),
        helper.make_node("Add", ["loud", "no_sounds"], ["heard"]),
        helper.make_node("Add", ["heard", "no_words"], ["heads"]),
        helper.make_node("Gather", ["tag_rows", "chars"], ["tags"]),
    ]
    shapes: dict[str, tuple[str | int, ...]] = {"chars": ("n", "L"), "sounds": ("n", "L", 2), "words": ("n", "L", 3)}
    inputs = [_value(name, TensorProto.INT64, *shape) for name, shape in shapes.items()]
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [_value("heads", TensorProto.FLOAT, "n", len(columns)), _value("tags", TensorProto.FLOAT, "n", "L", len(TAGS))],
        [numpy_helper.from_array(array, name) for name, array in (weights | nothing).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _unheard(name: str) -> list[onnx.NodeProto]:
    """An input that is asked for and changes nothing."""
    return [
        helper.make_node("Cast", [name], [f"{name}_f"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", [f"{name}_f", "over"], [f"{name}_sum"], keepdims=0),
        helper.make_node("Mul", [f"{name}_sum", "zero"], [f"{name}_zero"]),
        helper.make_node("Unsqueeze", [f"{name}_zero", "along"], [f"no_{name}"]),
    ]


def _value(name: str, kind: int, *shape: str | int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, list(shape))
