"""What runs the encoder's graph: OpenVINO or ONNX Runtime, one thread each, and the choice between them.

Which is the fastest depends on the machine, so those that agree with the trained model are measured at the first start.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.processor import lacks_bf16
from riskguard.detectors.encoder.remembered import Remembered, keep, recalled
from riskguard.detectors.encoder.spelling import Spelled
from riskguard.detectors.encoder.windows import EVEN
from riskguard.domain.errors import InvalidInput, NotReady

_log = logging.getLogger(__name__)

GRAPH, INT8_GRAPH = "model.onnx", "model.int8.onnx"
AUTO = "auto"
_OUTPUTS = ("heads", "tags")
_ROUNDS = 2

_SHAPES_KEPT = 12
"""OpenVINO prepares itself for each shape of batch and forgets none by itself, which took 400 MB after 300 batches."""

_KERNELS_KEPT = "32"
"""The library below it prepares kernels, for each shape as well, and would keep a thousand: 10 MB after 300 posts."""


class Margins(NamedTuple):
    """What the graph says, before calibration: `heads` (texts, heads) and `tags` (texts, places, tags), float32."""

    heads: NDArray[np.float32]
    tags: NDArray[np.float32]


class Engine(Protocol):
    """Runs a padded batch."""

    @property
    def name(self) -> str:
        """What runs it and with which numbers: 'openvino-bf16'."""

    def run(self, spelled: Spelled) -> Margins:
        """The margins of a batch, in its order."""


class OnnxRuntime:
    """A graph under ONNX Runtime on the thread that asks."""

    def __init__(self, graph: Path, *, name: str) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # a plan of memory per shape of batch, and hardly two are alike
        options.log_severity_level = 3  # it warns of each weight that it folds away
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.name = name

    def run(self, spelled: Spelled) -> Margins:
        """See Engine."""
        return Margins(*self._session.run(_OUTPUTS, _inputs(spelled)))


class OpenVino:
    """The graph under OpenVINO, in batches of few different shapes. Where the processor has no bf16 it computes in
    float32, and its name says so: OpenVINO would imitate bf16 on AVX-512, sixty times as slowly."""

    def __init__(self, graph: Path, *, precision: str) -> None:
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KERNELS_KEPT)
        core = _openvino().Core()
        able = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        wanted = {
            "INFERENCE_PRECISION_HINT": precision if precision.upper() in able else "f32",
            "INFERENCE_NUM_THREADS": 1,
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,  # it would pin every worker of a machine to the same core
            "CPU_RUNTIME_CACHE_CAPACITY": _SHAPES_KEPT,
        }
        compiled = core.compile_model(graph, "CPU", wanted)
        self._request = compiled.create_infer_request()
        self._outputs = [compiled.output(name) for name in _OUTPUTS]
        effective = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        self.name = f"openvino-{effective}"

    def run(self, spelled: Spelled) -> Margins:
        """See Engine."""
        texts, places = spelled.chars.shape
        more = _few(texts) - texts, -places % EVEN
        inputs = {name: _padded(array, *more) for name, array in _inputs(spelled).items()}
        told = self._request.infer(inputs, share_inputs=True)
        heads, tags = (told[output] for output in self._outputs)
        return Margins(heads[:texts], tags[:texts, :places])


def _torch(folder: Path) -> Engine:
    """PyTorch lives in the workshop, which serving never imports by itself: the room is found by its name."""
    engine: Engine = import_module("riskguard.training.encoder.engine").TorchEngine(folder)
    return engine


ENGINES: Mapping[str, Callable[[Path], Engine]] = {
    "openvino-bf16": lambda folder: OpenVino(folder / GRAPH, precision="bf16"),
    "onnxruntime-int8": lambda folder: OnnxRuntime(folder / INT8_GRAPH, name="onnxruntime-int8"),
    "openvino-f32": lambda folder: OpenVino(folder / GRAPH, precision="f32"),
    "onnxruntime-fp32": lambda folder: OnnxRuntime(folder / GRAPH, name="onnxruntime-fp32"),
    "torch": _torch,
}
"""By the name that the setting takes. Each raises ImportError where its library is not installed."""

_WORTH = 1.1
"""So much faster must int8 be to be taken. It takes its scale from the whole batch, so that a score hangs a little on
the posts beside it; and where both are nearly as fast, all workers should choose alike. OpenVINO holds 50 MB more."""

_TIERS = (("onnxruntime-int8", "openvino-bf16"), ("openvino-f32", "onnxruntime-fp32"))
"""What is tried at start: the exact ones cost a start twice the time, so only where none of the fast ones will do."""

_NO_BF16 = {"openvino-bf16": "the processor has no bf16"}
"""It would be the exact one, slower than int8 by a third to a half; loading it only to see that would take 60 MB."""

_FAILED = "it failed"
"""Begins what is said of an engine that could not be built or run here, perhaps only this time."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How an engine is judged: `fault` says what is wrong with its answers ('' for nothing), `work` reads `posts`."""

    fault: Callable[[Engine], str]
    work: Callable[[Engine], object]
    posts: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine taken, the posts a second of each that agrees, and why each other was refused."""

    engine: Engine
    posts_per_s: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def note(self) -> Mapping[str, object]:
        """For operators, as JSON values."""
        return {"engine": self.engine.name, "posts_per_s": dict(self.posts_per_s), "refused": dict(self.refused)}


def choose(folder: Path, trial: Trial, *, wanted: str = AUTO, kept: Path | None = None) -> Choice:
    """The fastest engine for the model in `folder` of those that agree with it, or the one that is wanted.

    The file `kept` remembers which one was the fastest: it is measured no more then, but must still agree.
    InvalidInput for a name that is none; NotReady where the wanted one, or all of them, cannot be had or disagree.
    """
    if wanted not in (AUTO, *ENGINES):
        raise InvalidInput(f"no engine is called {wanted!r}", hint=f"choose from {', '.join((AUTO, *ENGINES))}")
    if wanted != AUTO:
        return _measured(((wanted,),), folder, trial, {})[1]
    return _again(kept, folder, trial) or _first(folder, trial, kept)


def _first(folder: Path, trial: Trial, kept: Path | None) -> Choice:
    """The choice by measurement, remembered where none of the engines failed."""
    name, choice = _measured(_TIERS, folder, trial, dict(_NO_BF16) if lacks_bf16() else {})
    if kept and not any(why.startswith(_FAILED) for why in choice.refused.values()):
        keep(kept, Remembered(name, choice.posts_per_s, choice.refused))
    return choice


def _again(kept: Path | None, folder: Path, trial: Trial) -> Choice | None:
    """The choice of an earlier start, if its engine can be had and agrees today as well."""
    known = recalled(kept) if kept else None
    if known is None or not any(known.engine in tier for tier in _TIERS):
        return None
    engine = _sound(known.engine, folder, trial, {})
    if engine is None or engine.name not in known.posts_per_s:
        return None
    return Choice(engine, known.posts_per_s, known.refused)


def _measured(
    tiers: Sequence[Sequence[str]], folder: Path, trial: Trial, refused: dict[str, str]
) -> tuple[str, Choice]:
    """The best of the first tier in which one will do, with its name in ENGINES; not of those that are refused."""
    for tier in tiers:
        found = _best_of([name for name in tier if name not in refused], folder, trial, refused)
        if found is not None:
            return found
    told = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
    raise NotReady(
        f"no engine can run the encoder ({told})",
        hint="pip install onnxruntime openvino, or restore the model's folder",
    )


def _best_of(tier: Sequence[str], folder: Path, trial: Trial, refused: dict[str, str]) -> tuple[str, Choice] | None:
    """By time of the processor, which neighbours on the machine disturb less than time on the wall.

    One engine lives at a time, for two would take the memory of two; so the best may have to be built again.
    """
    engine: Engine | None = None
    called: dict[str, str] = {}
    speeds: dict[str, int] = {}
    for name in tier:
        engine = None
        engine = _sound(name, folder, trial, refused)
        if engine is not None:
            called[engine.name] = name
            speeds[engine.name] = round(trial.posts / _seconds(partial(trial.work, engine)))
    if not speeds:
        return None
    best = preferred(speeds)
    if engine is None or engine.name != best:
        engine = None
        engine = ENGINES[called[best]](folder)
    return called[best], Choice(engine, speeds, refused)


def _sound(name: str, folder: Path, trial: Trial, refused: dict[str, str]) -> Engine | None:
    """The engine, if it can be built and agrees; else None, and why in `refused`, without paths."""
    try:
        engine = ENGINES[name](folder)
        fault = trial.fault(engine)
    except ImportError:
        fault = "not installed"
    except Exception as error:  # each library has errors of its own, and another engine may well do
        _log.warning("the engine %s cannot run the encoder: %s", name, error)
        fault = f"{_FAILED}: {type(error).__name__}"
    if not fault:
        return engine
    refused[name] = fault
    return None


def preferred(posts_per_s: Mapping[str, float]) -> str:
    """The fastest; int8 only if it is faster by a good deal."""
    return max(posts_per_s, key=lambda name: posts_per_s[name] / (_WORTH if name.endswith("int8") else 1.0))


def _seconds(work: Callable[[], object]) -> float:
    """The shortest of a few rounds; the caches are full, since the engine has answered the probe."""
    took = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return max(min(took), 1e-6)


def _inputs(spelled: Spelled) -> dict[str, NDArray[np.int64]]:
    return {"chars": spelled.chars, "sounds": spelled.sounds, "words": spelled.words}


def _few(texts: int) -> int:
    """So many or a few more: one of few numbers."""
    return texts if texts in (1, 2, 4) else texts + -texts % EVEN


def _padded(array: NDArray[np.int64], texts: int, places: int) -> NDArray[np.int64]:
    """With so many places of padding behind each text, and so many copies of the last text."""
    if not texts and not places:
        return array
    longer = np.pad(array, [(0, 0), (0, places), *[(0, 0)] * (array.ndim - 2)])
    return np.pad(longer, [(0, texts), *[(0, 0)] * (array.ndim - 1)], mode="edge")


def _openvino() -> Any:
    """OpenVINO without its converter of models, which is slow to import and loads a client of telemetry where it finds
    one: nothing calls home here."""
    converter = "openvino.tools.ovc"
    absent = converter not in sys.modules
    if absent:
        sys.modules[converter] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        if absent:
            del sys.modules[converter]
    return openvino
