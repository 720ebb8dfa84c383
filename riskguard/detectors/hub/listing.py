"""The file that lists models of others, read strictly: every fault at once, each with its place and a hint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from yaml.nodes import Node

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.document import Document
from riskguard.policy.model import Place
from riskguard.policy.taxonomy import load_taxonomy

NONE = "none"
"""Written for a label of theirs that means nothing to us."""

_NEEDED = ("name", "model", "task", "labels")
_MODEL = (*_NEEDED, "revision", "max_length", "batch_size", "device")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_DEVICE = re.compile(r"cpu|mps|(cuda|xpu)(:\d+)?")

_Entries = Mapping[str, tuple[Node, Node]]


class Task(StrEnum):
    """What a model says something about: a text, or each of its tokens."""

    TEXT = "text-classification"
    TOKENS = "token-classification"


@dataclass(frozen=True, slots=True)
class HubModel:
    """One listed model. `source` is an id on the hub, or the path of a folder; `labels` says theirs -> ours.

    `place` is where the labels are written, for faults that only the loaded model shows.
    """

    name: str
    source: str
    task: Task
    labels: Mapping[str, str]
    place: Place
    revision: str | None = None
    max_length: int = 512
    batch_size: int = 32
    device: str = "cpu"

    @property
    def ours(self) -> tuple[str, ...]:
        """The labels of ours that it can give."""
        return tuple(sorted(set(self.labels.values()) - {NONE}))

    @property
    def local(self) -> bool:
        """Whether it lies in a folder of the deployer's, not in the cache of the hub."""
        return Path(self.source).is_absolute()

    def refused(self, message: str, hint: str = "") -> PolicyInvalid:
        """The fault of its labels, at their place."""
        fault = Fault(self.place.file, self.place.line, self.place.column, f"model '{self.name}': {message}", hint)
        return PolicyInvalid((fault,))


def load_listing(file: Path, taxonomy: Path) -> tuple[HubModel, ...]:
    """The listed models; labels must stand in the taxonomy file, or begin with 'custom.'.

    PolicyInvalid carries every fault of the listing. The taxonomy is not read for an empty list.
    """
    document = Document(file)
    entries = document.table(document.root, "a list of models", ("models",), required=("models",))
    nodes = document.items(entries["models"][1] if "models" in entries else None, "'models'")
    known = load_taxonomy(taxonomy) if nodes else Taxonomy({})
    models: dict[str, HubModel] = {}
    for node in nodes:
        model = _model(document, node, known)
        if model is not None and model.name in models:
            document.fault(node, f"two models are called '{model.name}'", "findings tell them apart by name")
        elif model is not None:
            models[model.name] = model
    document.refuse()
    return tuple(models.values())


def _model(document: Document, node: Node, known: Taxonomy) -> HubModel | None:
    entries = document.table(node, "a model", _MODEL, required=_NEEDED)
    name = _matching(document, entries, "name", _NAME, "letters, digits, '.', '_' and '-': cold")
    source = _source(document, entries)
    task = document.choice(entries["task"][1], "task", [each.value for each in Task]) if "task" in entries else None
    labels = _labels(document, entries["labels"][1], known) if "labels" in entries else {}
    revision = document.text(entries["revision"][1], "'revision'") if "revision" in entries else None
    max_length = _whole(document, entries, "max_length", usual=512, low=16, high=8192)
    batch_size = _whole(document, entries, "batch_size", usual=32, low=1, high=1024)
    device = "cpu"
    if "device" in entries:
        device = _matching(document, entries, "device", _DEVICE, "cpu, or cuda:0 for the first graphics card") or "cpu"
    if name is None or source is None or task is None or not labels:
        return None
    place = document.place(entries["labels"][1])
    return HubModel(name, source, Task(task), labels, place, revision, max_length, batch_size, device)


def _matching(document: Document, entries: _Entries, key: str, shape: re.Pattern[str], hint: str) -> str | None:
    word = document.text(entries[key][1], f"'{key}'") if key in entries else None
    if word is None or shape.fullmatch(word):
        return word
    document.fault(entries[key][1], f"'{word}' cannot be a {key}", hint)
    return None


def _source(document: Document, entries: _Entries) -> str | None:
    """The id as it is, or the whole path of a folder; a relative one begins at the file that names it."""
    word = document.text(entries["model"][1], "'model'") if "model" in entries else None
    if word is None:
        return None
    if word.startswith((".", "~")) or Path(word).is_absolute():
        folder = (document.file.parent / Path(word).expanduser()).resolve()
        if folder.is_dir():
            return str(folder)
        document.fault(entries["model"][1], f"there is no folder {folder}", "a relative path begins at this file")
    elif _HUB_ID.fullmatch(word):
        return word
    else:
        hint = "owner/name as on the hub, or a folder that begins with ./ or /"
        document.fault(entries["model"][1], f"'{word}' is no id of a model", hint)
    return None


def _labels(document: Document, node: Node, known: Taxonomy) -> dict[str, str]:
    """Theirs -> ours; at least one of ours must be among them."""
    labels: dict[str, str] = {}
    entries = document.table(node, "'labels'")
    for theirs, (_, value) in entries.items():
        ours = document.text(value, f"our label for '{theirs}'")
        if ours is not None and ours != NONE and ours not in known:
            document.fault_unknown(value, "label", ours, [label.id for label in known])
        elif ours is not None:
            labels[theirs] = ours
    if len(labels) == len(entries) and not set(labels.values()) - {NONE}:
        document.fault(node, "no label of the model has one of ours", "LABEL_1: abuse")
    return labels


def _whole(document: Document, entries: _Entries, key: str, *, usual: int, low: int, high: int) -> int:
    if key not in entries:
        return usual
    number = document.number(entries[key][1], f"'{key}'", low=low, high=high)
    if number is not None and not number.is_integer():
        document.fault(entries[key][1], f"'{key}' must be a whole number, this is {number:g}", f"{key}: {usual}")
    return usual if number is None else int(number)
