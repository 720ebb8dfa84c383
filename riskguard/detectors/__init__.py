"""WORK: one file per way of reading a text."""
