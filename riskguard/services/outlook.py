"""Why somebody is told of an alert, or nobody is: the routes that it takes and whatever keeps it quiet now."""

from __future__ import annotations

from dataclasses import dataclass

from riskguard.domain.alert import KeptAlert
from riskguard.domain.notice import Silence
from riskguard.policy.alerts.model import AlertPlan, Route
from riskguard.policy.alerts.routes import routes_for
from riskguard.policy.alerts.timing import causes_of, hushed, inhibitor
from riskguard.services.alert_desk import AlertFile
from riskguard.services.ports import Begin, Clock


@dataclass(frozen=True, slots=True)
class Outlook:
    """The routes of an alert with whether quiet hours hold it back there, the silences that cover it (those of the
    file, too), and a graver matter because of which nobody hears of it."""

    routes: tuple[tuple[Route, bool], ...]
    silences: tuple[Silence, ...]
    inhibitor: KeptAlert | None

    @property
    def heard(self) -> bool:
        """Whether anybody is told."""
        return any(route.to for route, _ in self.routes)


def outlook(file: AlertFile, *, plan: AlertPlan, begin: Begin, clock: Clock) -> Outlook:
    """What alerts.yaml and the silences say of the alert now."""
    kept, now = file.kept, clock()
    with begin() as work:
        standing = work.alerts.unresolved()
    written = [each for each in plan.silences if each.covers(kept.alert, now)]
    return Outlook(
        routes=tuple((route, hushed(kept, route, now)) for route in routes_for(kept.alert, plan.root)),
        silences=(*written, *file.silences),
        inhibitor=None if kept.over else inhibitor(kept, causes_of(plan, standing)),
    )
