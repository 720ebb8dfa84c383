"""Posts full of identifiers go through the whole service at DEBUG, with everything failing that can: nothing that is
not made to hold them does. Logs, metrics, webhooks, Redis and the audit log are searched for each."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from redis import Redis

from riskguard.detectors.pii.catalogue import RECOGNISERS
from riskguard.domain.audit import AuditFilter
from riskguard.domain.member import Role
from riskguard.evaluation.receiver import Receiver, Reply, Request
from riskguard.services import accounts, audit
from riskguard.services.ports import Begin
from riskguard.store import open_store
from tests.assets.telltale import BREAKS, POISONS
from tests.fixtures.keys import KEY, KEYRING

pytestmark = [pytest.mark.redis, pytest.mark.service]

PHONE = "15412345678"
NAMED = ("林小满", "青石路18号3单元502", PHONE)
EXAMPLES = [example for each in RECOGNISERS for example in each.examples]
IDENTIFIERS = sorted({example.found for example in EXAMPLES if len(example.found) >= 7} | {*NAMED})
POSTS = [example.text for example in EXAMPLES] + [f"都来看，{NAMED[0]}住{NAMED[1]}，电话{PHONE}，确诊过乙肝，去骂他"]


@dataclass(frozen=True)
class Running:
    """A service in processes of its own, a platform that listens, and all that they leave behind."""

    url: str
    log: Path
    begin: Begin
    redis: Redis
    platform: Receiver
    key: str
    processes: Mapping[str, subprocess.Popen[bytes]]

    def send(self, path: str, body: object = None, *, data: str = "", **headers: str) -> httpx.Response:
        asked = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"} | headers
        content = data or json.dumps(body, ensure_ascii=False)
        return httpx.post(f"{self.url}{path}", content=content.encode(), headers=asked, timeout=10)

    def until(self, holds: Callable[[], bool], *, within_s: float = 40.0) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)


@pytest.fixture
def running(redis_url: str, sqlite_template: Path, tmp_path: Path) -> Iterator[Running]:
    database = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'riskguard.db')}"
    store, log = open_store(database, keyring=KEYRING), tmp_path / "log"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    environ = os.environ | {
        "RISKGUARD_DATABASE_URL": database,
        "RISKGUARD_REDIS_URL": redis_url,
        "RISKGUARD_DATA_DIR": str(tmp_path),
        "RISKGUARD_SECRET_KEY": "k" * 48,
        "RISKGUARD_DATA_KEYS": KEY,
        "RISKGUARD_CALLBACK_NETWORKS": "127.0.0.0/8",
        "RISKGUARD_EXTRA_DETECTORS": "tests.assets.telltale:Telltale",
        "RISKGUARD_LOG_LEVEL": "DEBUG",
    }
    roles = {
        "api": ["api", "--port", str(port)],
        "worker": ["worker", "--queues", "judge"],
        "messenger": ["worker", "--queues", "deliver"],
        "scheduler": ["scheduler"],
    }
    _, key = accounts.create_community("tide", begin=store.begin)
    with store.begin() as work:
        tide = work.communities.get("tide")
    assert tide
    with Receiver(tide.webhook_secret, keep_requests=True, replies=Moody()) as platform, log.open("wb") as out:
        accounts.set_webhook("tide", platform.url, begin=store.begin)
        processes = {
            name: subprocess.Popen([sys.executable, "-m", "riskguard", *words], env=environ, stdout=out, stderr=out)
            for name, words in roles.items()
        }
        made = Running(
            f"http://127.0.0.1:{port}", log, store.begin, Redis.from_url(redis_url), platform, key, processes
        )
        try:
            made.until(lambda: ready(made.url))
            yield made
        finally:
            for process in processes.values():
                process.kill()
                process.wait()
            made.redis.close()
            store.close()


class Moody:
    """Refuses the first call with an answer that quotes a number, and takes all others."""

    def __init__(self) -> None:
        self._refused = False

    def __call__(self, request: Request) -> Reply:
        reply = Reply(204) if self._refused else Reply(500, body=f"we do not know {PHONE}".encode())
        self._refused = True
        return reply


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_what_is_not_made_to_hold_identifiers_holds_none(running: Running) -> None:
    accounts.create_member("林夏", role=Role.OPERATOR, begin=running.begin)
    _, password = accounts.reset_password("林夏", begin=running.begin)
    send_posts(running)
    send_what_is_refused(running)
    complain(running)
    running.until(lambda: judged(running) == len(POSTS) * 2)
    sit_at_the_desk(running, password)
    running.until(lambda: {"case.decided", "appeal.ruled"} & running.platform.tally.kinds.keys() != set())
    assert "Traceback" in running.log.read_text()  # what broke was told
    time.sleep(6)  # chores come round, the refused event is sent again
    left = {
        "log": running.log.read_text(errors="replace"),
        "metrics": httpx.get(f"{running.url}/metrics", timeout=5).text,
        "webhooks": "\n".join(request.body.decode() for request in running.platform.requests),
        "redis": "\n".join(everything_in(running.redis)),
        "audit": "\n".join(str(record) for record in audit.found(AuditFilter(), begin=running.begin)),
    }
    found = {(place, word) for place, words in left.items() for word in IDENTIFIERS if word in words}
    assert found == set(), "\n".join(context(left[place], word) for place, word in sorted(found)[:6])
    assert "post.judged" in left["webhooks"]
    assert "case.revealed" in left["audit"]
    assert "riskguard_verdicts" in left["metrics"]


def send_posts(running: Running) -> None:
    """Every example as it is, and once more in a text that breaks a detector or what follows; authors are numbers."""
    for number, text in enumerate(POSTS):
        author = {"id": f"u-{PHONE}"}
        running.send("/v1/posts", {"post_id": f"p{number}", "text": text, "title": f"{PHONE} 在此", "author": author})
        url = f"https://tide.example/{PHONE}"
        body = {
            "post_id": f"b{number}",
            "text": f"{text} {(BREAKS, POISONS)[number % 2]}",
            "author": author,
            "url": url,
            "scene": "treehole",
        }
        assert running.send("/v1/posts", body).status_code == 202


def send_what_is_refused(running: Running) -> None:
    """Requests that cannot be taken, with identifiers wherever somebody could put them."""
    good = {"post_id": "x", "text": PHONE, "author": {"id": "u"}}
    refused = [
        running.send("/v1/posts", good | {"scene": PHONE}),
        running.send("/v1/posts", good | {PHONE: PHONE}),
        running.send("/v1/posts", good | {"text": PHONE * 3000}),
        running.send("/v1/posts", good | {"callback_url": f"http://10.0.0.1/{PHONE}"}),
        running.send("/v1/posts", data=f'{{"text": "{PHONE}'),
        running.send("/v1/posts", good, Authorization=f"Bearer {PHONE}"),
        running.send("/v1/posts/batch", [good | {"author": PHONE}, PHONE]),
        running.send(f"/v1/posts/{PHONE}/reports", {"by": PHONE, "reason": PHONE}),
        running.send(f"/v1/cases/{PHONE}/decisions", {"ruling": PHONE}),
        running.send(f"/v1/{PHONE}", {}),
        httpx.get(f"{running.url}/v1/cases?status={PHONE}", headers={"Authorization": f"Bearer {running.key}"}),
    ]
    assert [answer.status_code >= 400 for answer in refused if "batch" not in str(answer.url)] == [True] * 10
    body = {"post_id": "gone", "text": "回调无人接", "author": {"id": "u"}}
    running.send("/v1/posts", body | {"callback_url": f"http://127.0.0.1:9/{PHONE}"})


def complain(running: Running) -> None:
    """A report and an appeal that name people."""
    assert running.send("/v1/posts/p0/reports", {"by": f"u-{PHONE}", "reason": f"他是{NAMED[0]}，{PHONE}"}).is_success
    assert running.send("/v1/posts/p1/appeals", {"by": f"u-{PHONE}", "reason": f"我的号码{PHONE}"}).is_success


def judged(running: Running) -> int:
    with running.begin() as work:
        return sum(work.verdicts.tally().values()) - 1  # one post is sent beside


def sit_at_the_desk(running: Running, password: str) -> None:
    """Sign in, also with a number for a name; reveal, rule and look things up, with identifiers in every field."""
    with httpx.Client(base_url=f"{running.url}/console", follow_redirects=True, timeout=10) as person:

        def post(path: str, seen: httpx.Response, **form: str) -> httpx.Response:
            token = re.search(r'name="csrf_token" value="([^"]+)"', seen.text)
            assert token
            return person.post(path, data={"csrf_token": token.group(1), **form}, headers={"Referer": str(seen.url)})

        page = person.get("/sign-in")
        assert post("/sign-in", page, name=PHONE, password=PHONE).status_code == 401
        page = post("/sign-in", page, name="林夏", password=password)
        assert "案件队列" in page.text
        case = re.search(r"/console(/cases/cas_\w+)", page.text)
        assert case
        page = person.get(case.group(1))
        page = post(f"{case.group(1)}/raw", page, need="verify", note=f"核对 {PHONE}")
        assert "正在显示原文" in page.text
        version = re.search(r'name="seen_version" value="(\d+)"', page.text)
        assert version
        reason = f"公开了他人号码{PHONE}"
        page = post(f"{case.group(1)}/decisions", page, ruling="remove", reason=reason, seen_version=version.group(1))
        assert "裁定已保存" in page.text
        page = person.get("/audit", params={"subject": PHONE, "actor": PHONE})
        post("/audit/export", page, subject=PHONE, actor=PHONE)


def everything_in(redis: Redis) -> Iterator[str]:
    """Every key and value, also what is compressed."""
    for name in redis.scan_iter("*"):
        yield text_of(name)
        kind = redis.type(name)
        match kind:
            case b"string":
                yield text_of(redis.get(name) or b"")
            case b"hash":
                yield from (text_of(part) for pair in redis.hgetall(name).items() for part in pair)
            case b"list":
                yield from map(text_of, redis.lrange(name, 0, -1))
            case b"set":
                yield from map(text_of, redis.smembers(name))
            case b"zset":
                yield from map(text_of, redis.zrange(name, 0, -1))
            case _:
                assert kind == b"stream", f"{name!r} is a {kind!r}, which this test cannot read"
                yield str(redis.xrange(name))


def text_of(raw: bytes) -> str:
    with suppress(zlib.error):
        raw += zlib.decompress(raw)
    return raw.decode("utf-8", "replace")


def context(words: str, word: str) -> str:
    at = words.index(word)
    return f"…{words[max(0, at - 600) : at + 200]}…"
