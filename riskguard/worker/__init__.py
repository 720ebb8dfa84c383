"""DOOR: what RQ calls."""
