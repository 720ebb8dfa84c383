"""An address to listen on, tried before anything is started there."""

from __future__ import annotations

import errno
import socket

from riskguard.domain.errors import NotReady


def bindable(host: str, port: int) -> str:
    """The numeric address of `host`, after a trial that nobody listens on it; a server would share a taken port.

    NotReady, with a hint, when it cannot be listened on.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
    except OSError as error:
        raise NotReady(f"cannot listen on {host}:{port}: {error.strerror or error}", hint=_hint(error)) from None
    return str(address[0])


def _hint(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "choose another with --port, or stop the program that listens there"
    if error.errno == errno.EACCES:
        return "ports under 1024 need privileges; choose another --port"
    return "choose an address of this machine with --host"
