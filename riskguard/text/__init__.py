"""REASON: raw text in, folded text out, with the origin of every character."""
