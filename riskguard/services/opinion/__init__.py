"""Opinion: what is talked about, what surges, how much is the same, and whether members drift away. All pure."""
