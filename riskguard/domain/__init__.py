"""WORDS: frozen values, enums and errors. Standard library only; everything above speaks in these."""
