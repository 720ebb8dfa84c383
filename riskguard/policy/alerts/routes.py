"""Where an alert goes: down the tree, at each fork into the first branch that fits.

A branch with `continue` takes a copy and the alert goes on as if it had not been there: to the next branch that fits,
or to the branch that they grow on. (With Prometheus it would not reach that one, which surprises everybody once.)
"""

from __future__ import annotations

from collections.abc import Iterator

from riskguard.domain.alert import Alert
from riskguard.policy.alerts.model import Route


def routes_for(alert: Alert, route: Route) -> list[Route]:
    """The branches that the alert comes to, in the order of the file. Never empty for the root."""
    if not route.match.fits(alert):
        return []
    found: list[Route] = []
    for branch in route.routes:
        taken = routes_for(alert, branch)
        found += taken
        if taken and not branch.goes_on:
            return found
    return [*found, route]


def explained(alert: Alert, route: Route, depth: int = 0) -> Iterator[tuple[int, Route, bool]]:
    """Each branch that was looked at, with its depth and whether the alert fits it; in the order of looking."""
    fits = route.match.fits(alert)
    yield depth, route, fits
    if not fits:
        return
    for branch in route.routes:
        yield from explained(alert, branch, depth + 1)
        if branch.match.fits(alert) and not branch.goes_on:
            return
