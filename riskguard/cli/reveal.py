"""`riskguard admin reveal`: turns the tokens of redacted texts back, for members who may, and into the audit log."""

from __future__ import annotations

import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path

import click

from riskguard.cli.database import begin_here
from riskguard.cli.lines import opened, utf8_stdout
from riskguard.cli.outfile import written
from riskguard.domain.errors import InvalidInput


@click.command()
@click.argument("file", type=click.Path(allow_dash=True, dir_okay=False, path_type=Path))
@click.option(
    "--member", required=True, help="Who asks: a compliance officer or an operator; the password is asked for."
)
@click.option("--reason", required=True, help="Why; it is kept in the audit log.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.  [default: standard output]"
)
@click.password_option("--password", confirmation_prompt=False, help="Of the member; asked for where it is not given.")
def reveal(file: Path, member: str, reason: str, password: str, out: Path | None) -> None:
    """Write FILE (or - for standard input) with the tokens of the operator 'encrypt' turned back.

    A token that was sealed elsewhere, or that somebody changed, stays as it is.
    """
    from riskguard.bootstrap import keyring, now, word_mask
    from riskguard.services.revealing import revealed
    from riskguard.settings import Settings

    context = click.get_current_context()
    settings = Settings.load(data_dir=context.obj) if context.obj else Settings.load()
    text = _text(file)
    reason = word_mask()(reason)  # it stays in the audit log, which holds no raw identifiers
    told = revealed(text, member, password, reason=reason, keys=keyring(settings), begin=begin_here(), clock=now)
    with ExitStack() as stack:
        sink = stack.enter_context(written(out)) if out else utf8_stdout()
        sink.write(told.text)
    closed = f"; {told.closed} could not be opened" if told.closed else ""
    click.echo(f"{told.opened} tokens were turned back{closed}", err=True)


def _text(file: Path) -> str:
    """All of the file, or of standard input. InvalidInput where it is not UTF-8."""
    with nullcontext(sys.stdin.buffer) if str(file) == "-" else opened(file) as stream:
        try:
            return stream.read().decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidInput(f"{file} is not UTF-8", hint="redacted texts are; was it changed?") from None
