"""Where callbacks may go. The check is made on the address that is connected to, in the step that connects.

A name is resolved once per connection; each address it gives is judged, and the socket is opened to an address that
passed, never to the name. So a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from riskguard.domain.errors import ForbiddenAddress

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host name, as text; OSError when there are none."""

_PORTS = {"http": 80, "https": 443}

_FORBIDDEN = tuple(
    (ip_network(network), why)
    for network, why in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's own"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "an IPv4 address in disguise"),
        ("64:ff9b::/96", "an IPv4 address behind NAT64"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "an IPv4 address behind 6to4"),
        ("3fff::/20", "for documentation"),
    )
)
_PUBLIC_IPV6 = ip_network("2000::/3")


@dataclass(frozen=True, slots=True)
class Target:
    """A callback address taken apart. `host` has no brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What one connection can serve."""
        return self.scheme, self.host, self.port


@lru_cache(maxsize=4096)
def target_of(url: str) -> Target:
    """The parts of a callback address; ForbiddenAddress for anything but plain http(s)://host[:port]/path."""
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise ForbiddenAddress("the callback address is no URL") from None
    if parts.scheme not in _PORTS or not parts.host:
        raise ForbiddenAddress("the callback address must begin with http:// or https:// and a host")
    if parts.auth is not None:
        raise ForbiddenAddress("the callback address must not carry a user name or password")
    host = parts.host.removeprefix("[").removesuffix("]")
    return Target(parts.scheme, host, parts.port or _PORTS[parts.scheme], parts.request_uri)


def why_forbidden(address: Address) -> str | None:
    """Why nothing outside may lie at this address ('loopback', 'private', ...), or None for a public one."""
    for network, why in _FORBIDDEN:
        if address in network:
            return why
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return "reserved"
    return None if address.is_global else "reserved"


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver gives, each once, in its order."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def written(host: str, port: int) -> list[str]:
    """The address that `host` itself is, in any way of writing one ('0', '0x7f.1'); none for a name."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return []
    return [str(answer[4][0]) for answer in answers]


def refusing(networks_allowed: Sequence[str] = ()) -> Callable[[str], None]:
    """A check that raises ForbiddenAddress for what is no callback address, or names a forbidden one by its number."""
    guard = Guard(networks_allowed, resolver=written)

    def check(url: str) -> None:
        target = target_of(url)
        guard.permitted(target.host, target.port)

    return check


class Guard:
    """Opens sockets to public addresses and to `networks_allowed`, and to nothing else."""

    def __init__(self, networks_allowed: Sequence[str] = (), *, resolver: Resolver = resolve) -> None:
        self._allowed = tuple(ip_network(network) for network in networks_allowed)
        self._resolver = resolver

    def connect(self, host: str, port: int, *, timeout_s: float) -> socket.socket:
        """A socket to the first address of `host` that passes and answers.

        ForbiddenAddress when none passes, OSError when none answers.
        """
        until = time.monotonic() + timeout_s
        failure: OSError = TimeoutError("no time left to connect")
        for address in self.permitted(host, port):
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((str(address), port), timeout=left)
            except OSError as error:
                failure = error
        raise failure

    def permitted(self, host: str, port: int) -> list[Address]:
        """The addresses of `host` that may be connected to; ForbiddenAddress names one that may not if none may."""
        answers = [ip_address(answer) for answer in self._resolver(host, port)]
        permitted = [address for address in answers if self._reason(address) is None]
        if answers and not permitted:
            where = f"{host} is" if str(answers[0]) == host else f"{host} resolves to {answers[0]}, which is"
            raise ForbiddenAddress(
                f"{where} {self._reason(answers[0])}",
                hint="the operator may allow a network by RISKGUARD_CALLBACK_NETWORKS",
            )
        return permitted

    def _reason(self, address: Address) -> str | None:
        if any(address in network for network in self._allowed):
            return None
        return why_forbidden(address)


class _Leashed(HTTPConnection):
    """A connection that opens its socket through a guard, and that another thread can cut. End it with `drop()`."""

    def __init__(self, *args: Any, guard: Guard, timeout_s: float, **more: Any) -> None:
        super().__init__(*args, timeout=timeout_s, **more)
        self._guard = guard
        self._timeout_s = timeout_s
        self._leash: socket.socket | None = None
        self.used_at = 0.0

    def _new_conn(self) -> socket.socket:
        opened = self._guard.connect(self._dns_host, self.port, timeout_s=self._timeout_s)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._drop_leash()
        self._leash = opened.dup()  # stays valid while TLS takes the socket over, and until the answer is read
        return opened

    def cut(self) -> None:
        """End whatever the connection waits for, from another thread."""
        leash = self._leash
        if leash is not None:
            try:
                leash.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was faster
                return

    def drop(self) -> None:
        """Close for good."""
        self.close()
        self._drop_leash()

    def _drop_leash(self) -> None:
        leash, self._leash = self._leash, None
        if leash is not None:
            leash.close()


class GuardedHTTP(_Leashed):
    """Plain HTTP through a guard."""


class GuardedHTTPS(_Leashed, HTTPSConnection):
    """HTTPS through a guard; the certificate must be the host name's, whatever address was connected to."""


Connection = GuardedHTTP | GuardedHTTPS


def connection_to(target: Target, guard: Guard, *, timeout_s: float, tls: ssl.SSLContext) -> Connection:
    """A connection, not yet open; it knows of no proxy. `timeout_s` bounds the connect and each read."""
    if target.scheme == "https":
        return GuardedHTTPS(target.host, target.port, guard=guard, timeout_s=timeout_s, ssl_context=tls)
    return GuardedHTTP(target.host, target.port, guard=guard, timeout_s=timeout_s)
