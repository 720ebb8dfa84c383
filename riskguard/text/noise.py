"""A second way to read folded text: without what was put between the characters ('加 V', '傻*逼')."""

from __future__ import annotations

import re

from riskguard.text.view import TextView

_NOISE = re.compile(r"[\W_]+")


def squeeze(view: TextView) -> TextView:
    """The view with spaces, punctuation, symbols and emoji left out; origins still lead into the raw text."""
    kept = kept_positions(view.folded)
    return TextView(view.raw, squeezed(view.folded), tuple([view.origin[at] for at in kept]))


def squeezed(folded: str) -> str:
    """Only the letters and digits of `folded`, of any script."""
    return _NOISE.sub("", folded)


def kept_positions(folded: str) -> list[int]:
    """Where each character of `squeezed(folded)` stands in `folded`."""
    kept: list[int] = []
    done = 0
    for noise in _NOISE.finditer(folded):
        start, end = noise.span()
        kept += range(done, start)
        done = end
    kept += range(done, len(folded))
    return kept
