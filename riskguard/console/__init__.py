"""DOOR: pages for moderators and compliance officers."""
