"""HANDS: the database."""
