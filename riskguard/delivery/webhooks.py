"""Signed webhooks, sent side by side; an endpoint that is slow or dead delays only its own."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPException

from standardwebhooks import Webhook
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ReadTimeoutError

from riskguard.delivery.exchange import CutOff, Said, TimeIsUp, Watch, Wire
from riskguard.delivery.guard import Guard, Resolver, Target, resolve, target_of
from riskguard.delivery.message import rendered, signed
from riskguard.delivery.parcel import Letter, Parcel, Reply, by_status
from riskguard.delivery.schedule import rest_after, retry_after, wait_after
from riskguard.domain.errors import ForbiddenAddress
from riskguard.domain.event import Answer, Event, Outcome

log = logging.getLogger(__name__)

_GONE = 410
_MOST_ENDPOINTS = 512
_MOST_KEYS = 1024
_AT_ONCE = timedelta(0)
_CUT_WITHIN_S = 0.5


_GIVEN_BACK = Answer(Outcome.UNSENT, "put off: the messenger left", _AT_ONCE)


@dataclass(slots=True)
class _Errand:
    parcel: Parcel
    start_before: float
    answer: Future[Answer] = field(default_factory=Future)


@dataclass(slots=True)
class _Endpoint:
    """One origin and what waits for it. `width` is how many tries may run at once: one until it has proved itself."""

    wire: Wire
    waiting: deque[_Errand] = field(default_factory=deque)
    running: int = 0
    width: int = 1
    timeouts: int = 0


class WebhookSender:
    """Posts events as Standard Webhooks (satisfies ports.Sender). Safe to use from many threads.

    Order within an endpoint is not promised. Bodies and secrets are never logged.
    """

    def __init__(
        self,
        networks_allowed: Sequence[str] = (),
        timeout_s: float = 15.0,
        *,
        threads: int = 64,
        per_endpoint: int = 8,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._per_endpoint = per_endpoint
        self._clock = clock
        self._guard = Guard(networks_allowed, resolver=resolver)
        self._tls = tls or ssl.create_default_context()
        self._watch = Watch()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="webhook")
        self._lock = threading.Lock()
        self._endpoints: dict[tuple[str, str, int], _Endpoint] = {}
        self._keys: dict[str, Webhook] = {}
        self._leaving = False

    @property
    def timeout_s(self) -> float:
        """The longest that one try takes, also where a kept connection is replaced; name resolution apart."""
        return self._timeout_s

    def submit(self, event: Event, *, secret: str, start_within_s: float = 45.0) -> Future[Answer]:
        """The answer to come. UNSENT when its endpoint ran out of time on another event, or has too many before it."""
        try:
            parcel = webhook(event, event.url, lambda: self._key(secret), _read)
        except ForbiddenAddress as error:
            refused: Future[Answer] = Future()
            refused.set_result(Answer(Outcome.REFUSED, str(error)))
            return refused
        return self.carry(parcel, start_within_s=start_within_s)

    def carry(self, parcel: Parcel, *, start_within_s: float = 45.0) -> Future[Answer]:
        """As `submit`, for what is no webhook of ours. ForbiddenAddress where its address is none."""
        errand = _Errand(parcel, time.monotonic() + start_within_s)
        target = target_of(parcel.url)
        with self._lock:
            if not self._leaving:
                endpoint = self._endpoint(target)
                endpoint.waiting.append(errand)
                self._staff(endpoint)
                return errand.answer
        errand.answer.set_result(_GIVEN_BACK)
        return errand.answer

    def send(self, event: Event, *, secret: str) -> Answer:
        """Send one event now and wait for the answer."""
        return self.submit(event, secret=secret).result()

    def close(self, *, patience_s: float = 2.0) -> bool:
        """Give back as UNSENT what has not begun, let what runs end for `patience_s`, then cut it off as FAILED.

        False where a try can still not be ended, since it waits for a name or for a connection.
        """
        until = time.monotonic() + patience_s
        with self._lock:
            self._leaving = True
            endpoints = list(self._endpoints.values())
            waiting = [errand for endpoint in endpoints for errand in endpoint.waiting]
            for endpoint in endpoints:
                endpoint.waiting.clear()
        self._pool.shutdown(wait=False)
        for errand in waiting:
            if time.monotonic() < until:  # what is left comes back when its claim runs out; nothing of it was sent
                errand.answer.set_result(_GIVEN_BACK)
        self._idle_by(until)
        self._watch.close()
        ended = self._idle_by(time.monotonic() + _CUT_WITHIN_S)
        for endpoint in endpoints:
            endpoint.wire.close()
        return ended

    def _idle_by(self, until: float) -> bool:
        """Wait until nothing runs or the time is up; whether nothing runs."""
        while (busy := any(endpoint.running for endpoint in self._endpoints.values())) and time.monotonic() < until:
            time.sleep(0.01)
        return not busy

    def _endpoint(self, target: Target) -> _Endpoint:
        known = self._endpoints.get(target.origin)
        if known is None:
            self._forget_idle()
            wire = Wire(target, guard=self._guard, watch=self._watch, timeout_s=self._timeout_s, tls=self._tls)
            known = self._endpoints[target.origin] = _Endpoint(wire)
        return known

    def _forget_idle(self) -> None:
        if len(self._endpoints) < _MOST_ENDPOINTS:
            return
        for origin in [origin for origin, endpoint in self._endpoints.items() if not endpoint.running]:
            self._endpoints.pop(origin).wire.close()

    def _staff(self, endpoint: _Endpoint) -> None:
        """Let as many threads work for this endpoint as it has work and width for. Call with the lock held."""
        for _ in range(min(endpoint.width - endpoint.running, len(endpoint.waiting))):
            endpoint.running += 1
            self._pool.submit(self._work_for, endpoint)

    def _work_for(self, endpoint: _Endpoint) -> None:
        while (errand := self._next(endpoint)) is not None:
            answer = self._try(errand, endpoint)
            self._learn(endpoint, answer)
            errand.answer.set_result(answer)

    def _next(self, endpoint: _Endpoint) -> _Errand | None:
        with self._lock:
            if endpoint.running > endpoint.width or not endpoint.waiting:
                endpoint.running -= 1
                return None
            return endpoint.waiting.popleft()

    def _learn(self, endpoint: _Endpoint, answer: Answer) -> None:
        """Widen an endpoint that delivers; where one asks for rest, send nothing else that waits for it."""
        stopped: list[_Errand] = []
        with self._lock:
            if answer.rest:
                endpoint.width = 1
                stopped = list(endpoint.waiting)
                endpoint.waiting.clear()
            elif answer.outcome is Outcome.DELIVERED:
                endpoint.timeouts = 0
                if endpoint.width < self._per_endpoint:
                    endpoint.width = self._per_endpoint
                    self._staff(endpoint)
        for errand in stopped:
            errand.answer.set_result(Answer(Outcome.UNSENT, f"put off: {answer.text}", answer.rest))

    def _try(self, errand: _Errand, endpoint: _Endpoint) -> Answer:
        if time.monotonic() > errand.start_before:
            return Answer(Outcome.UNSENT, "put off: the endpoint has much before it", _AT_ONCE)
        parcel, tries = errand.parcel, errand.parcel.tries + 1
        try:
            letter = parcel.write(self._clock())
            said = endpoint.wire.post(letter.path, body=letter.body, headers=letter.headers)
        except ForbiddenAddress as error:
            return Answer(Outcome.REFUSED, str(error))
        except CutOff:
            return Answer(Outcome.FAILED, "cut off: the messenger left", wait_after(tries))
        except (TimeIsUp, TimeoutError, ReadTimeoutError, ConnectTimeoutError):
            endpoint.timeouts += 1
            text = f"no answer within {self._timeout_s:g} s"
            return Answer(Outcome.FAILED, text, wait_after(tries), rest_after(endpoint.timeouts))
        except (OSError, HTTPException, HTTPError) as error:
            return Answer(Outcome.FAILED, _reason(error), wait_after(tries))
        except Exception as error:
            log.exception("%s could not be sent", parcel.id)
            return Answer(Outcome.FAILED, f"could not be sent: {type(error).__name__}", wait_after(tries))
        return self._answer(parcel.read(said), said, tries)

    def _answer(self, reply: Reply, said: Said, tries: int) -> Answer:
        wait = wait_after(tries) if reply.again else None
        if not reply.rest:
            return Answer(reply.outcome, reply.text, wait)
        asked = retry_after(said.retry_after, at=self._clock()) or timedelta(0)
        return Answer(reply.outcome, reply.text, wait and max(wait, asked), max(rest_after(1), asked))

    def _key(self, secret: str) -> Webhook:
        key = self._keys.get(secret)
        if key is None:
            if len(self._keys) >= _MOST_KEYS:
                self._keys.clear()
            key = self._keys[secret] = Webhook(secret)
        return key


def webhook(event: Event, url: str, key: Callable[[], Webhook], read: Callable[[Said], Reply] = by_status) -> Parcel:
    """The event as a signed webhook for this address."""
    path = target_of(url).path

    def write(at: datetime) -> Letter:
        body = rendered(event)
        return Letter(path, body.encode(), signed(event.id, body, key=key(), at=at))

    return Parcel(event.id, url, event.attempts, write, read)


def _read(said: Said) -> Reply:
    """Standard Webhooks: a receiver may come to its senses after any answer but 'gone'."""
    if said.status == _GONE:
        return Reply(Outcome.GONE, f"HTTP {said.status}")
    reply = by_status(said)
    return reply if reply.outcome is Outcome.DELIVERED else replace(reply, again=True)


def _reason(error: Exception) -> str:
    """Why there was no answer, in a few words; never what was sent or received."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or 'failed'}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"no valid answer: {type(error).__name__}"
