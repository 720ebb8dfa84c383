"""What the fold and its channels cost: microseconds of processor time a post, on a machine however busy."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from riskguard.text.channels import WIDTHS, Channels, channels_of
from riskguard.text.view import TextView, fold_all

PLAIN, EVERY = "fold and plain channels", "all channels"
_ROUNDS = 5

_Step = Callable[[Channels], object]

_STEPS: Mapping[str, _Step] = {
    "quiet": lambda read: read.quiet.joined,
    "bare": lambda read: read.bare.joined,
    "han": lambda read: read.han.joined,
    "sound": lambda read: read.sound.joined,
    "split": lambda read: read.split.joined,
    "glyph": lambda read: read.glyph.joined,
    "emoji": lambda read: read.emoji.joined,
    "emoji, by sound": lambda read: read.emoji_sound.joined,
    "shuffled": lambda read: [read.shuffled.sums(width) for width in WIDTHS],
}
"""The channels in an order in which each finds ready what it is made of."""


def channel_costs(texts: Sequence[str], *, batch: int = 64) -> dict[str, float]:
    """Of the fold, of each channel made after those before it, and of all together: the best of five rounds."""
    parts = [texts[at : at + batch] for at in range(0, len(texts), batch)]
    rounds = [_round(parts) for _ in range(_ROUNDS + 1)][1:]
    costs = {name: min(each[name] for each in rounds) / len(texts) * 1e6 for name in rounds[0]}
    plain = costs["fold"] + costs["quiet"] + costs["bare"]
    return {**costs, PLAIN: plain, EVERY: sum(costs.values())}


def _round(parts: Sequence[Sequence[str]]) -> dict[str, float]:
    """Seconds of each step over all batches."""
    views: list[list[TextView]] = []
    spent = {"fold": _spent(lambda: views.extend(map(fold_all, parts)))}
    read = [channels_of(part) for part in views]
    for name, step in _STEPS.items():
        spent[name] = _spent(lambda step=step: list(map(step, read)))  # type: ignore[misc]
    return spent


def _spent(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
