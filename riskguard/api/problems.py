"""Handlers raise; this one table turns what they raise into RFC 9457 problem details."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from riskguard.api.bodies import BodyInvalid
from riskguard.domain import errors

_log = logging.getLogger(__name__)

NOT_READY_PAUSE_S = 5
_BROKEN = "the request could not be answered; the log of the service says why"
MEDIA_TYPE = "application/problem+json"


class KeyReused(errors.Conflict):
    """An Idempotency-Key that came before with another request."""


class UnusableMedia(errors.InvalidInput):
    """A body of a media type, or in an encoding, that is not read."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of problem: its HTTP status, the last part of its `type`, and its title."""

    status: int
    slug: str
    title: str


KINDS: dict[type[errors.RiskguardError], Kind] = {
    errors.InvalidInput: Kind(400, "invalid-input", "The request cannot be used"),
    errors.TooLarge: Kind(413, "too-large", "More than a limit allows"),
    errors.Conflict: Kind(409, "conflict", "The same name came with something else"),
    KeyReused: Kind(422, "key-reused", "The Idempotency-Key belongs to another request"),
    UnusableMedia: Kind(415, "unusable-media", "The body is in a form that is not read"),
    errors.NotAuthenticated: Kind(401, "not-authenticated", "No valid key"),
    errors.NotAllowed: Kind(403, "not-allowed", "Not allowed"),
    errors.NotFound: Kind(404, "not-found", "No such thing"),
    errors.StaleVersion: Kind(409, "stale-version", "A colleague was first"),
    errors.TooManyRequests: Kind(429, "too-many-requests", "Too many posts"),
    errors.ForbiddenAddress: Kind(400, "forbidden-address", "An address that is not connected to"),
    errors.NotReady: Kind(503, "not-ready", "A part cannot be reached"),
}
METHOD = Kind(405, "method-not-allowed", "This route does not do that")
INTERNAL = Kind(500, "internal", "Something broke on our side")


def kind_of(error: errors.RiskguardError) -> Kind:
    """The nearest entry of the table on the way up the error tree."""
    return next((KINDS[each] for each in type(error).__mro__ if each in KINDS), INTERNAL)


def all_kinds() -> tuple[Kind, ...]:
    """Every sort of problem that can be answered, by status."""
    return tuple(sorted((*KINDS.values(), METHOD, INTERNAL), key=lambda kind: (kind.status, kind.slug)))


def problem(error: errors.RiskguardError) -> dict[str, object]:
    """The problem details of an error of ours."""
    kind = kind_of(error)
    if kind.status >= 500:  # its sentence names hosts and files: for the log, not for callers
        return _body(kind, _BROKEN if kind is INTERNAL else "a part that this service stands on cannot be reached")
    shown = _body(kind, str(error))
    if error.hint:
        shown["hint"] = error.hint
    faults = error.faults if isinstance(error, BodyInvalid) else ()
    if faults:
        shown["errors"] = [fault.model_dump(exclude_defaults=True) for fault in faults]
    elif isinstance(error, errors.InvalidInput) and error.field.startswith("/"):
        shown["errors"] = [{"pointer": error.field, "detail": str(error)}]
    return shown


def install(app: Flask) -> None:
    """Every error leaves the app as a problem, those of Flask and those nobody expected too."""

    @app.errorhandler(errors.RiskguardError)
    def ours(error: errors.RiskguardError) -> Response:
        if kind_of(error).status >= 500:
            _log.error("a request could not be answered: %s", error, exc_info=error)
        answer = _answer(problem(error))
        if isinstance(error, errors.NotAuthenticated):
            answer.headers["WWW-Authenticate"] = 'Bearer realm="riskguard"'
        if isinstance(error, errors.TooManyRequests):
            answer.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        if isinstance(error, errors.NotReady):
            answer.headers["Retry-After"] = str(NOT_READY_PAUSE_S)
        return answer

    @app.errorhandler(HTTPException)
    def frameworks(error: HTTPException) -> Response:
        answer = _answer(_http_problem(error, app))
        for name, value in error.get_headers():
            if name.lower() in ("allow", "location", "retry-after"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        _log.error("unexpected error", exc_info=error)
        return _answer(_body(INTERNAL, _BROKEN))


def _http_problem(error: HTTPException, app: Flask) -> dict[str, object]:
    known = {kind.status: kind for kind in reversed(all_kinds())}
    code = error.code or 500
    if code == 413:
        largest = app.config["MAX_CONTENT_LENGTH"]
        return problem(errors.TooLarge(f"the body is larger than {largest} bytes", hint="send smaller batches"))
    if code == 404:
        return problem(errors.NotFound("no such route", hint="see /v1/docs"))
    kind = METHOD if code == 405 else known.get(code, Kind(code, f"http-{code}", error.name))
    return _body(kind, error.description or error.name)


def _body(kind: Kind, detail: str) -> dict[str, object]:
    return {"type": f"/v1/problems/{kind.slug}", "title": kind.title, "status": kind.status, "detail": detail}


def _answer(body: dict[str, object]) -> Response:
    status = body["status"]
    assert isinstance(status, int)
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=MEDIA_TYPE)
