"""Posts that we wrote one by one: labelled as composed ones are, and more varied than patterns can be."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from riskguard.evaluation.labelled import Row
from riskguard.evaluation.posts.frames import FOLDS

_FOLDER = "written"


class _Kind(BaseModel):
    """One kind of posts, a line each; `more` is what a head asks of it beside its label."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: str
    kind: str
    more: dict[str, str] = {}
    texts: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    posts: list[_Kind]


def written() -> list[Row]:
    """The posts in the order of their files, with `label` and `more` as `compose` gives them.

    A post's `fold`, '0' to '4', follows from its words alone.
    """
    folder = files(__package__) / _FOLDER
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return [row for name in names for row in _rows((folder / name).read_text(encoding="utf-8"))]


def _rows(text: str) -> Iterator[Row]:
    for each in _File.model_validate(yaml.safe_load(text)).posts:
        for line in each.texts.splitlines():
            if line.strip():
                fold = str(zlib.crc32(line.strip().encode()) % FOLDS)
                yield Row(line.strip(), each.label, {**each.more, "kind": each.kind, "fold": fold})
