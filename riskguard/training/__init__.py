"""WORKSHOP: makes models."""
