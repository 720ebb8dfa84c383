"""HANDS: the line of waiting posts, in Redis."""
