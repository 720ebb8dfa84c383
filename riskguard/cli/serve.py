"""The verbs that serve: the whole service, or one role of it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from riskguard.domain.errors import InvalidInput
from riskguard.settings import Settings

QUEUES = ("judge", "deliver")

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
_data_dir = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the database, Redis and secret key.  [default: RISKGUARD_DATA_DIR, else ./data]",
)


def _end_with_parent(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    del ctx, param
    if wanted:
        from riskguard.process import end_with_parent

        end_with_parent()


_with_parent = click.option(
    "--with-parent",
    is_flag=True,
    expose_value=False,
    callback=_end_with_parent,
    help="End when the process that started this one ends.",
)


def _settings(data_dir: Path | None = None) -> Settings:
    return Settings.load() if data_dir is None else Settings.load(data_dir=data_dir)


@click.command()
@_host
@_port
@_data_dir
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    show_default="one a core",
    help="Workers that judge posts.",
)
@click.option("--demo", is_flag=True, help="Make a demo community, sign-ins and a few hundred invented posts.")
def up(host: str, port: int, data_dir: Path | None, workers: int, demo: bool) -> None:
    """Run everything on this machine: API, console, workers and scheduler.

    Unless RISKGUARD_DATABASE_URL and RISKGUARD_REDIS_URL are set, an SQLite file and a Redis of its own are kept in the
    data folder. A part that dies is started again. Ctrl-C ends all of them and loses nothing.
    """
    from riskguard.up.service import run_service

    run_service(_settings(data_dir), host=host, port=port, workers=workers, demo=demo)


@click.command()
@_host
@_port
@_data_dir
@_with_parent
def api(host: str, port: int, data_dir: Path | None) -> None:
    """Serve the API and the console (needs a Redis URL)."""
    from riskguard.web import serve

    serve(_settings(data_dir), host=host, port=port)


@click.command()
@click.option("--name", default="", help="Name of this worker, the same at each start.  [default: host and process]")
@click.option(
    "--queues",
    default=",".join(QUEUES),
    show_default=True,
    help="What to work on, in turn, separated by commas.",
)
@_data_dir
@_with_parent
def worker(name: str, queues: str, data_dir: Path | None) -> None:
    """Judge waiting posts and deliver events (needs a Redis URL)."""
    from riskguard.worker.main import run_worker

    wanted = [queue.strip() for queue in queues.split(",") if queue.strip()]
    unknown = sorted(set(wanted) - set(QUEUES))
    if unknown or not wanted:
        raise InvalidInput(
            f"no such queue: {', '.join(unknown) or 'none given'}", hint=f"choose from {', '.join(QUEUES)}"
        )
    run_worker(_settings(data_dir), name=name, queues=wanted)


@click.command()
@_data_dir
@_with_parent
def scheduler(data_dir: Path | None) -> None:
    """Call the periodic jobs: posts left without a verdict, events that are due (needs a Redis URL)."""
    from riskguard.worker.schedule import run_scheduler

    run_scheduler(_settings(data_dir))
