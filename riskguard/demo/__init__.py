"""WORKSHOP: an invented community to look at."""
