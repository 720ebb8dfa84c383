"""WORKSHOP: measures them, and the service."""
