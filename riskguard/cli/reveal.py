"""`riskguard admin reveal`: turns the tokens of redacted texts back, for members who may, and into the audit log."""

from __future__ import annotations

import sys
import warnings
from contextlib import ExitStack, nullcontext
from getpass import GetPassWarning
from pathlib import Path

import click

from riskguard.cli.database import begin_here
from riskguard.cli.lines import opened, utf8_stdout
from riskguard.cli.outfile import written
from riskguard.domain.errors import InvalidInput
from riskguard.settings import environment_value

_STDIN = "-"
FROM_HERE = "RISKGUARD_MEMBER_PASSWORD"
"""The variable that the password may come from."""


@click.command()
@click.argument("file", type=click.Path(allow_dash=True, dir_okay=False, path_type=Path))
@click.option(
    "--member", required=True, help="Who asks: a compliance officer or an operator; the password is asked for."
)
@click.option("--reason", required=True, help="Why; it is kept in the audit log.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.  [default: standard output]"
)
@click.option(
    "--password-file",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File (or - for standard input) whose first line is the password of the member.",
)
def reveal(file: Path, member: str, reason: str, out: Path | None, password_file: Path | None) -> None:
    """Write FILE (or - for standard input) with the tokens of the operator 'encrypt' turned back.

    The member's password is asked for, and not shown; where nobody is there to ask, it comes from --password-file or
    the variable RISKGUARD_MEMBER_PASSWORD. No option takes the password itself: everybody on the machine could read it.
    A token that was sealed elsewhere, or that somebody changed, stays as it is.
    """
    from riskguard.bootstrap import keyring, now, word_mask
    from riskguard.services.revealing import revealed
    from riskguard.settings import Settings

    context = click.get_current_context()
    settings = Settings.load(data_dir=context.obj) if context.obj else Settings.load()
    if str(file) == str(password_file) == _STDIN:
        raise click.BadParameter("standard input is the text already", param_hint="--password-file")
    password = _password(password_file)
    text = _text(file)
    reason = word_mask()(reason)  # it stays in the audit log, which holds no raw identifiers
    told = revealed(text, member, password, reason=reason, keys=keyring(settings), begin=begin_here(), clock=now)
    with ExitStack() as stack:
        sink = stack.enter_context(written(out)) if out else utf8_stdout()
        sink.write(told.text)
    closed = f"; {told.closed} could not be opened" if told.closed else ""
    click.echo(f"{told.opened} tokens were turned back{closed}", err=True)


def _password(file: Path | None) -> str:
    """From the file, else the variable, else whoever sits at the terminal. InvalidInput where nobody does."""
    if file is not None:
        return _text(file).partition("\n")[0].removesuffix("\r")
    if kept := environment_value(FROM_HERE):
        return kept
    with warnings.catch_warnings(action="error", category=GetPassWarning):
        try:
            return str(click.prompt("Password", hide_input=True, err=True))
        except GetPassWarning:
            raise InvalidInput(
                "there is no terminal to ask for the password at",
                hint=f"use --password-file, or set {FROM_HERE}",
            ) from None


def _text(file: Path) -> str:
    """All of the file, or of standard input. InvalidInput where it is not UTF-8."""
    with nullcontext(sys.stdin.buffer) if str(file) == _STDIN else opened(file) as stream:
        try:
            return stream.read().decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidInput(f"{file} is not UTF-8", hint="save it as UTF-8; redacted texts are") from None
