"""Batches for a training process: made by itself on a CPU, by processes of their own where a GPU waits for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, cast

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from riskguard.training.encoder.together import Group

_WAITING = 4
"""Batches that each process makes ahead."""

T = TypeVar("T")


def fed(make: Callable[[int], Iterator[T]], group: Group) -> Iterator[T]:
    """The endless batches of `make(rank)`; before a GPU those of make(0), make(1), ... in turn, a process each.

    Arrays in a batch (a named tuple) are tensors in pinned memory then.
    """
    if not group.on_gpu:
        return make(group.rank)
    makers = max(1, (os.cpu_count() or 2) - 1)
    loader = DataLoader(_Batches(make), batch_size=None, num_workers=makers, prefetch_factor=_WAITING, pin_memory=True)
    return cast("Iterator[T]", iter(loader))


class _Batches(IterableDataset[Any], Generic[T]):
    def __init__(self, make: Callable[[int], Iterator[T]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T]:
        maker = get_worker_info()
        return self._make(maker.id if maker else 0)
