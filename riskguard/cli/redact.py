"""`riskguard redact`: personal information taken out of lines; no server, no Redis, no database."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

import click
from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from riskguard.bootstrap import LateKeyring, personal_panel, policies
from riskguard.cli.lines import SOME_LINES_INVALID, batches, count_lines, opened, utf8_stdout
from riskguard.cli.outfile import written
from riskguard.domain.errors import InvalidInput
from riskguard.domain.operator import Operator
from riskguard.domain.post import Scene
from riskguard.keyring import KEYS_FILE
from riskguard.policy.model import Policy
from riskguard.services.ports import Keyring, Panel
from riskguard.services.redaction import Outcome, Wish, check_labels, redact_texts
from riskguard.services.wire import rendered_redaction
from riskguard.settings import Settings

_JSON_LINES = (".jsonl", ".ndjson")

_Redacted = Callable[[Sequence[tuple[int, bytes]], Counter[str]], Iterator[str]]
"""Numbered lines and a tally of labels -> the lines to write."""


class Line(BaseModel):
    """A line of JSON. Other fields are not passed on: they could hold anything."""

    model_config = ConfigDict(strict=True, extra="ignore")

    id: str | int | None = None
    text: str


@click.command()
@click.argument("file", default="-", type=click.Path(allow_dash=True, dir_okay=False, path_type=Path))
@click.option(
    "--operator",
    "operators",
    multiple=True,
    metavar="[LABEL=]OPERATOR",
    help=f"{', '.join(Operator)}; for one label, or for all without an own one. May be given several times.  "
    "[default: as the policy says, else mask]",
)
@click.option(
    "--labels",
    metavar="LABEL,...",
    help="Treat these only; 'pii' names all.  [default: all but names, codes of organisations, health and whereabouts]",
)
@click.option("--community", default="", help="Whose policy says how labels are treated.")
@click.option(
    "--jsonl", is_flag=True, help=f'Lines are JSON: {{"text": ...}}; so they are in {", ".join(_JSON_LINES)}.'
)
@click.option("--models/--no-models", default=True, show_default=True, help="Let the encoder find names and addresses.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.  [default: standard output]"
)
def redact(
    file: Path,
    operators: tuple[str, ...],
    labels: str | None,
    community: str,
    jsonl: bool,
    models: bool,
    out: Path | None,
) -> None:
    """Take personal information out of the lines of FILE (or - for standard input).

    A line of text becomes a line of text. A line of JSON becomes {"id", "text", "findings"}, with the places of each
    finding in the text and in what is left of it; one that is not valid becomes {"id": null, "line": 7, "error": {...}}
    in its place, and the exit code is 3.

    \b
    riskguard redact chat.txt --operator replace --operator pii.email=keep
    riskguard redact posts.jsonl --labels pii.mobile,pii.id_card --operator hash
    """
    settings = Settings.load()
    policy = policies(settings).policy_for(community, Scene.POST)
    wish = _wish(operators, labels, policy)
    reader = Reader(wish, personal_panel(settings, models=models), policy, LateKeyring(settings))
    with ExitStack() as stack:
        stack.enter_context(_tells_of_a_new_key(settings.data_dir / KEYS_FILE))
        lines: BinaryIO = stack.enter_context(opened(file)) if str(file) != "-" else sys.stdin.buffer
        sink: TextIO = stack.enter_context(written(out)) if out else utf8_stdout()
        total = count_lines(file) if file.is_file() else None  # a pipe can be read only once
        as_json = jsonl or file.suffix in _JSON_LINES
        invalid = _redact_all(lines, sink, reader.json_lines if as_json else reader.plain_lines, total=total)
    if invalid:
        sys.exit(SOME_LINES_INVALID)


@contextmanager
def _tells_of_a_new_key(kept: Path) -> Iterator[None]:
    """Say so where hashing or sealing made a key: what it gives fits nothing that another key gave."""
    known = kept.exists()
    yield
    if not known and kept.exists():
        click.echo(f"note: a new key was made in {kept}; keep it: it alone gives the same again", err=True)
        click.echo("  hint: to use the service's key, set RISKGUARD_DATA_DIR to the folder of 'riskguard up'", err=True)


@dataclass(frozen=True, slots=True)
class Reader:
    """Redacts some lines at a time, and counts what was found by label."""

    wish: Wish
    panel: Panel
    policy: Policy
    keys: Keyring

    def plain_lines(self, batch: Sequence[tuple[int, bytes]], tally: Counter[str]) -> Iterator[str]:
        """What is left of each line. InvalidInput names the one that is not UTF-8."""
        outcomes = self._outcomes([_decoded(raw, number) for number, raw in batch], tally)
        return (outcome.redacted.text for outcome in outcomes)

    def json_lines(self, batch: Sequence[tuple[int, bytes]], tally: Counter[str]) -> Iterator[str]:
        """Each line as JSON, an error in the place of one that is not valid."""
        parsed = [_parsed(raw, number) for number, raw in batch]
        outcomes = iter(self._outcomes([each.text for each in parsed if isinstance(each, Line)], tally))
        for each in parsed:
            shown = {"id": each.id, **rendered_redaction(next(outcomes))} if isinstance(each, Line) else each
            tally["invalid"] += not isinstance(each, Line)
            yield json.dumps(shown, ensure_ascii=False, separators=(",", ":"))

    def _outcomes(self, texts: Sequence[str], tally: Counter[str]) -> list[Outcome]:
        at = datetime.now(UTC)
        outcomes = redact_texts(texts, self.wish, panel=self.panel, policy=self.policy, keys=self.keys, at=at)
        tally.update(finding.label for outcome in outcomes for finding in outcome.findings for _ in finding.spans)
        return outcomes


def _redact_all(lines: Iterable[bytes], sink: TextIO, redacted: _Redacted, *, total: int | None) -> int:
    """Write line by line, in order; how many were not valid."""
    tally: Counter[str] = Counter()
    columns = (TextColumn("redacting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    stderr = Console(stderr=True)
    with Progress(*columns, console=stderr, transient=True) as progress:
        task = progress.add_task("", total=total)
        for batch in batches(lines):
            sink.writelines(f"{line}\n" for line in redacted(batch, tally))
            sink.flush()
            progress.advance(task, len(batch))
    words = ", ".join(f"{count} {label}" for label, count in tally.most_common() if count) or "nothing"
    stderr.print(f"found {words}", highlight=False)
    return tally["invalid"]


def _wish(operators: Sequence[str], labels: str | None, policy: Policy) -> Wish:
    chosen: dict[str, Operator] = {}
    for each in operators:
        label, _, word = each.rpartition("=")
        if word not in list(Operator):
            raise InvalidInput(
                f"'{word}' is no operator", field="--operator", hint=f"choose from {', '.join(Operator)}"
            )
        chosen[label or "pii"] = Operator(word)
    named = None if labels is None else frozenset(filter(None, map(str.strip, labels.split(","))))
    check_labels(chosen, policy=policy, field="--operator")
    check_labels(named or (), policy=policy, field="--labels")
    return Wish(chosen, named)


def _decoded(raw: bytes, number: int) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InvalidInput(
            f"line {number} is not UTF-8", hint="turn the file into UTF-8 first: iconv -f GB18030"
        ) from None


def _parsed(raw: bytes, number: int) -> Line | dict[str, object]:
    try:
        return Line.model_validate_json(_decoded(raw, number))
    except InvalidInput as error:
        told = {"title": "not UTF-8", "detail": str(error)}
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        told = {"title": "not valid", "detail": first["msg"], "field": ".".join(map(str, first["loc"]))}
    return {"id": None, "line": number, "error": told}
