"""Servers of our own that stand in for chat robots and mail servers: real sockets, scripted answers."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """What came over HTTP."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Robot:
    """Answers each request with the next of `answers` (status, body), the last one again and again."""

    answers: list[tuple[int, object]]
    headers: dict[str, str] = field(default_factory=dict)
    hang_s: float = 0.0
    requests: list[Request] = field(default_factory=list)
    url: str = ""


@contextmanager
def listening(robot: Robot) -> Iterator[Robot]:
    """The robot at its URL until the block ends."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            robot.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            time.sleep(robot.hang_s)
            status, told = robot.answers[0] if len(robot.answers) == 1 else robot.answers.pop(0)
            answer = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(answer)), **robot.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        robot.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield robot
        finally:
            server.shutdown()
            thread.join(5)


@dataclass
class MailServer:
    """Takes mail by SMTP; `refusals` are replies by command ('RCPT', 'DATA', 'AUTH'); 'hang' says nothing for long."""

    refusals: dict[str, str] = field(default_factory=dict)
    mails: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def taking_mail(server: MailServer) -> Iterator[MailServer]:
    """The mail server at its port until the block ends."""

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.example ESMTP")
            while line := self.rfile.readline().decode().strip():
                verb = line.split(" ", 1)[0].split(":", 1)[0].upper()
                if server.refusals.get(verb) == "hang":
                    time.sleep(2)
                    return
                if verb in server.refusals:
                    self._say(server.refusals[verb])
                elif not self._obey(verb, line):
                    return

        def _obey(self, verb: str, line: str) -> bool:
            if verb == "EHLO":
                self.wfile.write(b"250-mail.example\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n")
            elif verb == "AUTH":
                server.logins.append(line)
                self._say("235 welcome")
            elif verb == "RCPT":
                server.recipients.append(line.partition(":")[2].strip("<> "))
                self._say("250 fine")
            elif verb == "DATA":
                self._say("354 go on")
                raw = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    raw += part
                server.mails.append(message_from_bytes(raw, policy=default))
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return False
            else:
                self._say("250 fine")
            return True

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Session) as listener:
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join(5)
