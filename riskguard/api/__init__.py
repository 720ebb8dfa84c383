"""DOOR: JSON over HTTP for platforms."""
