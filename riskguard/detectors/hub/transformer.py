"""The one room of serving that imports torch; it is imported only where a model of others is listed.

Nothing is ever downloaded here: a model must lie on this machine before the service starts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from huggingface_hub import snapshot_download
from numpy.typing import NDArray
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer
from transformers.utils import logging

from riskguard.detectors.hub.listing import HubModel, Task
from riskguard.domain.errors import ModelInvalid, NotReady

_AUTO = {Task.TEXT: AutoModelForSequenceClassification, Task.TOKENS: AutoModelForTokenClassification}
_OVERLAP = 8
"""Windows of a long text share an eighth, so that what stands at an edge is seen whole once."""

Scores = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """As much of a text as the model reads at once. `places` (tokens, 2) are [start, end) in the text.

    `scores` are the model's own labels': (labels) of the window as a whole, or (tokens, labels).
    """

    text: int
    places: Places
    scores: Scores


class Transformer:
    """A model with its tokenizer. `labels` are its own, in their order; `exclusive` says that they sum to 1."""

    def __init__(self, listed: HubModel, tokenizer: Any, network: Any) -> None:
        config = network.config
        self._listed = listed
        self._tokenizer = tokenizer
        self._network = network.to(listed.device).eval()
        self._longest = _longest(listed, tokenizer, config)
        self.labels = tuple(str(config.id2label[number]) for number in range(config.num_labels))
        several = config.problem_type == "multi_label_classification" or config.num_labels == 1
        self.exclusive = listed.task is Task.TOKENS or not several
        self.version = _digest(network.state_dict())

    def read(self, texts: Sequence[str]) -> list[Window]:
        """Every window of every text that says anything, in the order of the texts."""
        spelled = self._spelled(texts)
        ids = spelled["input_ids"]
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        scores: dict[int, Scores] = {}
        for start in range(0, len(order), self._listed.batch_size):
            rows = order[start : start + self._listed.batch_size]
            columns = {key: [spelled[key][row] for row in rows] for key in self._keys}
            scores |= zip(rows, self._scores(columns), strict=True)
        return [
            self._window(int(spelled["overflow_to_sample_mapping"][row]), spelled["offset_mapping"][row], scores[row])
            for row in range(len(ids))
            if any(start < end for start, end in spelled["offset_mapping"][row])
        ]

    @property
    def _keys(self) -> Sequence[str]:
        keys: Sequence[str] = self._tokenizer.model_input_names
        return keys

    def _spelled(self, texts: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        if not texts:
            return {"input_ids": ()}
        spelled: Mapping[str, Sequence[Any]] = self._tokenizer(
            [text.encode("utf-8", "replace").decode() for text in texts],  # half a surrogate pair becomes '?'
            truncation=True,
            max_length=self._longest,
            stride=self._longest // _OVERLAP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        return spelled

    @torch.inference_mode()
    def _scores(self, columns: Mapping[str, Sequence[Sequence[int]]]) -> Scores:
        inputs = {
            key: pad_sequence(
                [torch.tensor(row) for row in rows],
                batch_first=True,
                padding_value=(self._tokenizer.pad_token_id or 0) if key == "input_ids" else 0,
            ).to(self._listed.device)
            for key, rows in columns.items()
        }
        logits = self._network(**inputs).logits.float()
        scores: Scores = (logits.softmax(-1) if self.exclusive else logits.sigmoid()).cpu().numpy()
        return scores

    def _window(self, text: int, offsets: Sequence[tuple[int, int]], scores: Scores) -> Window:
        """Without the tokens that stand for nothing in the text."""
        places = np.array(offsets, dtype=np.int64).reshape(-1, 2)
        real = places[:, 0] < places[:, 1]
        return Window(text, places[real], scores[: len(places)][real] if scores.ndim > 1 else scores)


def load_transformer(listed: HubModel) -> Transformer:
    """NotReady when the model or its device is not on this machine, ModelInvalid when it cannot do the task."""
    torch.set_num_threads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = _folder(listed)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        network, told = _AUTO[listed.task].from_pretrained(folder, trust_remote_code=False, output_loading_info=True)
    except Exception as error:  # whatever its files make transformers stumble over
        message = f"hub model '{listed.name}' cannot be loaded from {folder}: {_first_line(error)}"
        raise ModelInvalid(message, hint=_remedy(listed)) from error
    if told["missing_keys"]:
        hint = f"ask for a model that was trained for {listed.task}"
        raise ModelInvalid(f"hub model '{listed.name}' has no weights for {min(told['missing_keys'])}", hint=hint)
    if not tokenizer.is_fast:
        raise ModelInvalid(f"the tokenizer of hub model '{listed.name}' cannot say where its tokens stand")
    try:
        return Transformer(listed, tokenizer, network)
    except (RuntimeError, AssertionError) as error:
        message = f"hub model '{listed.name}' cannot use the device '{listed.device}': {_first_line(error)}"
        raise NotReady(message, hint="device: cpu") from error


def _folder(listed: HubModel) -> str:
    """Where the model lies. A folder is looked up first, since transformers would use the network for an id."""
    if listed.local:
        return listed.source
    try:
        return snapshot_download(listed.source, revision=listed.revision, local_files_only=True)
    except OSError as error:
        message = f"hub model '{listed.name}' ({listed.source}) is not on this machine"
        raise NotReady(message, hint=_remedy(listed)) from error


def _remedy(listed: HubModel) -> str:
    if listed.local:
        return "save both the model and its tokenizer there with save_pretrained()"
    at = f" --revision {listed.revision}" if listed.revision else ""
    return f"run once where the hub can be reached: hf download {listed.source}{at}; HF_HOME says where it is kept"


def _longest(listed: HubModel, tokenizer: Any, config: Any) -> int:
    """The tokens of a window: as asked for, and no more than the model has places for."""
    places = getattr(config, "max_position_embeddings", None) or listed.max_length
    return int(min(listed.max_length, tokenizer.model_max_length, places))


def _digest(weights: Mapping[str, torch.Tensor]) -> str:
    """12 hex digits of the weights."""
    digest = hashlib.sha256()
    for name, weight in sorted(weights.items()):
        digest.update(name.encode())
        digest.update(weight.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
