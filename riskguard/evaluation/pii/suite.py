"""The whole suite: what is generated, and what was written by hand and lies in files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.evaluation.pii.generated import generated
from riskguard.evaluation.pii.sentence import Form, Half, Sentence, read_marks
from riskguard.evaluation.plain import read_cases


class _Written(BaseModel):
    """A file of sentences with marks, and of sentences by group that must stay silent."""

    model_config = ConfigDict(extra="forbid")

    half: Half
    positives: dict[Form, tuple[str, ...]]
    negatives: dict[str, tuple[str, ...]]


def suite(folder: Path) -> list[Sentence]:
    """Every sentence of both halves, those of `FOLDER/*.yaml` last.

    NotFound where there is no file; InvalidInput names the sentence that is not marked as it should be, or that stands
    there twice.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise NotFound(f"there is no suite in {folder}", hint="run this in a checkout, or say --cases")
    sentences = [sentence for half in Half for sentence in generated(half)]
    sentences += [sentence for file in files for sentence in written(file)]
    met: dict[str, str] = {}
    for sentence in sentences:
        if sentence.text in met:
            raise InvalidInput(f"{sentence.id} says the same as {met[sentence.text]}")
        met[sentence.text] = sentence.id
    return sentences


def written(file: Path) -> Iterator[Sentence]:
    """The sentences of one file; fails as `suite` does."""
    cases = read_cases(file, _Written)
    for form, lines in cases.positives.items():
        for number, line in enumerate(lines, start=1):
            sentence = _read(line, cases.half, form, "", f"{cases.half}-written-{form}-{number}")
            if not sentence.marks:
                raise InvalidInput(
                    f"{file.name}, {sentence.id}: nothing is marked", hint="such as ⟦16400001234¦mobile⟧"
                )
            yield sentence
    for group, lines in cases.negatives.items():
        for number, line in enumerate(lines, start=1):
            sentence = _read(line, cases.half, Form.PLAIN, group, f"{cases.half}-written-{group}-{number}")
            if sentence.marks:
                raise InvalidInput(f"{file.name}, {sentence.id}: marked, though it must stay silent")
            yield sentence


def digest(sentences: Sequence[Sentence]) -> str:
    """Eight hex digits: figures of two runs can be compared where these are the same."""
    told = repr([(sentence.text, sentence.marks) for sentence in sentences])
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _read(line: str, half: Half, form: Form, group: str, name: str) -> Sentence:
    try:
        text, marks = read_marks(line)
    except ValueError as error:
        raise InvalidInput(f"{name}: {error}") from None
    return Sentence(name, half, form, group or (marks[0].label if marks else ""), text, marks)
