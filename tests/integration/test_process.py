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
