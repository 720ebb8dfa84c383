"""`riskguard judge`: JSON lines in, JSON lines out; no server, no Redis, no database."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO

import click
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from riskguard.bootstrap import OfflineReader, offline_reader
from riskguard.cli.lines import SOME_LINES_INVALID, batches, count_lines, opened, utf8_stdout
from riskguard.cli.outfile import written
from riskguard.domain.post import Author, Post, Scene
from riskguard.services.wire import rendered_verdict
from riskguard.settings import Settings


class Line(BaseModel):
    """One line of input. Other fields are allowed and left alone."""

    model_config = ConfigDict(strict=True, extra="ignore")

    id: str | int
    text: str
    community: str | None = None
    scene: Annotated[Scene, Field(strict=False)] | None = None
    author_id: str = ""
    author_trust: int = Field(0, ge=0, le=4)
    created_at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    thread_id: str = ""


@click.command()
@click.argument("file", default="-", type=click.Path(allow_dash=True, dir_okay=False, path_type=Path))
@click.option("--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Policy file to judge by.")
@click.option("--community", default="", help="Community of lines that name none.")
@click.option(
    "--scene", type=click.Choice([scene.value for scene in Scene]), default=Scene.POST.value, show_default=True
)
@click.option("--all-scores", is_flag=True, help="Give every label that any detector can emit, also the low ones.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write to.  [default: standard output]"
)
def judge(file: Path, policy: Path | None, community: str, scene: str, all_scores: bool, out: Path | None) -> None:
    """Judge posts offline: JSON lines from FILE (or - for standard input) to JSON lines.

    In: {"id": "p1", "text": "...", "community"?, "scene"?, "author_id"?, "author_trust"?, "created_at"?, "thread_id"?}.
    A line that is not valid becomes {"id": null, "line": 7, "error": {...}} in its place, and the exit code is 3.
    """
    settings = Settings.load()
    reader = offline_reader(settings, policy_file=policy)
    parser = _Parser(community=community, scene=Scene(scene), max_chars=settings.max_text_chars)
    with ExitStack() as stack:
        lines: BinaryIO = stack.enter_context(opened(file)) if str(file) != "-" else sys.stdin.buffer
        sink: TextIO = stack.enter_context(written(out)) if out else utf8_stdout()
        total = count_lines(file) if file.is_file() else None  # a pipe can be read only once
        tally = _judge_all(lines, sink, reader=reader, parser=parser, all_scores=all_scores, total=total)
    if tally["invalid"]:
        sys.exit(SOME_LINES_INVALID)


def _judge_all(
    lines: Iterable[bytes],
    sink: TextIO,
    *,
    reader: OfflineReader,
    parser: _Parser,
    all_scores: bool,
    total: int | None,
) -> Counter[str]:
    """Write one object a line, in order; the tally of actions, and of lines that were not valid."""
    tally: Counter[str] = Counter()
    started = time.monotonic()
    columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    stderr = Console(stderr=True)
    with Progress(*columns, console=stderr, transient=True) as progress:
        task = progress.add_task("", total=total)
        for batch in batches(lines):
            parsed = [parser.parse(raw, number) for number, raw in batch]
            for shown in _answers(parsed, reader=reader, all_scores=all_scores):
                tally[str(shown.get("action", "invalid"))] += 1
                sink.write(json.dumps(shown, ensure_ascii=False, separators=(",", ":")) + "\n")
            sink.flush()
            progress.advance(task, len(batch))
    seconds = time.monotonic() - started
    words = ", ".join(f"{count} {action}" for action, count in tally.most_common()) or "nothing"
    stderr.print(f"judged {tally.total()} lines in {seconds:.1f} s: {words}", highlight=False)
    return tally


Parsed = tuple[str | int, Post] | dict[str, object]


def _answers(parsed: Sequence[Parsed], *, reader: OfflineReader, all_scores: bool) -> Iterator[dict[str, object]]:
    posts = [each[1] for each in parsed if isinstance(each, tuple)]
    verdicts = iter(reader.judge(posts, every_label=all_scores))
    for each in parsed:
        if isinstance(each, tuple):
            yield {"id": each[0], **rendered_verdict(next(verdicts), all_scores=all_scores)}
        else:
            yield each


class _Parser:
    """Turns a raw line into a post, or into the error that stands in its place."""

    def __init__(self, *, community: str, scene: Scene, max_chars: int) -> None:
        self._community = community
        self._scene = scene
        self._max_chars = max_chars

    def parse(self, raw: bytes, number: int) -> Parsed:
        """(the line's own id, its post), or {"id": null, "line": ..., "error": ...}."""
        try:
            line = Line.model_validate_json(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError as error:
            return _refusal(number, "not UTF-8", f"byte {error.start}: {error.reason}")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            return _refusal(number, "not valid", first["msg"], field=".".join(map(str, first["loc"])))
        if len(line.text) > self._max_chars:
            return _refusal(number, "too long", f"text has more than {self._max_chars} characters", field="text")
        return line.id, self._post(line, number)

    def _post(self, line: Line, number: int) -> Post:
        return Post(
            id=f"line-{number}",
            community=line.community or self._community,
            post_id=str(line.id),
            text=line.text,
            created_at=line.created_at or datetime.now(UTC),
            author=Author(id=line.author_id, trust=line.author_trust),
            scene=line.scene or self._scene,
            thread_id=line.thread_id,
        )


def _refusal(number: int, title: str, detail: str, *, field: str = "") -> dict[str, object]:
    error: dict[str, object] = {"title": title, "detail": detail}
    if field:
        error["field"] = field
    return {"id": None, "line": number, "error": error}
