"""DOOR: `riskguard VERB`. Each verb lives in its own file and imports its heavy parts when it is called."""

from riskguard.cli.main import main

__all__ = ["main"]
