"""Names for new things: a kind and a time-ordered UUID (version 7), so that new rows lie next to each other."""

from __future__ import annotations

import re

import uuid_utils

_OURS = re.compile(r"[a-z]+_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")


def new_id(kind: str) -> str:
    """'pst_' + 32 hex digits for kind 'pst'; later ids sort after earlier ones."""
    return f"{kind}_{uuid_utils.uuid7().hex}"


def given_by_us(name: str) -> bool:
    """Whether this is an id as `new_id` makes them, and nothing that somebody typed."""
    return _OURS.fullmatch(name) is not None
