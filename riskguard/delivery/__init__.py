"""HANDS: what leaves the house."""
