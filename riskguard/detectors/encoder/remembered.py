"""The engine that was the fastest on this machine, kept in a file so that only the first start measures.

What is kept is a hint: it is taken only where it fits this processor, these libraries and this model, and the engine
still has to agree with the trained model at each start. A file that cannot be read or written is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile

from riskguard.detectors.encoder.processor import processor

_LIBRARIES = ("onnxruntime", "openvino")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the measurement told: an engine by the name of the setting, and the notes of its choice."""

    engine: str
    posts_per_s: Mapping[str, int]
    refused: Mapping[str, str]


def kept_file(folder: Path, model: Path) -> Path:
    """Where the choice is kept in `folder`: another file for each processor, version of a library, content of the file
    `model` and way to choose."""
    way = Path(__file__).with_name("engine.py")
    facts = [processor(), *map(_version, _LIBRARIES), *(file.read_bytes() for file in (model, way))]
    return folder / f"engine-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}.json"


def recalled(file: Path) -> Remembered | None:
    """What the file holds; None where it is not there or says something else."""
    try:
        told = json.loads(file.read_text("utf-8"))
        speeds = {str(name): int(speed) for name, speed in told["posts_per_s"].items()}
        refused = {str(name): str(why) for name, why in told["refused"].items()}
        return Remembered(str(told["engine"]), speeds, refused)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def keep(file: Path, choice: Remembered) -> None:
    """Keep it if the folder is there and can be written. It is written aside and moved into place: nobody reads half of
    one, and of two workers that measured at once the later wins."""
    with suppress(OSError):
        with NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", delete=False) as aside:
            json.dump(asdict(choice), aside)
        Path(aside.name).replace(file)


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
