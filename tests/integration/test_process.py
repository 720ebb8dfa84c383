"""What a process does for itself."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

_WAITS_FOR_A_LOCK = """
import sqlite3, sys
from riskguard.process import end_when_told
end_when_told(lambda: print("farewell", flush=True))
store = sqlite3.connect(sys.argv[1], timeout=60)
print("waits", flush=True)
store.execute("begin immediate")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_waits_for_a_locked_database_ends_at_once_when_told(
    tmp_path: Path, number: signal.Signals
) -> None:
    locked = sqlite3.connect(tmp_path / "locked.db")
    locked.execute("begin immediate")
    command = [sys.executable, "-c", _WAITS_FOR_A_LOCK, str(tmp_path / "locked.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "waits\n"
        process.send_signal(number)
        try:
            assert process.wait(2) == 0
        finally:
            process.kill()
        assert process.stdout.read() == "farewell\n"
    locked.close()


_FREES_LARGE_PIECES = """
import sys
from riskguard.process import give_memory_back_at_once
if sys.argv[1] == "at once":
    give_memory_back_at_once()
bytearray(30_000_000)  # freed: from here on glibc itself keeps pieces of up to so many bytes in the heap
held = []
for _ in range(100):
    large = [bytearray(400_000) for _ in range(2)]
    held.append(bytearray(20_000))  # a small piece that stays above those that go
    del large[0]
    held.append(large)
held = [each for each in held if isinstance(each, bytearray)]
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmRSS"].split()[0]) // 1000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc and /proc")
def test_large_pieces_of_memory_leave_the_heap_when_they_are_freed() -> None:
    def held(how: str) -> int:
        command = [sys.executable, "-c", _FREES_LARGE_PIECES, how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert held("at once") < held("by itself") - 20
