"""REASON: YAML in, rules out; a reading in, a verdict out. Pure."""
