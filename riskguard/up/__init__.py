"""The whole service as one command: children, supervised."""
