"""A platform's end of our webhooks: checks every signature, counts ids, and misbehaves when told to."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True, slots=True)
class Reply:
    """What the receiver answers: a status and headers, after a pause."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    after_s: float = 0.0
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Tally:
    """What arrived. `ids` counts deliveries per webhook-id; `kinds` and `posts` count each id once, by event type and
    by event type and post."""

    ids: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    posts: Counter[tuple[str, str]] = field(default_factory=Counter)
    bad_signatures: int = 0

    @property
    def received(self) -> int:
        """Deliveries with a good signature, repeats included."""
        return self.ids.total()

    @property
    def repeats(self) -> int:
        """Deliveries of an id that had come before."""
        return self.ids.total() - len(self.ids)


OK = Reply()


class Receiver:
    """A local HTTP server; use it as a context manager. `replies` chooses each answer (default: 204 to all).

    Without a secret nothing is verified. Only what was answered 2xx is tallied.
    """

    def __init__(
        self,
        secret: str = "",
        *,
        replies: Callable[[Request], Reply] = lambda _: OK,
        keep_requests: bool = False,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.tally = Tally()
        self.tls = tls
        self.requests: list[Request] = []
        self._key = Webhook(secret) if secret else None
        self._replies = replies
        self._keep_requests = keep_requests
        self._lock = threading.Lock()
        self._server = _Server((host, 0), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def connections(self) -> int:
        """Connections opened so far."""
        return self._server.accepted

    @property
    def url(self) -> str:
        """The address to give as a callback."""
        return f"http://{self._server.server_address[0]!s}:{self.port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.hang_up()
        self._thread.join()

    def hang_up(self) -> None:
        """End every open connection, as a server does that was restarted."""
        self._server.hang_up()

    def trust(self, secret: str) -> None:
        """Verify with this secret from now on."""
        self._key = Webhook(secret)

    def answer(self, request: Request) -> Reply:
        """The reply to a request, after it was verified and counted."""
        if self._keep_requests:
            with self._lock:
                self.requests.append(request)
        if not self._verified(request):
            with self._lock:
                self.tally.bad_signatures += 1
            return Reply(401)
        reply = self._replies(request)
        if 200 <= reply.status < 300:
            self._count(request)
        return reply

    def _verified(self, request: Request) -> bool:
        if self._key is None:
            return True
        try:
            self._key.verify(request.body, request.headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def _count(self, request: Request) -> None:
        event_id = request.headers.get("webhook-id", "")
        kind, post = _told_of(request.body)
        with self._lock:
            self.tally.ids[event_id] += 1
            if self.tally.ids[event_id] == 1:
                self.tally.kinds[kind] += 1
                self.tally.posts[kind, post] += 1


def _told_of(body: bytes) -> tuple[str, str]:
    """The type of an event and our id of the post it is about; empty where the body says neither."""
    try:
        event = json.loads(body)
        return str(event["type"]), str(event["data"]["post"]["id"])
    except (ValueError, KeyError, TypeError):
        return "", ""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128
    receiver: Receiver

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        super().__init__(address, handler)
        self.open: set[socket.socket] = set()
        self.accepted = 0

    def hang_up(self) -> None:
        """End every open connection."""
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(socketserver.StreamRequestHandler):
    """HTTP/1.1 with keep-alive, no more of it than webhooks need: http.server takes four times as long a request."""

    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.server.accepted += 1
        if self.server.receiver.tls is not None:
            self.request = self.server.receiver.tls.wrap_socket(
                self.request, server_side=True, do_handshake_on_connect=False
            )
        super().setup()
        self.server.open.add(self.request)

    def finish(self) -> None:
        self.server.open.discard(self.request)
        with suppress(OSError):
            super().finish()
        self.request.close()

    def handle(self) -> None:
        with suppress(OSError):
            while (request := self._read()) is not None:
                self._write(self.server.receiver.answer(request))

    def _read(self) -> Request | None:
        first = self.rfile.readline(8192).split()
        if len(first) != 3:
            return None
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(8192)) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        return Request(first[1].decode("latin-1"), headers, body)

    def _write(self, reply: Reply) -> None:
        if reply.after_s:
            time.sleep(reply.after_s)
        lines = [f"HTTP/1.1 {reply.status} -", *(f"{name}: {value}" for name, value in reply.headers)]
        if reply.status != 204:
            lines.append(f"content-length: {len(reply.body)}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body)
