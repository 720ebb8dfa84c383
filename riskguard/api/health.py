"""Is it alive, is it ready, what does it count: for whoever runs it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from riskguard.api.door import Door, answer
from riskguard.domain.post import Scene
from riskguard.services.ports import Roll

_log = logging.getLogger(__name__)


def blueprint(door: Door) -> Blueprint:
    """/healthz, /readyz and /metrics; they need no key and show no content."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return answer({"status": "ok"})

    @routes.get("/readyz")
    def ready() -> Response:
        parts = _parts(door)
        missing = [state for state in parts.values() if state != "ok"]
        engines = _engines(door.house.roll) if parts["redis"] == "ok" else []
        shown = {"status": "not ready" if missing else "ready", "parts": parts, "engines": engines}
        return answer(shown, 503 if missing else 200)

    @routes.get("/metrics")
    def metrics() -> Response:
        return door.meters.page()

    return routes


def _parts(door: Door) -> Mapping[str, str]:
    """'ok' or what is wrong, for each part that the service stands on."""
    house = door.house

    def database() -> None:
        with house.begin() as work:
            work.keys.by_digest("")

    return {
        "database": _state(database, "cannot be reached"),
        "redis": _state(door.line.waiting, "cannot be reached"),
        "policies": _state(lambda: house.policies.policy_for("", Scene.POST), "cannot be loaded"),
    }


def _engines(roll: Roll) -> list[Mapping[str, object]]:
    """What runs the encoder of the workers at work, the most used first; nothing where they cannot be asked."""
    try:
        notes = [note for worker in roll.present() if (note := worker.get("encoder"))]
    except Exception as error:  # as with a part: this page answers in any case
        _log.warning("the roll of workers cannot be read: %s", error)
        return []
    latest = {str(note["engine"]): note for note in notes}
    used = Counter(str(note["engine"]) for note in notes)
    return [{**latest[engine], "workers": workers} for engine, workers in used.most_common()]


def _state(ask: Callable[[], object], otherwise: str) -> str:
    """The cause goes to the log: an address or a password in it is nobody's business outside."""
    try:
        ask()
    except Exception as error:  # a part may fail in any way; each is a state, not an error of this page
        _log.warning("not ready: %s: %s", otherwise, error)
        return otherwise
    return "ok"
