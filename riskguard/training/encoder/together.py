"""Several processes of one thread that train one model: on CPUs faster than one process of several threads."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, distributed, nn
from torch.multiprocessing.spawn import start_processes

_MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Group:
    """This process among those that train together, and the device that it computes on."""

    rank: int
    size: int
    device: str

    @property
    def on_gpu(self) -> bool:
        """Whether it computes on a GPU."""
        return self.device != "cpu"

    def shortened(self) -> torch.autocast:
        """Matrices in 16 bits, where the device has arithmetic for them: CPUs without it would only imitate it."""
        able = self.on_gpu or torch.cpu._is_avx512_bf16_supported()  # noqa: SLF001 - nothing public tells
        return torch.autocast(self.device, torch.bfloat16, enabled=able)

    def shared(self, model: nn.Module) -> nn.Module:
        """The model with gradients averaged over the group."""
        return nn.parallel.DistributedDataParallel(model) if self.size > 1 else model

    def total(self, number: int) -> int:
        """The sum over the group."""
        if self.size == 1:
            return number
        summed = torch.tensor(number)
        distributed.all_reduce(summed)
        return int(summed)

    def tensors(self, *arrays: np.ndarray[Any, Any] | Tensor) -> tuple[Tensor, ...]:
        """The arrays on the device."""
        return tuple(torch.as_tensor(array).to(self.device, non_blocking=True) for array in arrays)


def gpu_here() -> bool:
    """Whether training runs on a GPU."""
    return torch.cuda.is_available()


def machine(processes: int) -> str:
    """What so many processes train on, in words."""
    return f"one {torch.cuda.get_device_name()}" if gpu_here() else f"{processes} CPU cores"


def give_memory_back() -> None:
    """Return freed memory to the machine: batches of ever other shapes leave the heap in shreds, 7 GB in 25 minutes."""
    libc = find_library("c")
    trim = getattr(ctypes.CDLL(libc), "malloc_trim", None) if libc else None
    if trim is not None:
        trim(0)


def together(run: Callable[..., None], folder: Path, processes: int, *args: object, told: Callable[..., None]) -> None:
    """`run(group, *args, told)` in so many processes that meet in `folder`; alone where a GPU is there.

    `run` and `args` must be importable and picklable. The first process is this one, and only its `told` is heard.
    """
    size = 1 if gpu_here() else processes
    meeting = folder / _MEETING
    meeting.unlink(missing_ok=True)
    if size == 1:
        _join(0, run, meeting, 1, *args, told)
        return
    children = start_processes(
        _child, args=(run, meeting, size, *args), nprocs=size - 1, join=False, start_method="spawn"
    )
    _join(0, run, meeting, size, *args, told)
    children.join()


def _child(place: int, run: Callable[..., None], meeting: Path, size: int, *args: object) -> None:
    _join(place + 1, run, meeting, size, *args, _unheard)


def _unheard(*_: object) -> None:
    """What the other processes tell."""


def _join(rank: int, run: Callable[..., None], meeting: Path, size: int, *args: object) -> None:
    device = "cuda" if gpu_here() else "cpu"
    if device == "cpu":
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // size))
    if size > 1:
        distributed.init_process_group("gloo", f"file://{meeting.absolute()}", rank=rank, world_size=size)
    try:
        run(Group(rank, size, device), *args)
    finally:
        if size > 1:
            distributed.destroy_process_group()
