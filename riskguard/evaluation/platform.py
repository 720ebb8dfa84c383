"""A platform that sends its posts to a running service, as platforms do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import TypeVar

from urllib3 import BaseHTTPResponse, HTTPConnectionPool
from urllib3.exceptions import HTTPError

from riskguard.domain.errors import NotReady

Body = Mapping[str, object]
Item = TypeVar("Item")

BEIJING = timezone(timedelta(hours=8))
TRIES = 6
"""How often a request is sent before a platform gives it up: the service may be starting a part again."""


def reposts(file: Path) -> Iterator[Body]:
    """Every repost of the stream as a post body, in time order, under ids of our own."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            written = datetime.strptime(row["date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
            yield {
                "post_id": f"repost-{number:06}",
                "text": row["text"],
                "author": {"id": row["uid"]},
                "scene": "comment",
                "created_at": written.isoformat(),
                "thread_id": row["event"],
            }


@dataclass(slots=True)
class Sent:
    """What came of sending: our ids of accepted posts, refusals by status, and how long single posts took."""

    ids: list[str] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    single_ms: list[float] = field(default_factory=list)
    throttled: int = 0
    tried_again: int = 0


class Platform:
    """Sends posts over kept connections. Waits as long as a 429 or 503 asks; tries again when a connection breaks,
    which is harmless because a post is known by its post_id. NotReady when it stays broken."""

    def __init__(self, host: str, port: int, key: str, *, connections: int = 4, tries: int = TRIES) -> None:
        self._tries = tries
        self._connections = connections
        self._pool = HTTPConnectionPool(host, port, maxsize=connections, block=True, retries=False, timeout=60)
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._lock = threading.Lock()
        self.sent = Sent()

    def flood(self, posts: Iterable[Body], *, singles: int, batch: int, moved: Callable[[int], None]) -> None:
        """Send the first `singles` posts one by one and the rest in batches; `moved` hears how many went each time."""
        left = iter(posts)
        with ThreadPoolExecutor(self._connections) as pool:
            for count in pool.map(self.send_one, islice(left, singles)):
                moved(count)
            for count in pool.map(self.send_many, _in_batches(left, batch)):
                moved(count)

    def send_one(self, post: Body) -> int:
        """One post; 1 if it was accepted."""
        self._sent_one(post, {})
        return 1

    def verdict_ms(self, post: Body, *, wait_s: int) -> float | None:
        """Milliseconds until one post was answered with its verdict; None where it was only accepted."""
        began = time.perf_counter()
        status = self._sent_one(post, {"prefer": f"wait={wait_s}"})
        return (time.perf_counter() - began) * 1000 if status == 200 else None

    def send_many(self, posts: Sequence[Body]) -> int:
        """A batch; how many went."""
        answer = self._ask("/v1/posts/batch", posts)
        if answer.status != 202:
            self._refuse(answer.status, len(posts))
            return len(posts)
        results = answer.json()["results"]
        accepted = [str(result["id"]) for result in results if "id" in result]
        with self._lock:
            self.sent.ids += accepted
        if len(accepted) < len(results):
            self._refuse(422, len(results) - len(accepted))
        return len(posts)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _sent_one(self, post: Body, headers: Mapping[str, str]) -> int:
        began = time.perf_counter()
        answer = self._ask("/v1/posts", post, headers)
        took_ms = (time.perf_counter() - began) * 1000
        if answer.status not in (200, 202):
            self._refuse(answer.status, 1)
            return answer.status
        with self._lock:
            self.sent.ids.append(str(answer.json()["id"]))
            self.sent.single_ms.append(took_ms)
        return answer.status

    def _ask(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> BaseHTTPResponse:
        content = json.dumps(body, ensure_ascii=False).encode()
        broken = 0
        while True:
            try:
                answer = self._pool.urlopen("POST", path, body=content, headers={**self._headers, **(headers or {})})
            except HTTPError as error:
                broken += 1
                if broken == self._tries:
                    raise NotReady(f"the service does not answer at {path}: {type(error).__name__}") from None
                self.sent.tried_again += 1
                time.sleep(0.2 * 2**broken)
                continue
            if answer.status not in (429, 503):
                return answer
            self.sent.throttled += 1
            time.sleep(min(float(answer.headers.get("retry-after", "1")), 60.0))

    def _refuse(self, status: int, count: int) -> None:
        with self._lock:
            self.sent.refused[status] = self.sent.refused.get(status, 0) + count


def _in_batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while some := list(islice(items, size)):
        yield some
