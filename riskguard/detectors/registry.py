"""Which detectors sit on the panel: ours, and those that a deployer adds by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from riskguard.detectors.absent import AbsentDetector
from riskguard.detectors.combiner import Combiner
from riskguard.detectors.encoder import EncoderDetector
from riskguard.detectors.encoder.aside import Waited, chosen_aside
from riskguard.detectors.encoder.engine import AUTO
from riskguard.detectors.encoder.model import Picked
from riskguard.detectors.hub import hub_detectors
from riskguard.detectors.lexicon import WatchedLexicon
from riskguard.detectors.linear import LinearDetector
from riskguard.detectors.linear.detector import HEADS
from riskguard.detectors.panel import Detector, Panel
from riskguard.detectors.person import PersonDetector
from riskguard.detectors.pii import PiiDetector
from riskguard.detectors.similar import LookAlikes, SimilarDetector
from riskguard.domain.errors import NotReady

_ENCODER, _LINEAR, _RESTORER = "risk-encoder", "linear", "restorer"


def build_panel(
    *,
    policy_dir: Path,
    model_dir: Path,
    look_alikes: LookAlikes,
    look_alike_key: bytes = b"",
    extra: Sequence[str] = (),
    engine: str = AUTO,
    memory: Path | None = None,
    hub: Path | None = None,
    combined: bool = True,
    picked: Picked | None = None,
) -> Panel:
    """The panel with everything loaded. `extra` names factories without arguments: 'module:factory'.

    The encoder holds the linear model too; without one that model sits on the panel alone. `hub` lists models of
    others; without a name it is hub.yaml beside ours, if there is one. PolicyInvalid for faulty lists, ModelInvalid for
    a model that is there but unsound, NotReady for an extra, a listed model or an `engine` that cannot be had. A model
    of ours that is not there abstains as absent. The folder `memory` keeps which engine suits this machine. What
    `look_alikes` remembers is hashed with `look_alike_key`. Where the combiner is not there or not `combined`, each
    detector's score stands. See Encoder for `picked`.
    """
    chosen = _chosen_aside(model_dir, engine, memory)
    try:
        lexicon = WatchedLexicon(policy_dir / "lexicons")
    finally:
        chosen()
    return Panel(
        [
            lexicon,
            PiiDetector(),
            PersonDetector(),
            _encoder(model_dir, engine, memory, picked),
            SimilarDetector(look_alikes, policy_dir=policy_dir, key=look_alike_key),
            *_hub(hub, model_dir / "hub.yaml", policy_dir / "taxonomy.yaml"),
            *map(_extra, extra),
        ],
        _combiner(model_dir / "combiner") if combined else None,
    )


def encoder(models: Path, engine: str, memory: Path) -> Detector:
    """The encoder among these models, which holds two of them too; without one, the linear one, or what abstains."""
    _chosen_aside(models, engine, memory)()
    return _encoder(models, engine, memory, None)


def _encoder(models: Path, engine: str, memory: Path | None, picked: Picked | None) -> Detector:
    folder, linear = models / _ENCODER, models / _LINEAR
    if not folder.is_dir():
        return _linear(linear)
    return EncoderDetector.load(
        folder, linear=linear, restorer=models / _RESTORER, engine=engine, memory=memory, picked=picked
    )


def _chosen_aside(models: Path, engine: str, memory: Path | None) -> Waited:
    """Begin to choose an engine, where one is to be chosen and the choice can be kept."""
    if engine != AUTO or memory is None:
        return lambda: None
    return chosen_aside(models / _ENCODER, linear=models / _LINEAR, restorer=models / _RESTORER, memory=memory)


def _combiner(folder: Path) -> Combiner | None:
    return Combiner.load(folder) if folder.is_dir() else None


def _linear(folder: Path) -> Detector:
    if folder.is_dir():
        return LinearDetector.load(folder)
    return AbsentDetector("linear", HEADS, because="no model is installed")


def _hub(named: Path | None, shipped: Path, taxonomy: Path) -> Sequence[Detector]:
    if named is None and not shipped.is_file():
        return ()
    return hub_detectors(named or shipped, taxonomy)


def _extra(name: str) -> Detector:
    """The detector that the factory called `name` makes."""
    module, _, factory = name.partition(":")
    try:
        make = cast("Callable[[], Detector]", getattr(import_module(module), factory))
    except (ImportError, AttributeError, ValueError) as error:
        raise NotReady(
            f"extra detector '{name}' cannot be had: {error}",
            hint="write it as module:factory, and install the module beside riskguard",
        ) from error
    return make()
