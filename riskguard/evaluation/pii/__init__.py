"""`riskguard evaluate pii`: is personal information found, plain and disguised, and what happens to other numbers."""

from riskguard.evaluation.pii.command import pii

__all__ = ["pii"]
