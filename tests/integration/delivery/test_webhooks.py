"""The real sender against a real local receiver."""

import base64
import gzip
import logging
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from riskguard.delivery import WebhookSender
from riskguard.domain.event import Answer, Event, EventType, Outcome
from riskguard.evaluation.receiver import Receiver, Reply, Request

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
Submit = Callable[..., Answer]


def _event(url: str, *, name: str = "msg_1", attempts: int = 0) -> Event:
    now = datetime.now(UTC)
    data = {"post": {"id": f"pst_{name}"}, "verdict": {"action": "review"}}
    return Event(name, EventType.POST_JUDGED, "forum", url, data, now, now, attempts=attempts)


@pytest.fixture
def sender() -> Iterator[WebhookSender]:
    each = WebhookSender(["127.0.0.0/8"], timeout_s=5)
    yield each
    each.close()


@contextmanager
def _hasty() -> Iterator[WebhookSender]:
    each = WebhookSender(["127.0.0.0/8"], timeout_s=0.3)
    try:
        yield each
    finally:
        each.close()


def _replying(reply: Reply) -> Receiver:
    return Receiver(SECRET, replies=lambda _: reply, keep_requests=True)


def test_an_event_arrives_signed_over_one_kept_connection(sender: WebhookSender) -> None:
    with Receiver(SECRET, keep_requests=True) as receiver:
        answers = [sender.send(_event(receiver.url, name=f"msg_{n}"), secret=SECRET) for n in range(5)]
        assert {answer.outcome for answer in answers} == {Outcome.DELIVERED}
        assert dict(receiver.tally.ids) == {f"msg_{n}": 1 for n in range(5)}
        assert receiver.tally.bad_signatures == 0
        assert receiver.connections == 1
        assert receiver.requests[0].headers["content-type"] == "application/json"
        assert receiver.requests[0].headers["user-agent"].startswith("riskguard/")


def test_another_secret_does_not_verify(sender: WebhookSender) -> None:
    other = "whsec_" + base64.b64encode(bytes(32)).decode()
    with Receiver(SECRET) as receiver:
        answer = sender.send(_event(receiver.url), secret=other)
        assert (answer.outcome, answer.text) == (Outcome.FAILED, "HTTP 401")
        assert (receiver.tally.received, receiver.tally.bad_signatures) == (0, 1)


@pytest.mark.parametrize(
    ("reply", "outcome", "text"),
    [
        pytest.param(Reply(200, body=b"ok"), Outcome.DELIVERED, "HTTP 200", id="200"),
        pytest.param(Reply(299), Outcome.DELIVERED, "HTTP 299", id="any-2xx"),
        pytest.param(Reply(404), Outcome.FAILED, "HTTP 404", id="404-is-tried-again"),
        pytest.param(Reply(500), Outcome.FAILED, "HTTP 500", id="500"),
        pytest.param(Reply(410), Outcome.GONE, "HTTP 410", id="410-wants-no-more"),
        pytest.param(Reply(200, body=b"x" * 100_000), Outcome.DELIVERED, "HTTP 200", id="a-long-answer"),
    ],
)
def test_what_an_answer_means(sender: WebhookSender, reply: Reply, outcome: Outcome, text: str) -> None:
    with _replying(reply) as receiver:
        for name in ("msg_1", "msg_2"):
            answer = sender.send(_event(receiver.url, name=name), secret=SECRET)
            assert (answer.outcome, answer.text) == (outcome, text)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(sender: WebhookSender, status: int) -> None:
    with Receiver(SECRET) as elsewhere, _replying(Reply(status, (("location", elsewhere.url),))) as receiver:
        answer = sender.send(_event(receiver.url), secret=SECRET)
        assert (answer.outcome, answer.text) == (Outcome.FAILED, f"HTTP {status}")
        assert elsewhere.tally.received == 0


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_for_the_event_and_the_endpoint(sender: WebhookSender, status: int) -> None:
    with _replying(Reply(status, (("retry-after", "3600"),))) as receiver:
        answer = sender.send(_event(receiver.url), secret=SECRET)
        assert (answer.retry_in, answer.rest) == (timedelta(hours=1), timedelta(hours=1))


