"""The alerts.yaml in force: a file that people edit while the service runs."""

from __future__ import annotations

from pathlib import Path

from riskguard.policy.alerts.load import ALERTS, plan_of
from riskguard.policy.alerts.model import AlertPlan, Named
from riskguard.policy.watch import Watched


class FolderAlertBook:
    """The alerts.yaml of a policy folder, read again when it changes; a faulty edit is reported and the last good one
    stays. PolicyInvalid carries every fault at the start. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._plan = Watched(
            "alerts",
            lambda: plan_of(folder),
            files=lambda _: [folder / ALERTS],
            version=lambda plan: plan.version,
        )

    def now(self) -> AlertPlan:
        """The plan in force now."""
        return self._plan.now()

    def naming(self, name: str) -> Named:
        """What is said of an alert that policies call by this name."""
        return self.now().naming(name)
