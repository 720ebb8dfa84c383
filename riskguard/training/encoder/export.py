"""The trained encoder as files: weights once, in safetensors; two graphs whose large tables point into them.

ONNX lets a tensor lie in another file. Both graphs take theirs from model.safetensors, so that nothing is stored twice:
`model.onnx` all of them, `model.int8.onnx` all but the matrices, which it holds as bytes.
"""

from __future__ import annotations

import hashlib
import json
import struct
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, external_data_helper, helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from riskguard.detectors.encoder.engine import GRAPH, INT8_GRAPH
from riskguard.detectors.encoder.model import FORMAT, SERVING, WEIGHTS
from riskguard.detectors.encoder.spelling import CHARS, WORDS, Speller
from riskguard.training.encoder.model import RiskEncoderForPosts

_FEWEST_VALUES = 1024
_OPSET = 17
_ELEMENT = {"F16": TensorProto.FLOAT16, "I8": TensorProto.INT8}


def save_encoder(model: RiskEncoderForPosts, speller: Speller, folder: Path) -> RiskEncoderForPosts:
    """Write weights, config, vocabulary and both graphs; the model as it was written, rounded to 16 bits."""
    folder.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(folder)
    (folder / WEIGHTS).chmod(0o644)  # it is written for its owner alone
    rounded = model.float().eval()
    speller.vocabulary.save(folder)
    with TemporaryDirectory() as scratch:
        full, quantised = Path(scratch) / GRAPH, Path(scratch) / INT8_GRAPH
        _trace(rounded, speller, full, folded=False)
        _pointing_at_weights(full, folder, GRAPH)
        _trace(rounded, speller, full, folded=True)
        quantize_dynamic(
            full,
            quantised,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,  # seven bits: sums of eight overflow on CPUs without VNNI
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=_of_words(full),
        )
        _pointing_at_weights(quantised, folder, INT8_GRAPH)
    return rounded


def save_serving(
    folder: Path,
    weights: Mapping[str, Mapping[str, object]],
    probe: tuple[Sequence[str], NDArray[np.float64]],
    *,
    tolerance: float,
    fitted_with: Mapping[str, str],
    about: Mapping[str, object],
) -> None:
    """Write what a serving process checks and needs beside the graphs."""
    texts, margins = probe
    files = (WEIGHTS, GRAPH, INT8_GRAPH, CHARS, WORDS)
    told = {
        "format": FORMAT,
        "heads": weights,
        "sha256": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files},
        "probe": {"texts": list(texts), "heads": margins.round(4).tolist()},
        "tolerance": tolerance,
        **fitted_with,
        **about,
    }
    (folder / SERVING).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _trace(model: RiskEncoderForPosts, speller: Speller, file: Path, *, folded: bool) -> None:
    spelled = speller.spell(["今天天气真好", "明天见", "好"])
    axes = {0: "texts", 1: "places"}
    names = ("chars", "sounds", "words")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            tuple(torch.from_numpy(getattr(spelled, name)) for name in names),
            str(file),
            input_names=list(names),
            output_names=["heads", "tags"],
            dynamic_axes={**dict.fromkeys(names, axes), "heads": {0: "texts"}, "tags": axes},
            opset_version=_OPSET,
            do_constant_folding=folded,
            dynamo=False,
        )


def _of_words(graph: Path) -> list[str]:
    """The small products that put words beside characters: as bytes they moved a score past the tolerance."""
    nodes = onnx.load(graph, load_external_data=False).graph.node
    return [node.name for node in nodes if node.op_type == "MatMul" and "/spelling/" in node.name]


def _pointing_at_weights(graph: Path, folder: Path, name: str) -> None:
    """Let the graph's large tables lie in model.safetensors, where they have the same names."""
    model = onnx.load(graph)
    lying = _places(folder / WEIGHTS)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.name not in lying or np.prod(tensor.dims) < _FEWEST_VALUES:
            continue
        kind, offset, length = lying[tensor.name]
        if tensor.data_type == TensorProto.FLOAT:
            casts.append(_widened(tensor))
        tensor.ClearField("raw_data")
        tensor.data_type = _ELEMENT[kind]
        external_data_helper.set_external_data(_raw(tensor), WEIGHTS, offset=offset, length=length)
        tensor.ClearField("raw_data")
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    (folder / name).write_bytes(model.SerializeToString())


def _widened(tensor: Any) -> Any:
    """A node that turns the 16-bit table into what the graph reads under its name; the table is renamed."""
    wide, tensor.name = tensor.name, f"{tensor.name}.half"
    return helper.make_node("Cast", [tensor.name], [wide], to=TensorProto.FLOAT)


def _raw(tensor: Any) -> Any:
    tensor.raw_data = b""
    return tensor


def _places(file: Path) -> dict[str, tuple[str, int, int]]:
    """For each tensor of a safetensors file: its kind, where its bytes begin, and how many there are."""
    with file.open("rb") as raw:
        (size,) = struct.unpack("<Q", raw.read(8))
        header = json.loads(raw.read(size))
    return {
        name: (told["dtype"], 8 + size + told["data_offsets"][0], told["data_offsets"][1] - told["data_offsets"][0])
        for name, told in header.items()
        if name != "__metadata__"
    }
