"""REASON: who is told of which alert, when, and when not. Pure."""
