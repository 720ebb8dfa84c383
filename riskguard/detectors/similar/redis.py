"""Look-alikes remembered in Redis, shared by all workers: one script call per batch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.resources import files
from math import ceil

from redis import Redis
from redis.exceptions import RedisError

from riskguard.detectors.similar import likeness
from riskguard.detectors.similar.lookalikes import MOST_CLUSTERS, MOST_MEMBERS, Match, Trace
from riskguard.detectors.similar.sketch import SHELF
from riskguard.domain.errors import DetectorFailed

_SCRIPT = files("riskguard.detectors.similar").joinpath("meet.lua").read_text(encoding="utf-8")
_LIMITS = (
    likeness.MOST_FACES,
    likeness.ALIKE,
    likeness.ALIKE_SHORT,
    likeness.FEW_GRAMS,
    likeness.CONTAINED,
    likeness.CONTAINED_GRAMS,
    likeness.CONTAINED_PART,
    likeness.FAR,
    likeness.DRIFT,
    SHELF,
)

_LIST, _EMPTY, _TEXT = b"\xdc", b"\x90", 0xA0
"""How MessagePack begins a list, an empty list, and a short text (to be joined with its length)."""

_Argument = str | int | float | bytes


class RedisLookAlikes:
    """Every key lives under `prefix` and expires: texts at the latest an eighth of `window_s` after it, what leads to
    them after two windows.

    A different text takes about 2 kB, a short one 0.5, so a community with `most_clusters` of them in a window takes up
    to 0.4 GB; a copy takes some 20 bytes.
    """

    def __init__(
        self,
        connection: Redis,
        *,
        prefix: str = "rg",
        window_s: float = 86_400.0,
        most_clusters: int = MOST_CLUSTERS,
    ) -> None:
        self._script = connection.register_script(_SCRIPT)
        self._key = f"{prefix}:similar5"
        self._window_s = max(1, ceil(window_s))
        self._most_clusters = most_clusters

    def meet(self, traces: Sequence[Trace]) -> list[Match | None]:
        """See `LookAlikes.meet`."""
        if not traces:
            return []
        groups = _by_community(traces)
        bounds = (self._window_s, MOST_MEMBERS, self._most_clusters, *_LIMITS)
        arguments: list[_Argument] = [int(time.time()), *bounds, len(groups)]
        for community, places in groups.items():
            arguments += [community, len(places)]
            for place in places:
                arguments += _arguments(traces[place])
        try:
            replies = self._script(keys=[self._key], args=arguments)
        except (RedisError, OSError) as error:
            raise DetectorFailed(f"look-alikes cannot be reached: {type(error).__name__}") from error
        matches: list[Match | None] = [None] * len(traces)
        order = [place for places in groups.values() for place in places]
        for place, reply in zip(order, replies, strict=True):
            matches[place] = _match(reply) if reply else None
        return matches


def _by_community(traces: Sequence[Trace]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for place, trace in enumerate(traces):
        groups.setdefault(trace.community, []).append(place)
    return groups


def _arguments(trace: Trace) -> list[_Argument]:
    sketch = trace.sketch
    return [
        trace.post_id,
        trace.key,
        trace.author,
        f"{trace.at:.3f}",
        sketch.grams,
        _packed(sketch.keys),
        _packed(sketch.probes),
    ]


def _packed(keys: Sequence[bytes]) -> bytes:
    """A list of keys of one length, up to 31 bytes, as MessagePack: Redis reads it faster than Lua could cut it."""
    if not keys:
        return _EMPTY
    sign = bytes([_TEXT | len(keys[0])])
    return _LIST + len(keys).to_bytes(2, "big") + sign + sign.join(keys)


def _match(reply: Sequence[bytes | str | int]) -> Match:
    cluster, similarity, copies, accounts, own, since = reply
    name = cluster.decode() if isinstance(cluster, bytes) else str(cluster)
    return Match(name, float(similarity), int(copies), int(accounts), int(own), float(since))