def test_a_short_retry_after_does_not_use_the_tries_up_sooner(sender: WebhookSender) -> None:
    with _replying(Reply(429, (("retry-after", "1"),))) as receiver:
        answer = sender.send(_event(receiver.url, attempts=3), secret=SECRET)
        assert answer.retry_in is not None
        assert answer.retry_in > timedelta(hours=1.5)


def test_the_tenth_failed_try_is_the_last(sender: WebhookSender) -> None:
    with _replying(Reply(500)) as receiver:
        ninth, tenth = (sender.send(_event(receiver.url, attempts=n), secret=SECRET) for n in (8, 9))
        assert ninth.retry_in is not None
        assert tenth.retry_in is None


def test_a_packed_answer_is_not_unpacked(sender: WebhookSender) -> None:
    bomb = gzip.compress(bytes(1_000_000))
    with _replying(Reply(200, (("content-encoding", "gzip"),), body=bomb)) as receiver:
        assert sender.send(_event(receiver.url), secret=SECRET).outcome is Outcome.DELIVERED


def test_a_connection_closed_while_idle_is_opened_again(sender: WebhookSender) -> None:
    with _replying(Reply(200, (("connection", "keep-alive"),))) as receiver:
        assert sender.send(_event(receiver.url, name="msg_1"), secret=SECRET).outcome is Outcome.DELIVERED
        receiver.hang_up()
        assert sender.send(_event(receiver.url, name="msg_2"), secret=SECRET).outcome is Outcome.DELIVERED
        assert receiver.tally.received == 2


