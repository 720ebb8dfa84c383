"""Readers of the labelled sets. They lie outside the repository; what each is and may be used for is said here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from riskguard.domain.errors import InvalidInput, NotReady


class Split(StrEnum):
    """TRAIN is fitted on, DEV is calibrated and measured on."""

    TRAIN = "train"
    DEV = "dev"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text; `more` holds the set's further columns (topic, kind, level), all as text."""

    text: str
    label: str
    more: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a set comes from, and its licence as stated there. `clean` takes out what only this set has."""

    name: str
    origin: str
    licence: str
    clean: Callable[[str], str] = str

    @property
    def permissive(self) -> bool:
        """Whether a licence is stated that lets anyone use, change and ship."""
        return self.licence in {"Apache-2.0", "MIT"}


_MARKS = re.compile(r"(?:DIGIT|NAME|URL|PLACE|CELLPHONE|PHONE|HOTLINE|WECHAT|BANK|QQ|EMAIL)+")
_TAILS = re.compile(r"(?<![a-z])[a-z]{1,4}$")
_HEADLINES = re.compile(r"[【】〖〗]")


def without_marks(text: str) -> str:
    """An SMS without word segmentation, the marks that stand for contacts, and the random letters at its end."""
    joined = re.sub(r"\s+", "", text)
    return _TAILS.sub("", _MARKS.sub("", joined))


def without_headline(text: str) -> str:
    """A microblog post without headline brackets: they tell the kind of account, not what it says."""
    return _HEADLINES.sub("", text)


SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source("invented", "our own sentences", "Apache-2.0"),
        Source("invented_lures", "our own sentences for `sexual`", "Apache-2.0"),
        Source("posts", "our own posts, one fold of frames held out as dev", "Apache-2.0"),
        Source("written", "posts that we wrote one by one, one fold held out as dev", "Apache-2.0"),
        Source("toxic_cold", "COLD (thu-coai)", "Apache-2.0"),
        Source("toxic_cold_human", "COLD (thu-coai), labelled by people", "Apache-2.0"),
        Source("toxic_hed_cold_pairs", "HED-COLD", "MIT"),
        Source("sexism_swsr", "SWSR", "MIT"),
        Source("emotion_smp_epidemic", "SMP2020-EWECT, epidemic Weibo", "none stated"),
        Source("emotion_smp_usual", "SMP2020-EWECT, usual Weibo", "none stated"),
        Source("sentiment_shopping", "online_shopping_10_cats", "none stated"),
        Source("risk_fbs_sms", "FBS SMS (CCS 2020)", "none stated", without_marks),
        Source("normal_weibo", "tree-hole set, ordinary Weibo", "none stated", without_headline),
        Source("selfharm_sos1k", "SOS-1K", "none stated"),
        Source("selfharm_treehole", "tree-hole set", "none stated"),
        Source("rumour_ced", "CED (thunlp)", "none stated", without_headline),
    )
}


def read_rows(data: Path, split: Split, name: str) -> list[Row]:
    """All rows of `DATA/labelled/SPLIT/NAME.jsonl`, cleaned; an empty list where the set has no such split.

    NotReady when the data folder itself is absent; InvalidInput names the line that is not a labelled row.
    """
    folder = data / "labelled" / split.value
    if not folder.is_dir():
        raise NotReady(
            f"no labelled data in {folder}",
            hint="name the folder that holds labelled/ with --data or RISKGUARD_TRAINING_DATA",
        )
    file = folder / f"{name}.jsonl"
    return list(_rows(file, SOURCES[name].clean)) if file.is_file() else []


def _rows(file: Path, clean: Callable[[str], str]) -> Iterator[Row]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                text, label = str(row.pop("text")), str(row.pop("label"))
            except (ValueError, KeyError, AttributeError) as error:
                raise InvalidInput(f"{file.name}, line {number}: not a labelled row ({error!r})") from error
            yield Row(clean(text), label, {key: str(value) for key, value in row.items()})
