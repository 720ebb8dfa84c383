"""Prometheus Alertmanager: POST /api/v2/alerts, so that a site's own routes and channels take over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")
PATH = "/api/v2/alerts"


def alerts(data: Mapping[str, Any]) -> list[dict[str, object]]:
    """The alerts of an event as Alertmanager takes them. `endsAt` of one that stands lies behind the next repeat: it
    would take a missing one for over within minutes."""
    return [_alert(alert, data) for alert in data["alerts"]]


def _alert(alert: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, object]:
    own = {f"label_{_NO_LABEL.sub('_', name)}": str(value) for name, value in alert["labels"].items()}
    fixed = {
        "alertname": alert["name"],
        "service": "riskguard",
        "kind": alert["kind"],
        "severity": alert["severity"],
        "community": alert["community"] or "",
        "scene": alert["scene"] or "",
        "key": alert["key"],
    }
    return {
        "labels": {name: value for name, value in (own | fixed).items() if value},
        "annotations": {"summary": alert["summary"], "count": str(alert["count"]), "reason": data["reason"]},
        "startsAt": alert["starts_at"],
        "endsAt": alert["resolved_at"] or data["stands_until"],
        "generatorURL": alert["url"],
    }
