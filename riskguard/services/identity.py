"""Names for new things: a kind and a time-ordered UUID (version 7), so that new rows lie next to each other."""

from __future__ import annotations

import uuid_utils


def new_id(kind: str) -> str:
    """'pst_' + 32 hex digits for kind 'pst'; later ids sort after earlier ones."""
    return f"{kind}_{uuid_utils.uuid7().hex}"
