"""`python -m riskguard` is the `riskguard` command."""

from riskguard.cli import main

main()
