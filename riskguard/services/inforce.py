"""Which policies are in force, written down whenever that changes: files on a disk tell nobody when they were taken."""

from __future__ import annotations

from riskguard.domain.audit import SYSTEM, AuditFilter
from riskguard.domain.post import Scene
from riskguard.services.audit import note
from riskguard.services.ports import Begin, Clock, PolicyBook, UnitOfWork

TAKEN = "policy.taken"
_DEFAULT = "default"
_AS_DEFAULT = "as default"


class PolicyWatch:
    """Compares the versions in force with those that the audit log names last; it remembers what it has found there."""

    def __init__(self, begin: Begin, policies: PolicyBook, clock: Clock) -> None:
        self._begin = begin
        self._policies = policies
        self._clock = clock
        self._noted: dict[str, str] = {}

    def look(self) -> None:
        """Note every policy, the default one and those of single communities, that is another than the last noted."""
        with self._begin() as work:
            current = self._versions([community.name for community in work.communities.all()])
            changed = {name: version for name, version in current.items() if self._noted.get(name) != version}
            for name, version in changed.items():
                last = self._last(name, work)
                if last != version:
                    at, community = self._clock(), None if name == _DEFAULT else name.partition(":")[2]
                    note(work, TAKEN, name, by=SYSTEM, at=at, community=community, version=version, was=last)
            work.commit()
        self._noted = current

    def _versions(self, communities: list[str]) -> dict[str, str]:
        """The version of the default policy, and of each community unless it has none of its own."""
        default = self._policies.policy_for("", Scene.POST).version
        own = {f"community:{name}": self._policies.policy_for(name, Scene.POST).version for name in communities}
        return {_DEFAULT: default} | {
            name: _AS_DEFAULT if version == default else version for name, version in own.items()
        }

    def _last(self, name: str, work: UnitOfWork) -> str:
        """The version that the log names last; a community that was never named had the default policy."""
        newest = work.audit.find(AuditFilter(event=TAKEN, subject=name), limit=1)
        if newest:
            return str(newest[0].facts.get("version", ""))
        return "" if name == _DEFAULT else _AS_DEFAULT
