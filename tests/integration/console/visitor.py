"""A visitor without scripts, and a clock that they can wait for."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

MOUNTED = "http://localhost/console"


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Browser:
    """A client with cookies, which sends the CSRF token of the last page it saw."""

    client: FlaskClient
    seen: str = ""

    def get(self, path: str) -> TestResponse:
        return self._kept(self.client.get(path, base_url=MOUNTED))

    def post(self, path: str, **form: str) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.seen)
        data = {"csrf_token": token.group(1) if token else "", **form}
        return self._kept(self.client.post(path, base_url=MOUNTED, data=data))

    def sign_in(self, name: str, password: str) -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", name=name, password=password)

    def _kept(self, answer: TestResponse) -> TestResponse:
        self.seen = answer.get_data(as_text=True)
        return answer
