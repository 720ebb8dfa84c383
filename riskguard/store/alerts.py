"""Alerts and their fate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, func, literal_column, select, update

from riskguard.domain.alert import Alert, AlertStatus, Handling, KeptAlert, Severity
from riskguard.store.link import Link
from riskguard.store.tables import ALERTS

# Written out, not bound, so that both databases see that the partial index on standing alerts answers it.
_STANDING = ALERTS.c.status != literal_column(f"'{AlertStatus.RESOLVED.value}'")
_ALERT = ("key", "kind", "name", "community", "scene", "summary", "page", "labels", "starts_at", "ends_at")
_SAVE = update(ALERTS).where(ALERTS.c.id == bindparam("this"))


class SqlAlerts:
    """Alerts by id, and by key while they are not resolved."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def standing(self, keys: Collection[str]) -> dict[str, KeptAlert]:
        """Those of the keys that are not resolved, by key; nobody else changes them until this transaction ends."""
        return {kept.alert.key: kept for kept in self._taken(_STANDING & ALERTS.c.key.in_(sorted(keys)))}

    def raised(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that some alert has, whatever became of it."""
        if not keys:
            return set()
        return set(self._link.read(select(ALERTS.c.key).where(ALERTS.c.key.in_(sorted(keys)))).scalars())

    def add(self, alerts: Sequence[KeptAlert]) -> set[str]:
        """Insert those whose key no other alert has that is not resolved; the keys of those inserted."""
        return self._link.insert_new(ALERTS, [_row(kept) for kept in alerts], key="key")

    def save(self, alerts: Sequence[KeptAlert]) -> None:
        """Write their fate and newest words; they must be `standing` or taken `for_change`."""
        if alerts:
            self._link.write(_SAVE, [{**_row(kept), "this": kept.id} for kept in alerts])

    def get(self, alert_id: str) -> KeptAlert | None:
        row = self._link.read(select(ALERTS).where(ALERTS.c.id == alert_id)).mappings().one_or_none()
        return _kept(row) if row else None

    def for_change(self, alert_id: str) -> KeptAlert | None:
        """As `get`, and nobody else changes it until this transaction ends."""
        return next(iter(self._taken(ALERTS.c.id == alert_id)), None)

    def unresolved(self, *, for_change: bool = False) -> list[KeptAlert]:
        """All that are not resolved; `for_change`, nobody else changes them until this transaction ends."""
        if for_change:
            return self._taken(_STANDING)
        return [_kept(row) for row in self._link.read(select(ALERTS).where(_STANDING)).mappings()]

    def by_ids(self, ids: Collection[str]) -> dict[str, KeptAlert]:
        """Those of the ids that there are."""
        if not ids:
            return {}
        rows = self._link.read(select(ALERTS).where(ALERTS.c.id.in_(sorted(ids)))).mappings()
        return {row["id"]: _kept(row) for row in rows}

    def listed(
        self, *, community: str | None, statuses: Collection[AlertStatus], kind: str | None, limit: int, offset: int = 0
    ) -> list[KeptAlert]:
        """Gravest first, then the newest; no community means all, no statuses mean any, no kind means every one."""
        wanted = select(ALERTS)
        if community is not None:
            wanted = wanted.where(ALERTS.c.community == community)
        if statuses:
            wanted = wanted.where(ALERTS.c.status.in_([status.value for status in statuses]))
        if kind is not None:
            wanted = wanted.where(ALERTS.c.kind == kind)
        ordered = wanted.order_by(ALERTS.c.severity.desc(), ALERTS.c.last_at.desc(), ALERTS.c.id)
        return [_kept(row) for row in self._link.read(ordered.limit(limit).offset(offset)).mappings()]

    def tally(self, community: str | None = None) -> Mapping[tuple[str, str], int]:
        """How many alerts that are not resolved per status word and severity word."""
        counted = select(ALERTS.c.status, ALERTS.c.severity, func.count()).where(_STANDING)
        if community is not None:
            counted = counted.where(ALERTS.c.community == community)
        found = self._link.read(counted.group_by(ALERTS.c.status, ALERTS.c.severity))
        return {(status, Severity(severity).word): count for status, severity, count in found}

    def drop_resolved(self, *, before: datetime, limit: int) -> int:
        """Forget up to `limit` of the alerts that were last raised before that and are resolved; how many."""
        old = (
            select(ALERTS.c.id)
            .where(ALERTS.c.status == AlertStatus.RESOLVED.value, ALERTS.c.last_at < before)
            .order_by(ALERTS.c.last_at)
            .limit(limit)
        )
        return self._link.write(delete(ALERTS).where(ALERTS.c.id.in_(old))).rowcount

    def _taken(self, condition: ColumnElement[bool]) -> list[KeptAlert]:
        """Locked in the order of their keys, so that two transactions never lock crosswise."""
        self._link.lock()
        ordered = select(ALERTS).where(condition).order_by(ALERTS.c.key, ALERTS.c.id).with_for_update()
        return [_kept(row) for row in self._link.read(ordered).mappings()]


def _row(kept: KeptAlert) -> dict[str, Any]:
    return {
        **{name: getattr(kept.alert, name) for name in _ALERT},
        "id": kept.id,
        "severity": int(kept.alert.severity),
        "labels": dict(kept.alert.labels),
        "raised_at": kept.raised_at,
        "last_at": kept.last_at,
        "count": kept.count,
        "status": kept.status.value,
        "acknowledged": _handling_object(kept.acknowledged),
        "resolved": _handling_object(kept.resolved),
    }


def _kept(row: RowMapping) -> KeptAlert:
    return KeptAlert(
        id=row["id"],
        alert=Alert(**{name: row[name] for name in _ALERT}, severity=Severity(row["severity"])),
        raised_at=row["raised_at"],
        last_at=row["last_at"],
        count=row["count"],
        status=AlertStatus(row["status"]),
        acknowledged=_handling(row["acknowledged"]),
        resolved=_handling(row["resolved"]),
    )


def _handling_object(handling: Handling | None) -> dict[str, str] | None:
    return {"by": handling.by, "at": handling.at.isoformat(), "note": handling.note} if handling else None


def _handling(kept: Mapping[str, str] | None) -> Handling | None:
    return Handling(kept["by"], datetime.fromisoformat(kept["at"]), kept["note"]) if kept else None
