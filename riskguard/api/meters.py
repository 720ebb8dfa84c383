"""What Prometheus reads. Every part is asked on its own, so a dead one leaves only its own figures out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from riskguard.bootstrap import House
from riskguard.domain.alert import AlertStatus, Severity
from riskguard.domain.post import Lane
from riskguard.services.ports import Line, UnitOfWork

_log = logging.getLogger(__name__)

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_REMEMBERED_S = 5.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are counted together: a caller must not be able to make new series."""


class Meters:
    """Counters of this process, and figures of the whole house when they are read."""

    def __init__(self, house: House, line: Line) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "riskguard_http_requests",
            "Requests by route, method and status",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._latency = Histogram(
            "riskguard_http_request_seconds",
            "Time to answer by route",
            ("route",),
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._accepted = Counter(
            "riskguard_posts_accepted", "New posts accepted by lane", ("lane",), registry=self._registry
        )
        self._registry.register(_HouseFigures(house, line))

    def accepted(self, lane: Lane, posts: int) -> None:
        """Count new posts."""
        self._accepted.labels(lane.value).inc(posts)

    def watch(self, app: Flask) -> None:
        """Count and time every request of `app`."""

        @app.before_request
        def start() -> None:
            g.started_at = time.perf_counter()

        @app.after_request
        def count(response: Response) -> Response:
            route = request.url_rule.rule if request.url_rule else "unknown"
            method = request.method if request.method in _METHODS else "other"
            self._requests.labels(route, method, str(response.status_code)).inc()
            if "started_at" in g:
                self._latency.labels(route).observe(time.perf_counter() - g.started_at)
            return response

    def page(self) -> Response:
        """The text that Prometheus scrapes."""
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)


class _HouseFigures(Collector):
    """Figures that the store and the line know; those of the store are remembered for a few seconds."""

    def __init__(self, house: House, line: Line) -> None:
        self._house = house
        self._waiting_line = line
        self._stored: tuple[float, list[Metric]] = (0.0, [])

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._asked("line", self._line)
        until, stored = self._stored
        if time.monotonic() >= until:
            stored = self._asked("store", self._store)
            self._stored = (time.monotonic() + _REMEMBERED_S, stored)
        yield from stored

    def _asked(self, part: str, figures: Callable[[], list[Metric]]) -> list[Metric]:
        up = GaugeMetricFamily(f"riskguard_{part}_up", f"Whether the {part} could be asked")
        try:
            found = figures()
        except Exception as error:  # a dead part is a figure, not an error of this page
            _log.warning("the %s could not be asked for its figures: %s", part, error)
            found = []
            up.add_metric((), 0)
        else:
            up.add_metric((), 1)
        return [up, *found]

    def _line(self) -> list[Metric]:
        waiting = GaugeMetricFamily("riskguard_posts_waiting", "Posts in line for a worker")
        waiting.add_metric((), self._waiting_line.waiting())
        return [waiting]

    def _store(self) -> list[Metric]:
        with self._house.begin() as work:
            return [
                _tallied("riskguard_verdicts", "Verdicts by action", "action", work.verdicts.tally()),
                _tallied("riskguard_events", "Outgoing webhooks by status", "status", work.outbox.tally()),
                _tallied("riskguard_cases", "Cases by status", "status", _cases(work)),
                _alerts(work),
                _notices(work),
            ]


def _cases(work: UnitOfWork) -> Mapping[str, int]:
    return {"open": 0, **work.cases.tally()}


def _alerts(work: UnitOfWork) -> Metric:
    family = GaugeMetricFamily("riskguard_alerts", "Alerts that are not over", labels=("status", "severity"))
    none = {(AlertStatus.OPEN.value, severity.word): 0 for severity in Severity}
    for words, count in sorted((none | dict(work.alerts.tally())).items()):
        family.add_metric(words, count)
    return family


def _notices(work: UnitOfWork) -> Metric:
    about = "Notices of alerts by receiver and outcome"
    family = GaugeMetricFamily("riskguard_alert_notices", about, labels=("receiver", "status"))
    for words, count in sorted(work.notices.tally().items()):
        family.add_metric(words, count)
    return family


def _tallied(name: str, about: str, label: str, tally: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=(label,))
    for word, count in sorted(tally.items()):
        family.add_metric((word,), count)
    return family
