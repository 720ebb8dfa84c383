"""DOOR: the pages of moderators, compliance officers and operators."""

from riskguard.console.app import MOUNT, create_app

__all__ = ["MOUNT", "create_app"]
