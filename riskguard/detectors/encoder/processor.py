"""What the processor is and can, as far as the system tells it without a library."""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path

_TELLING = ("model name", "flags", "CPU implementer", "CPU part", "Features")
"""The lines of /proc/cpuinfo that say it, of Intel's kind and of ARM's."""

_BF16 = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


@cache
def processor() -> str:
    """What the first processor is and can; only its kind where the system has no such file."""
    try:
        first = Path("/proc/cpuinfo").read_text("utf-8", "replace").split("\n\n", 1)[0]
    except OSError:
        return platform.machine()
    return "\n".join(line for line in first.splitlines() if line.startswith(_TELLING))


def lacks_bf16() -> bool:
    """Whether the system tells what the processor can, and bf16 is not among it."""
    words = set(processor().split())
    return bool(words & {"flags", "Features"}) and not words & _BF16
