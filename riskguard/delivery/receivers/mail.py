"""E-mail by SMTP: one message a notice; the server's reply code says whether another try helps."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from riskguard.delivery.guard import Guard
from riskguard.delivery.parcel import Reply
from riskguard.delivery.receivers.wording import Wording
from riskguard.domain.errors import ForbiddenAddress
from riskguard.domain.event import Outcome

PORTS = {"tls": 465, "starttls": 587, "none": 25}
_OK = 250


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How to reach the server, and who writes to whom."""

    host: str
    port: int
    tls: str
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = ""


def message(event_id: str, words: Wording, mailbox: Mailbox, at: datetime) -> EmailMessage:
    """The message; its id is the same at each try, so that a repeat can be told."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = words.title, mailbox.sender, ", ".join(mailbox.to)
    mail["Date"], mail["Message-ID"] = format_datetime(at), f"<{event_id}@riskguard>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words.plain)
    return mail


def send(mail: EmailMessage, mailbox: Mailbox, *, guard: Guard, timeout_s: float, tls: ssl.SSLContext) -> Reply:
    """Hand the message to the server. Never raises for what the server does."""
    try:
        with _connected(mailbox, guard, timeout_s, tls) as server:
            if mailbox.tls == "starttls":
                server.starttls(context=tls)
            if mailbox.user:
                server.login(mailbox.user, mailbox.password)
            refused = server.send_message(mail, mailbox.sender, mailbox.to)
    except ForbiddenAddress as error:
        return Reply(Outcome.REFUSED, str(error))
    except smtplib.SMTPRecipientsRefused as error:
        return _refused([code for code, _ in error.recipients.values()], "every recipient")
    except smtplib.SMTPResponseException as error:
        return _refused([error.smtp_code], type(error).__name__)
    except smtplib.SMTPNotSupportedError as error:
        return Reply(Outcome.FAILED, f"SMTP: {error}")
    except TimeoutError:
        return Reply(Outcome.FAILED, f"no answer within {timeout_s:g} s", again=True)
    except (OSError, smtplib.SMTPException) as error:
        return Reply(Outcome.FAILED, f"SMTP: {getattr(error, 'strerror', '') or type(error).__name__}", again=True)
    text = f"SMTP {_OK}" + (f", {len(refused)} of {len(mailbox.to)} recipients refused" if refused else "")
    return Reply(Outcome.DELIVERED, text)


def _refused(codes: Sequence[int], what: str) -> Reply:
    """4xx passes, 5xx stays."""
    return Reply(Outcome.FAILED, f"SMTP {codes[0]} ({what})", again=any(400 <= code < 500 for code in codes))


def _connected(mailbox: Mailbox, guard: Guard, timeout_s: float, tls: ssl.SSLContext) -> smtplib.SMTP:
    if mailbox.tls == "tls":
        return _GuardedTls(mailbox, guard, timeout_s, tls)
    return _Guarded(mailbox, guard, timeout_s)


class _Guarded(smtplib.SMTP):
    """Opens its socket through a guard."""

    def __init__(self, mailbox: Mailbox, guard: Guard, timeout_s: float) -> None:
        self._guard = guard
        super().__init__(mailbox.host, mailbox.port, timeout=timeout_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = self._guard.connect(host, port, timeout_s=timeout)
        opened.settimeout(timeout)
        return opened


class _GuardedTls(_Guarded):
    """TLS from the first byte; the certificate must be the host name's."""

    def __init__(self, mailbox: Mailbox, guard: Guard, timeout_s: float, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__(mailbox, guard, timeout_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._tls.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)