def test_no_proxy_is_asked(sender: WebhookSender, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy, Receiver(SECRET) as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sender.send(_event(receiver.url), secret=SECRET).outcome is Outcome.DELIVERED
        assert (proxy.connections, receiver.tally.received) == (0, 1)


def test_loopback_is_refused_unless_the_operator_allows_it() -> None:
    strict = WebhookSender()
    try:
        with Receiver(SECRET) as receiver:
            for url in (receiver.url, f"http://2130706433:{receiver.port}/", f"http://localhost:{receiver.port}/"):
                answer = strict.send(_event(url), secret=SECRET)
                assert (answer.outcome, answer.retry_in) == (Outcome.REFUSED, None)
                assert "loopback" in answer.text
            assert receiver.connections == 0
    finally:
        strict.close()


def test_a_rebinding_name_is_judged_at_every_connection() -> None:
    """Allowed at first, then private: the second connection is refused, whatever was judged before."""
    answers: list[Sequence[str]] = [["127.0.0.1"], ["10.0.0.1"]]
    sender = WebhookSender(["127.0.0.0/8"], resolver=lambda _host, _port: answers.pop(0))
    try:
        with Receiver(SECRET) as receiver:
            url = f"http://rebind.example:{receiver.port}/"
            assert sender.send(_event(url), secret=SECRET).outcome is Outcome.DELIVERED
            receiver.hang_up()
            assert sender.send(_event(url), secret=SECRET).outcome is Outcome.REFUSED
    finally:
        sender.close()


@pytest.mark.parametrize("url", ["ftp://forum.example/", "http://name:word@forum.example/", "nonsense"])
def test_an_address_that_is_not_plain_http_is_refused_for_good(sender: WebhookSender, url: str) -> None:
    answer = sender.send(_event(url), secret=SECRET)
    assert (answer.outcome, answer.retry_in) == (Outcome.REFUSED, None)


def test_nobody_there_is_tried_again(sender: WebhookSender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    answer = sender.send(_event(f"http://127.0.0.1:{port}/"), secret=SECRET)
    assert (answer.outcome, answer.text) == (Outcome.FAILED, "Connection refused")
    assert answer.retry_in is not None
    assert not answer.rest


def test_a_time_out_puts_the_rest_of_that_endpoint_off_and_delays_nobody_else() -> None:
    with _hasty() as sender, _replying(Reply(after_s=2)) as dead, Receiver(SECRET) as alive:
        began = time.monotonic()
        slow = [sender.submit(_event(dead.url, name=f"msg_dead{n}"), secret=SECRET) for n in range(50)]
        quick = [sender.submit(_event(alive.url, name=f"msg_{n}"), secret=SECRET) for n in range(50)]
        assert {future.result().outcome for future in quick} == {Outcome.DELIVERED}
        answers = [future.result() for future in slow]
        assert time.monotonic() - began < 1.5
        assert [answer.outcome for answer in answers] == [Outcome.FAILED] + [Outcome.UNSENT] * 49
        assert all(answer.retry_in for answer in answers)
        assert len(dead.requests) == 1


@pytest.mark.parametrize(
    ("scheme", "begins"),
    [
        pytest.param("http", b"", id="in-the-answer"),
        pytest.param("https", b"\x16\x03\x03\x40\x00", id="in-the-tls-handshake"),
    ],
)
def test_a_trickling_answer_is_cut_at_the_end_of_its_time(scheme: str, begins: bytes) -> None:
    """Each byte comes in time; the whole does not."""
    with socket.create_server(("127.0.0.1", 0)) as server, _hasty() as sender:
        stop = threading.Event()

        def trickle() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65536)
                line.sendall(begins)
                while not stop.wait(0.1):
                    try:
                        line.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=trickle)
        thread.start()
        began = time.monotonic()
        answer = sender.send(_event(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"), secret=SECRET)
        taken = time.monotonic() - began
        stop.set()
        thread.join()
    assert (answer.outcome, answer.text) == (Outcome.FAILED, "no answer within 0.3 s")
    assert taken < 2


def test_an_endpoint_that_has_too_much_before_it_gives_events_back() -> None:
    with WebhookSenderOnce() as sender, _replying(Reply(after_s=0.4)) as receiver:
        first = sender.submit(_event(receiver.url, name="msg_1"), secret=SECRET)
        second = sender.submit(_event(receiver.url, name="msg_2"), secret=SECRET, start_within_s=0.1)
        assert first.result().outcome is Outcome.DELIVERED
        assert (second.result().outcome, second.result().retry_in) == (Outcome.UNSENT, timedelta(0))


class WebhookSenderOnce(ExitStack):
    """A sender that tries one at a time."""

    def __enter__(self) -> WebhookSender:  # type: ignore[override]
        sender = WebhookSender(["127.0.0.0/8"], per_endpoint=1)
        self.callback(sender.close)
        return sender


def test_leaving_gives_back_what_waits_and_lets_what_runs_end() -> None:
    sender = WebhookSender(["127.0.0.0/8"])
    with _replying(Reply(after_s=0.5)) as receiver:
        running, *waiting = (sender.submit(_event(receiver.url, name=f"msg_{n}"), secret=SECRET) for n in range(20))
        while not receiver.connections:
            time.sleep(0.01)
        assert sender.close()
        assert running.result(timeout=0).outcome is Outcome.DELIVERED
        answers = [future.result(timeout=0) for future in waiting]
        assert {(a.outcome, a.retry_in) for a in answers} == {(Outcome.UNSENT, timedelta(0))}
        assert len(receiver.requests) == 1
        assert sender.send(_event(receiver.url), secret=SECRET).outcome is Outcome.UNSENT


def test_leaving_cuts_off_what_takes_too_long_and_does_not_send_it_again() -> None:
    sender, pauses = WebhookSender(["127.0.0.0/8"]), [2.0, 0.0]
    with Receiver(SECRET, replies=lambda _: Reply(after_s=pauses.pop()), keep_requests=True) as receiver:
        assert sender.send(_event(receiver.url, name="msg_1"), secret=SECRET).outcome is Outcome.DELIVERED
        slow = sender.submit(_event(receiver.url, name="msg_2"), secret=SECRET)
        while len(receiver.requests) < 2:
            time.sleep(0.01)
        began = time.monotonic()
        assert sender.close(patience_s=0.3)
        assert time.monotonic() - began < 1.5
        answer = slow.result(timeout=0)
        assert (answer.outcome, answer.text) == (Outcome.FAILED, "cut off: the messenger left")
        assert answer.retry_in is not None
        assert not answer.rest
        assert receiver.connections == 1, "the kept connection is not replaced by a new one"


def test_leaving_says_when_a_try_cannot_be_ended() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow_name_server(_host: str, _port: int) -> list[str]:
        asked.set()
        go_on.wait(10)
        return ["127.0.0.1"]

    sender = WebhookSender(["127.0.0.0/8"], resolver=slow_name_server)
    stuck = sender.submit(_event("http://slow.example:1/"), secret=SECRET)
    assert asked.wait(10)
    assert not sender.close(patience_s=0.1)
    go_on.set()
    assert stuck.result(timeout=5).outcome is Outcome.FAILED


def test_a_kept_connection_and_its_replacement_share_one_time() -> None:
    """The kept one breaks late in its time; the one that replaces it has only what is left."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        sender = WebhookSender(["127.0.0.0/8"], timeout_s=1.0)
        stack.callback(sender.close)

        def serve() -> None:
            kept, _ = server.accept()
            kept.recv(65536)
            kept.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            kept.recv(65536)
            time.sleep(0.7)
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            kept.close()
            silent, _ = server.accept()
            stack.callback(silent.close)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert sender.send(_event(url), secret=SECRET).outcome is Outcome.DELIVERED
        began = time.monotonic()
        answer = sender.send(_event(url), secret=SECRET)
        taken = time.monotonic() - began
        thread.join()
    assert (answer.outcome, answer.text) == (Outcome.FAILED, "no answer within 1 s")
    assert taken < 1.6


def test_many_threads_share_an_endpoint(sender: WebhookSender) -> None:
    with Receiver(SECRET) as receiver:
        futures = [sender.submit(_event(receiver.url, name=f"msg_{n}"), secret=SECRET) for n in range(400)]
        assert {future.result().outcome for future in futures} == {Outcome.DELIVERED}
        assert (len(receiver.tally.ids), receiver.tally.repeats) == (400, 0)
        assert receiver.connections <= 9


def test_neither_bodies_nor_secrets_are_logged(sender: WebhookSender, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with _replying(Reply(500)) as receiver:
        sender.send(_event(receiver.url), secret=SECRET)
        sender.send(_event(receiver.url), secret="whsec_???")
    assert SECRET not in caplog.text
    assert "review" not in caplog.text


def test_tls_verifies_the_host_name_not_the_address(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=forum.example", "-addext", "subjectAltName=DNS:forum.example"]
    files = ["-keyout", str(key), "-out", str(certificate), "-days", "2"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-x509"]
    subprocess.run(["openssl", "req", *kind, *files, *subject], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=certificate)
    options = {"resolver": lambda _host, _port: ["127.0.0.1"], "timeout_s": 5}
    with Receiver(SECRET, tls=server) as receiver, ExitStack() as stack:
        knows = WebhookSender(["127.0.0.0/8"], tls=trusting, **options)
        stranger = WebhookSender(["127.0.0.0/8"], **options)
        stack.callback(knows.close)
        stack.callback(stranger.close)
        right, wrong = (f"https://{host}:{receiver.port}/" for host in ("forum.example", "other.example"))
        assert knows.send(_event(right, name="msg_1"), secret=SECRET).outcome is Outcome.DELIVERED
        assert knows.send(_event(right, name="msg_2"), secret=SECRET).outcome is Outcome.DELIVERED
        assert "Hostname mismatch" in knows.send(_event(wrong), secret=SECRET).text
        assert stranger.send(_event(right), secret=SECRET).text.startswith("TLS: ")
        assert (receiver.tally.received, receiver.connections) == (2, 3)


def test_the_receiver_sees_what_was_sent() -> None:
    """The other way round: what the receiver calls a bad signature is one."""
    with Receiver(SECRET) as receiver:
        request = Request("/hook", {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,aaaa"}, b"{}")
        assert receiver.answer(request).status == 401
        assert receiver.tally.bad_signatures == 1
