"""WORK: one file per family of use cases. Reaches the hands only through the ports."""
