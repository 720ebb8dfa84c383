"""The `riskguard` command: finds the verbs and turns errors into one clear line."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from riskguard import __version__
from riskguard.domain.errors import PolicyInvalid, RiskguardError

VERBS = {
    "up": "riskguard.cli.serve:up",
    "api": "riskguard.cli.serve:api",
    "worker": "riskguard.cli.serve:worker",
    "scheduler": "riskguard.cli.serve:scheduler",
    "judge": "riskguard.cli.judge:judge",
    "redact": "riskguard.cli.redact:redact",
    "policy": "riskguard.cli.policy:policy",
    "lexicon": "riskguard.cli.lexicon:lexicon",
    "alerts": "riskguard.cli.alerts:alerts",
    "report": "riskguard.cli.report:report",
    "admin": "riskguard.cli.admin:admin",
    "pretrain": "riskguard.cli.encoder:pretrain",
    "train": "riskguard.cli.encoder:train",
    "evaluate": "riskguard.cli.workshop:evaluate",
    "bench": "riskguard.cli.workshop:bench",
    "settings": "riskguard.cli.settings:settings",
}


class Verbs(click.Group):
    """Imports a verb only when it is called, so that `riskguard judge` never pays for the server."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="riskguard")
def cli() -> None:
    """Moderation and risk control for Chinese online communities, on your own machine."""


def main() -> None:
    """Run the command line; an error of ours is one line and a hint, and exit code 1."""
    try:
        cli(prog_name="riskguard")
    except PolicyInvalid as error:
        for fault in error.faults:
            click.echo(f"riskguard: {fault}", err=True)
        click.echo("  hint: 'riskguard policy check DIR' looks at a whole folder of policies", err=True)
        sys.exit(1)
    except RiskguardError as error:
        click.echo(f"riskguard: {error}" + (f"\n  hint: {error.hint}" if error.hint else ""), err=True)
        sys.exit(1)
