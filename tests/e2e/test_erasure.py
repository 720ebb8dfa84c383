"""An author is erased from a running service under load, and then nothing is found of them anywhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from urllib3 import PoolManager

from riskguard.evaluation.service import Service
from riskguard.keyring import Keyring
from riskguard.queue.embedded import running_url
from riskguard.store import open_store
from tests.fixtures.keys import KEYRING

pytestmark = [pytest.mark.service, pytest.mark.redis]

GONE = "erase-me-author-8c1f"
WORDS = "要被忘记的一句话"
MARK = "erase-me-post"
NICK = "erase-me-nick"
TRACES = [GONE.encode(), WORDS.encode(), MARK.encode(), NICK.encode(), WORDS.encode("unicode_escape")]


class Client:
    """A platform that sends posts of the one who goes and of those who stay."""

    def __init__(self, url: str, key: str) -> None:
        self._pool = PoolManager(retries=False, timeout=20)
        self._url, self._headers = url, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.sent = 0

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        raw = None if body is None else json.dumps(body).encode()
        answer = self._pool.request(method, self._url + path, body=raw, headers=self._headers)
        return answer.status, answer.data

    def send(self, numbers: range, author: str, text: str, name: str) -> None:
        posts = [
            {
                "post_id": f"{name}-{number}",
                "text": f"{text}，第{number}次，加微信 abc_{number}",
                "author": {"id": author},
                "metadata": {"nick": NICK if author == GONE else "stays"},
            }
            for number in numbers
        ]
        status, _ = self.ask("POST", "/v1/posts/batch", posts)
        assert status == 202
        self.sent += len(posts)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path, workers=1) as running:
        yield running


def test_an_author_is_erased_under_load_and_leaves_no_trace(service: Service, tmp_path: Path) -> None:
    own = service.create_community("forum", webhook_url="http://127.0.0.1:9/nowhere")
    client, others = Client(service.url, own.key), Client(service.url, own.key)
    enough = threading.Event()

    def load() -> None:
        at = 0
        while not enough.is_set():
            others.send(range(at, at + 50), f"u{at}", "别人说的话", "stays")
            at += 50

    traffic = threading.Thread(target=load)
    traffic.start()
    try:
        for at in range(0, 600, 50):
            client.send(range(at, at + 50), GONE, WORDS, MARK)
        client.ask("POST", "/v1/posts/stays-1/reports", {"by": GONE, "reason": WORDS})
        before = bytes_of(tmp_path)
        status, said = client.ask("DELETE", f"/v1/authors/{GONE}")
        receipt = json.loads(said)
    finally:
        enough.set()
        traffic.join(60)
    assert status == 200, said
    assert receipt["erased"]["posts"] == 600
    assert receipt["erased"]["voices"] == 1
    assert MARK.encode() in before  # the names of posts stand in the clear, so this is a search that finds
    until_all_are_judged(client)

    status, left = client.ask("GET", f"/v1/authors/{GONE}/export")
    assert (status, len(left.splitlines())) == (200, 2)  # what it is about, and its end
    rewritten(tmp_path)
    found = {name: [trace for trace in TRACES if trace in raw] for name, raw in files_of(tmp_path).items()}
    assert {name: traces for name, traces in found.items() if traces} == {}
    assert b"stays-1" in bytes_of(tmp_path)
    assert others.sent > 0
    assert not [trace for trace in TRACES if trace in everything_in_redis(tmp_path)]
    assert not rows_of(tmp_path, KEYRING)


def files_of(folder: Path) -> dict[str, bytes]:
    """The bytes of all that the service keeps: database, its log, Redis's append-only files, the lines it said."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def bytes_of(folder: Path) -> bytes:
    return b"".join(raw for name, raw in files_of(folder).items() if name.startswith("riskguard.db"))


def everything_in_redis(folder: Path) -> bytes:
    with Redis.from_url(running_url(folder / "redis")) as redis:
        return b"".join(key + (redis.dump(key) or b"") for key in redis.scan_iter(count=1000))


def rewritten(folder: Path) -> None:
    """Wait until Redis has written its append-only file anew."""
    with Redis.from_url(running_url(folder / "redis")) as redis:
        redis.bgrewriteaof()
        for _ in range(200):
            told = redis.info("persistence")
            if not told["aof_rewrite_in_progress"] and not told["aof_rewrite_scheduled"]:
                return
            time.sleep(0.1)
    raise AssertionError("Redis did not finish writing its file")


def until_all_are_judged(client: Client) -> None:
    for _ in range(300):
        _, told = client.ask("GET", "/metrics")
        (waiting,) = [line for line in told.decode().splitlines() if line.startswith("riskguard_posts_waiting ")]
        if float(waiting.split()[-1]) == 0:
            return
        time.sleep(0.2)
    raise AssertionError("the line never became empty")


def rows_of(folder: Path, keyring: Keyring) -> list[str]:
    """What the store itself still finds of the author."""
    from riskguard.bootstrap import now

    store = open_store(f"sqlite:///{folder / 'riskguard.db'}", keyring=keyring)
    with store.begin() as work:
        found = work.authors.post_ids("forum", GONE, received_before=now(), limit=9)
    store.close()
    return found
