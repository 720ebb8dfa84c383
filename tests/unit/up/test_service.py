"""What `up` starts."""

from __future__ import annotations

import socket

from riskguard.up.service import _children


def _names(port: int) -> dict[str, str]:
    """What posts are claimed by, for every child that works."""
    children = _children({}, host="127.0.0.1", port=port, workers=2, say=lambda *_: None)
    words = {child.name: list(child.command) for child in children}
    return {name: said[said.index("--name") + 1] for name, said in words.items() if "--name" in said}


def test_workers_go_by_the_same_name_at_each_start_and_by_no_other_workers() -> None:
    """Who starts takes back what was claimed by its name: on one Redis no two machines or services may share one."""
    names = _names(8080)
    assert list(names) == ["worker-1", "worker-2", "messenger"]
    assert names == _names(8080)
    assert all(name.startswith(socket.gethostname()) for name in names.values())
    assert len({*names.values(), *_names(8081).values()}) == 6
