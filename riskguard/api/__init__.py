"""The API: a Flask app that turns requests into calls of services, and what they raise into problem details."""

from riskguard.api.app import create_app

__all__ = ["create_app"]
