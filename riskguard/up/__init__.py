"""The whole service as one command: every part a supervised child, ended together."""
