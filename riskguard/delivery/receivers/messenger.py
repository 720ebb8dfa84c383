"""Carries events to whom they are for: webhooks of platforms, and the receivers of alerts.yaml."""

from __future__ import annotations

import json
import logging
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from riskguard.delivery.guard import Guard, target_of
from riskguard.delivery.message import USER_AGENT
from riskguard.delivery.parcel import Letter, Parcel, Reply, by_status
from riskguard.delivery.receivers import alertmanager, mail, other, robots
from riskguard.delivery.receivers.wording import worded
from riskguard.delivery.schedule import wait_after
from riskguard.delivery.webhooks import WebhookSender, webhook
from riskguard.domain.errors import RiskguardError
from riskguard.domain.event import Answer, Event, Outcome
from riskguard.policy.alerts.model import Receiver, Secret

_log = logging.getLogger(__name__)

Directory = Callable[[str], Receiver | None]
"""The receiver of a name as alerts.yaml has it now; None: it has none."""

Environment = Callable[[str], str | None]
"""The value of an environment variable; None where it is not set."""


class Missing(RiskguardError):
    """An environment variable that a receiver needs is not set."""


class Messenger:
    """Satisfies ports.Sender. Receivers over HTTP share the sender of webhooks, with its guard, its clock for each try
    and its fairness between origins; each of the others has one thread, so that it delays only its own."""

    def __init__(
        self,
        directory: Directory,
        environment: Environment,
        *,
        networks_allowed: Sequence[str] = (),
        timeout_s: float = 15.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._directory = directory
        self._environment = environment
        self._clock = clock
        self._tls = tls or ssl.create_default_context()
        self._webhooks = WebhookSender(networks_allowed, timeout_s, clock=clock, tls=self._tls)
        self._guard = Guard(networks_allowed)
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._lock = threading.Lock()

    @property
    def timeout_s(self) -> float:
        """The longest that one try takes."""
        return self._webhooks.timeout_s

    def submit(self, event: Event, *, secret: str, start_within_s: float = 45.0) -> Future[Answer]:
        """The answer to come. A receiver that is not in alerts.yaml, or lacks its secret, is told in the answer."""
        if event.receiver is None:
            return self._webhooks.submit(event, secret=secret, start_within_s=start_within_s)
        receiver = self._directory(event.receiver)
        if receiver is None:
            return _settled(Answer(Outcome.REFUSED, f"alerts.yaml has no receiver '{event.receiver}'"))
        try:
            options = self._options(receiver)
            if receiver.type in ("email", "apprise"):
                return self._in_lane(receiver, event, options)
            return self._webhooks.carry(_parcel(receiver.type, event, options), start_within_s=start_within_s)
        except Missing as error:
            return _settled(Answer(Outcome.FAILED, str(error), wait_after(event.attempts + 1)))
        except (RiskguardError, ValueError) as error:
            return _settled(Answer(Outcome.REFUSED, f"receiver '{receiver.name}': {error}"))

    def close(self) -> bool:
        """Answer within seconds all that was submitted; False where something can still not be ended."""
        for lane in self._lanes.values():
            lane.shutdown(wait=False, cancel_futures=True)
        return self._webhooks.close() and not self._lanes

    def _options(self, receiver: Receiver) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in receiver.options.items():
            if not isinstance(value, Secret):
                found[name] = value
            elif (secret := self._environment(value.variable)) is not None:
                found[name] = secret
            else:
                raise Missing(f"the environment variable {value.variable} of receiver '{receiver.name}' is not set")
        return found

    def _in_lane(self, receiver: Receiver, event: Event, options: Mapping[str, Any]) -> Future[Answer]:
        with self._lock:
            lane = self._lanes.get(receiver.name)
            if lane is None:
                lane = self._lanes[receiver.name] = ThreadPoolExecutor(1, thread_name_prefix=receiver.name)
        return lane.submit(self._sent, receiver, event, options)

    def _sent(self, receiver: Receiver, event: Event, options: Mapping[str, Any]) -> Answer:
        try:
            reply = self._send(receiver, event, options)
        except Exception as error:
            _log.exception("notice %s could not be sent to '%s'", event.id, receiver.name)
            reply = Reply(Outcome.FAILED, f"could not be sent: {type(error).__name__}", again=True)
        return Answer(reply.outcome, reply.text, wait_after(event.attempts + 1) if reply.again else None)

    def _send(self, receiver: Receiver, event: Event, options: Mapping[str, Any]) -> Reply:
        words = worded(event.data)
        if receiver.type == "apprise":
            return other.send(options["url"], words, timeout_s=self.timeout_s)
        mailbox = _mailbox(options)
        written = mail.message(event.id, words, mailbox, self._clock())
        return mail.send(written, mailbox, guard=self._guard, timeout_s=self.timeout_s, tls=self._tls)


def _settled(answer: Answer) -> Future[Answer]:
    future: Future[Answer] = Future()
    future.set_result(answer)
    return future


def _mailbox(options: Mapping[str, Any]) -> mail.Mailbox:
    tls = options.get("tls", "starttls")
    return mail.Mailbox(
        host=options["host"],
        port=options.get("port", mail.PORTS[tls]),
        tls=tls,
        sender=options["from"],
        to=options["to"],
        user=options.get("user", ""),
        password=options.get("password", ""),
    )


def _parcel(kind: str, event: Event, options: Mapping[str, Any]) -> Parcel:
    """How the type writes its tries. ForbiddenAddress where the address is none."""
    url = options["url"]
    if kind == "webhook":
        return webhook(event, url, lambda: Webhook(options["secret"]))
    if kind == "alertmanager":
        return _to_alertmanager(event, url.rstrip("/"), options.get("token"))
    path, secret = target_of(url).path, options.get("secret")

    def write(at: datetime) -> Letter:
        body = dict(robots.WRITES[kind](worded(event.data)))
        where = path
        if secret and kind == "dingtalk":
            where += ("&" if "?" in path else "?") + robots.dingtalk_query(secret, at)
        if secret and kind == "feishu":
            body = {**robots.feishu_signature(secret, at), **body}
        return Letter(where, _json(body), _headers())

    return Parcel(event.id, url, event.attempts, write, robots.READS[kind])


def _to_alertmanager(event: Event, base: str, token: str | None) -> Parcel:
    url = base + alertmanager.PATH
    headers = _headers() | ({"authorization": f"Bearer {token}"} if token else {})

    def write(_: datetime) -> Letter:
        return Letter(target_of(url).path, _json(alertmanager.alerts(event.data)), headers)

    return Parcel(event.id, url, event.attempts, write, by_status)


def _headers() -> dict[str, str]:
    return {"content-type": "application/json; charset=utf-8", "user-agent": USER_AGENT}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")
