"""The demo community: made once, fed with invented posts, called back at a make-believe platform."""

from __future__ import annotations

import json
import os
import socket
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from riskguard.bootstrap import now, open_begin
from riskguard.demo.posts import HISTORY_DAYS, history, posts
from riskguard.domain.audit import SYSTEM
from riskguard.domain.member import Role
from riskguard.services import accounts
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from riskguard.up.child import Child

COMMUNITY = "demo"
PAUSE_S = 0.02
BATCH = 500
Say = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo is made of. `account` holds its key and passwords: for a demo only, kept for its owner's eyes."""

    url: str
    platform_port: int
    account_file: Path
    account: Mapping[str, str]
    fresh: bool
    begin: Begin
    say: Say

    @classmethod
    def prepare(cls, settings: Settings, *, url: str, say: Say) -> Demo:
        """Make the community, its key and a member of each role, unless an earlier start has made them."""
        begin = open_begin(settings)
        file = settings.data_dir / "demo.json"
        fresh = not file.exists()
        if fresh:
            _keep(file, _made(begin))
        account: dict[str, str] = json.loads(file.read_text("utf-8"))
        port = _free_port()
        accounts.set_webhook(COMMUNITY, f"http://127.0.0.1:{port}/callbacks", begin=begin, by=SYSTEM)
        return cls(url, port, file, account, fresh, begin, say)

    def platform(self, environ: Mapping[str, str]) -> Child:
        """The make-believe platform as a supervised child."""
        command = [sys.executable, "-m", "riskguard.up.platform", str(self.platform_port), str(self.account_file)]
        return Child("platform", command, environ, self.say)

    def guide(self) -> list[str]:
        """Where to look and how to sign in."""
        people = [f"sign in as {role.value} with {self._password(role)}" for role in Role]
        return [
            f"platform  http://127.0.0.1:{self.platform_port}/  (shows the callbacks as they arrive)",
            *people,
            f"API key of the community '{COMMUNITY}': {self.account['api_key']}",
        ]

    def _password(self, role: Role) -> str:
        """The password as it was made, if it is still the one."""
        known = accounts.holds(role.value, self.account[role.value], begin=self.begin)
        return self.account[role.value] if known else "the password that was set since"

    def feed(self, wait: Callable[[float], bool]) -> None:
        """Send the invented posts one by one, as a platform would, unless an earlier start has sent them."""
        if not self.fresh:
            self.say("demo", "the demo community is as you left it; start with another --data-dir for a new one")
            return
        before = history()
        for first in range(0, len(before), BATCH):
            self._send("/v1/posts/batch", before[first : first + BATCH])
        made = posts()
        for post in made:
            if wait(PAUSE_S):
                return
            self._send("/v1/posts", post)
        authors = len({json.dumps(post["author"], sort_keys=True) for post in made})
        self.say(
            "demo", f"sent {len(before)} invented posts of the {HISTORY_DAYS} days before, which take a moment to judge"
        )
        self.say("demo", f"sent {len(made)} invented posts by {authors} authors to the community '{COMMUNITY}'")

    def _send(self, path: str, body: object) -> None:
        headers = {"authorization": f"Bearer {self.account['api_key']}", "content-type": "application/json"}
        request = urllib.request.Request(  # noqa: S310 (our own address)
            f"{self.url}{path}", json.dumps(body, default=str).encode(), headers
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                answer.read()
        except OSError as error:
            self.say("demo", f"a post was not taken: {error}")


def _made(begin: Begin) -> dict[str, str]:
    """The community with a key, and a member of each role. What an interrupted start has made is taken over."""
    with begin() as work:
        community = work.communities.get(COMMUNITY)
        known = {member.name for member in work.members.all()}
    if community is None:
        community, key = accounts.create_community(COMMUNITY, begin=begin, clock=now, by=SYSTEM)
    else:
        _, key = accounts.issue_key(COMMUNITY, begin=begin, clock=now, by=SYSTEM)
    account = {"api_key": key, "webhook_secret": community.webhook_secret}
    for role in Role:
        if role.value in known:
            _, account[role.value] = accounts.reset_password(role.value, begin=begin, by=SYSTEM)
        else:
            _, account[role.value] = accounts.create_member(role.value, role=role, begin=begin, clock=now, by=SYSTEM)
    return account


def _keep(file: Path, account: Mapping[str, str]) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        json.dump(account, stream)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
