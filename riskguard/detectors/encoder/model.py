"""The encoder as it serves: its graph on an engine, its spelling, and the linear model beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.engine import AUTO, Choice, Engine, Margins, Trial, choose
from riskguard.detectors.encoder.fusion import Fusion, Logits
from riskguard.detectors.encoder.names import Mention, Tagger, cuts_a_word
from riskguard.detectors.encoder.remembered import kept_file
from riskguard.detectors.encoder.spelling import Speller
from riskguard.detectors.encoder.windows import Window, batches, highest, windows_of
from riskguard.detectors.linear.model import LinearModel, load_model
from riskguard.domain.errors import ModelInvalid
from riskguard.domain.finding import INTENTS
from riskguard.text.restoring import Restored, Restorer, load_restorer

CONFIG, SERVING, WEIGHTS = "config.json", "serving.json", "model.safetensors"
FORMAT = "riskguard-encoder/1"
_RESTORE = "train it again with `riskguard train encoder`, or restore the folder from the release"
_MEASURED_POSTS = 64
_READ_ALONE = 8
"""Texts of the probe that are read by themselves too: with some engines a score hangs on the others of a batch."""

Picked = Callable[[NDArray[np.float64], Sequence[str], Sequence[str]], NDArray[np.float64]]
"""Of margins (texts, columns), the names of the columns and the folded texts: the margins of heads and intents."""


class Read(NamedTuple):
    """What the encoder says of texts: logits per head, what each names, places in the text, and what it intends."""

    logits: Logits
    mentions: list[list[Mention]]
    intents: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoder:
    """Reads folded texts of any length, as their authors may have meant them."""

    restorer: Restorer
    speller: Speller
    tagger: Tagger
    fusion: Fusion
    choice: Choice
    version: str
    intents: tuple[str, ...] = ()
    """INTENTS, where the columns after those of the heads say them."""

    held: tuple[str, ...] = ()
    """Columns after those of the heads and intents, which only training and evaluation read."""

    picked: Picked | None = None
    """Given where training or evaluation reads: margins of columns that have not seen the text."""

    @property
    def heads(self) -> tuple[str, ...]:
        """In the order of the columns."""
        return self.fusion.heads

    @property
    def columns(self) -> tuple[str, ...]:
        """All that the graph tells of a text."""
        return (*self.heads, *self.intents, *self.held)

    def read(self, texts: Sequence[str]) -> Read:
        """Logits and mentions, a row a text."""
        restored = self.restorer.restore(texts)
        read = self._read([each.text for each in restored], texts)
        named = [
            [_written(mention, each) for mention in mentions]
            for each, mentions in zip(restored, read.mentions, strict=True)
        ]
        return read._replace(mentions=named)

    def _read(self, texts: Sequence[str], written: Sequence[str]) -> Read:
        """Of restored texts, and as they were written."""
        windows, heads = windows_of(texts), len(self.heads)
        width = len(self.columns) if self.picked else heads + len(self.intents)
        margins = np.zeros((len(windows), width), np.float32)
        named: list[list[Mention]] = [[] for _ in texts]
        for batch, told in _runs(self.choice.engine, self.speller, windows):
            margins[batch] = told.heads[:, :width]
            found = self.tagger.mentions(told.tags, [len(windows[at].chars) for at in batch])
            for at, mentions in zip(batch, found, strict=True):
                named[windows[at].text].extend(_owned(mentions, windows[at], texts[windows[at].text]))
        for mentions in named:
            mentions.sort(key=lambda mention: mention.start)
        loudest = highest(margins, windows, len(texts))
        if self.picked:
            loudest = self.picked(loudest.astype(np.float64), self.columns, written).astype(np.float32)
        return Read(self.fusion.logits(loudest[:, :heads], texts), named, loudest[:, heads:])

    def logits(self, texts: Sequence[str]) -> Logits:
        """Of restored texts that are no longer than a window."""
        margins = margins_of(self.choice.engine, self.speller, windows_of(texts), len(self.heads))
        return self.fusion.logits(margins, texts)


def scores(logits: Logits) -> Logits:
    """Probabilities, safe for any logit."""
    found: Logits = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return found


def load_encoder(
    folder: Path,
    *,
    linear: Path,
    restorer: Path,
    engine: str = AUTO,
    memory: Path | None = None,
    picked: Picked | None = None,
) -> Encoder:
    """The model in `folder`, fitted with those in `linear` and `restorer`, on the engine that suits this machine; which
    one does is remembered in the folder `memory`. See Encoder for `picked`.

    ModelInvalid for a file that is missing, damaged or not the one that serving.json names, and for another linear
    model or restorer than it was fitted with. NotReady where no engine will do.
    """
    config, serving = _json(folder / CONFIG), _json(folder / SERVING)
    if serving.get("format") != FORMAT:
        raise ModelInvalid(f"{folder / SERVING} is not of format {FORMAT}", hint=_RESTORE)
    try:
        _check_files(folder, serving["sha256"])
        columns, count = tuple(config["heads"]), len(serving["heads"])
        fusion = Fusion.of(columns[:count], serving["heads"], _linear(linear, serving["linear_sha256"]))
        speller = Speller.load(folder)
        trial = _trial(serving, fusion, speller)
        kept = kept_file(memory, folder / SERVING) if memory else None
        choice = choose(folder, trial, wanted=engine, kept=kept)
        version = f"{_digest(folder / SERVING)[:12]}/{choice.engine.name}"
        restores = _restorer(restorer, serving["restorer_sha256"])
        tagger = Tagger(tuple(config["tags"]))
        intents = INTENTS if columns[count:][: len(INTENTS)] == INTENTS else ()
        held = columns[count + len(intents) :]
        return Encoder(restores, speller, tagger, fusion, choice, version, intents, held, picked)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelInvalid(f"{folder} holds no encoder that can serve: {error!r}", hint=_RESTORE) from error


def _runs(engine: Engine, speller: Speller, windows: Sequence[Window]) -> Iterator[tuple[list[int], Margins]]:
    for batch in batches(windows):
        yield batch, engine.run(speller.spell([windows[at].chars for at in batch]))


def margins_of(engine: Engine, speller: Speller, windows: Sequence[Window], heads: int) -> NDArray[np.float32]:
    """(windows, heads), before calibration, of so many first columns."""
    margins = np.zeros((len(windows), heads), np.float32)
    for batch, told in _runs(engine, speller, windows):
        margins[batch] = told.heads[:, :heads]
    return margins


def text_margins(engine: Engine, speller: Speller, texts: Sequence[str], heads: int) -> NDArray[np.float32]:
    """(texts, heads), before calibration, of so many first columns; a long text has those of its loudest window."""
    windows = windows_of(texts)
    return highest(margins_of(engine, speller, windows, heads), windows, len(texts))


def _written(mention: Mention, restored: Restored) -> Mention:
    """The mention where it stands in the text before that was restored."""
    start, end = restored.place(mention.start, mention.end)
    return mention._replace(start=start, end=end)


def _owned(mentions: Sequence[Mention], window: Window, text: str) -> Iterator[Mention]:
    """Those that begin in what the window speaks of and cut no word, placed in the whole text."""
    for mention in mentions:
        start, end = window.start + mention.start, window.start + mention.end
        if window.owned[0] <= start < window.owned[1] and not cuts_a_word(text, start, end):
            yield mention._replace(start=start, end=end)


def _trial(serving: Mapping[str, Any], fusion: Fusion, speller: Speller) -> Trial:
    """Final scores of the probe must be near those that the trained model gave, read together and alone; speed is
    measured on the same texts."""
    texts: list[str] = serving["probe"]["texts"]
    expected = np.asarray(serving["probe"]["heads"], np.float32)
    allowed = float(serving["tolerance"])
    if not texts or expected.shape != (len(texts), len(fusion.heads)):
        raise ValueError("the probe does not fit the heads")
    wanted = scores(fusion.logits(expected, texts))

    def distance(engine: Engine, part: slice) -> float:
        told = text_margins(engine, speller, texts[part], len(fusion.heads))
        return float(np.abs(scores(fusion.logits(told, texts[part])) - wanted[part]).max())

    def fault(engine: Engine) -> str:
        alone = [slice(at, at + 1) for at in range(min(_READ_ALONE, len(texts)))]
        distances = [distance(engine, part) for part in (slice(None), *alone)]
        farthest = max(distances) if not np.isnan(distances).any() else float("nan")
        return "" if farthest <= allowed else f"scores differ by {farthest:.3f}, {allowed:.3f} is allowed"

    measured = windows_of([texts[at % len(texts)] for at in range(_MEASURED_POSTS)])
    return Trial(fault, lambda engine: list(_runs(engine, speller, measured)), _MEASURED_POSTS)


def _linear(folder: Path, expected: str) -> LinearModel:
    model, config = load_model(folder)
    if config["sha256"] != expected:
        raise ModelInvalid(f"the encoder was not fitted with the linear model in {folder}", hint=_RESTORE)
    return model


def _restorer(folder: Path, expected: str) -> Restorer:
    restorer, digest = load_restorer(folder)
    if digest != expected:
        raise ModelInvalid(f"the encoder was not fitted with the restorer in {folder}", hint=_RESTORE)
    return restorer


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelInvalid(f"no encoder in {file.parent}: {file.name}: {error.strerror}", hint=_RESTORE) from error
    except ValueError as error:
        raise ModelInvalid(f"{file} is not JSON: {error}", hint=_RESTORE) from error
    if not isinstance(found, dict):
        raise ModelInvalid(f"{file} holds no object", hint=_RESTORE)
    return found


def _check_files(folder: Path, expected: Mapping[str, str]) -> None:
    for name, digest in expected.items():
        try:
            found = _digest(folder / name)
        except OSError as error:
            raise ModelInvalid(f"{folder / name}: {error.strerror}", hint=_RESTORE) from error
        if found != digest:
            raise ModelInvalid(f"{folder / name} is not the file that {SERVING} names", hint=_RESTORE)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
