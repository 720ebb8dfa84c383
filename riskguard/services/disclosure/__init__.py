"""What a post gives away about people, and how bad that is."""

from riskguard.services.disclosure.disclosed import disclosed, discloses

__all__ = ["disclosed", "discloses"]
