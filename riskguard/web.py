"""The WSGI application (the API, with the console mounted beside it) and the server that runs it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from riskguard import __version__
from riskguard.domain.errors import RiskguardError
from riskguard.port import bindable
from riskguard.process import end_with_parent
from riskguard.settings import Settings

if TYPE_CHECKING:
    from riskguard.bootstrap import House

THREADS = 64
"""Requests that are worked on at once; `Prefer: wait` may hold half of them."""

BACKLOG = 1024
STOP_WITHIN_S = 6
"""Time that requests under way get on SIGTERM; less than the supervisor gives the whole process."""

REDIS_WITHIN_S = 1.0
"""What a Redis that hangs may cost a request."""

_PARENT_LOOKED_AFTER_S = 1.0


def create_web(house: House) -> Any:
    """One WSGI callable: the API at /, the console at /console/. People who open / are led to the console.

    Behind trusted proxies the client's address is the one that the outermost of them saw.
    """
    from flask import Response, redirect, request
    from werkzeug.middleware.dispatcher import DispatcherMiddleware
    from werkzeug.middleware.proxy_fix import ProxyFix
    from werkzeug.wrappers import Response as AnyResponse

    from riskguard import api, console

    app = api.create_app(house)

    @app.get("/")
    def home() -> AnyResponse:
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return redirect("/console/")
        return Response(json.dumps(_INDEX), mimetype="application/json")

    web = DispatcherMiddleware(app, {"/console": console.create_app(house)})
    proxies = house.settings.trusted_proxies
    return ProxyFix(web, x_for=proxies, x_proto=0) if proxies else web


_INDEX = {
    "service": "riskguard",
    "version": __version__,
    "docs": "/v1/docs",
    "openapi": "/v1/openapi.json",
    "console": "/console/",
}


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8080) -> None:
    """Serve until SIGTERM or SIGINT. NotReady, with a hint, when the address cannot be listened on.

    The serving process is forked before anything heavy is imported, and builds its own house. When it dies, this
    one ends with exit code 1, so that whoever supervises it starts both again.
    """
    address = bindable(host, port)
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        target="riskguard",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        workers_kill_timeout=STOP_WITHIN_S,
        log_level=LogLevels.error,
    ).serve(target_loader=partial(_loaded, settings, os.getpid()), wrap_loader=False)


def _loaded(settings: Settings, parent: int) -> Any:
    """Called in the serving process. What is missing is said in one line, as the command line says it."""
    from riskguard.bootstrap import build_house, log_to_stderr, settle_in

    log_to_stderr(settings.log_level)
    end_with_parent(signal.SIGKILL)
    threading.Thread(target=_end_with, args=(parent,), name="watch-parent", daemon=True).start()
    try:
        web = create_web(build_house(settings, patience_s=REDIS_WITHIN_S))
    except RiskguardError as error:
        sys.exit(f"riskguard: {error}" + (f"\n  hint: {error.hint}" if error.hint else ""))
    settle_in()
    return web


def _end_with(parent: int) -> None:
    """A server process that lost its parent would keep the port for ever."""
    while os.getppid() == parent:
        time.sleep(_PARENT_LOOKED_AFTER_S)
    os.kill(os.getpid(), signal.SIGKILL)
