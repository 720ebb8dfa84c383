"""Raise and resolve alerts, inside the transaction of whoever notices something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from riskguard.domain.alert import Alert, Handling, KeptAlert
from riskguard.domain.errors import StaleVersion
from riskguard.domain.post import Post
from riskguard.domain.verdict import Verdict
from riskguard.policy.alerts.load import NOBODY
from riskguard.policy.alerts.model import Named
from riskguard.services.identity import new_id
from riskguard.services.ports import UnitOfWork

ENDED = "system:ended"
"""Who resolved an alert whose cause ended or was not seen again in time."""

_ATTEMPTS = 5


Naming = Callable[[str], Named]
"""What is known of an alert that policies name."""


def raise_alerts(alerts: Iterable[Alert], *, work: UnitOfWork, now: datetime) -> list[KeptAlert]:
    """The alerts as they are kept from now on, one a key. An alert whose key stands already counts up and takes the
    newest words; the caller commits."""
    pending = _by_key(alerts)
    raised: dict[str, KeptAlert] = {}
    for _ in range(_ATTEMPTS):
        if not pending:
            return list(raised.values())
        standing = work.alerts.standing(pending)
        again = [_again(kept, *pending[key], now) for key, kept in standing.items()]
        work.alerts.save(again)
        fresh = [_fresh(alert, count, now) for key, (alert, count) in pending.items() if key not in standing]
        added = work.alerts.add(fresh) if fresh else set()
        for kept in (*again, *(each for each in fresh if each.alert.key in added)):
            raised[kept.alert.key] = kept
            del pending[kept.alert.key]
    raise StaleVersion("alerts were raised and resolved by others too often at once")


def raise_news(
    alerts: Collection[Alert], *, known: Collection[str], work: UnitOfWork, now: datetime
) -> list[KeptAlert]:
    """Raise what is news of matters that are looked at again and again: those that are not `known` (by key) yet, and
    those whose words changed while their alert stands. What a member resolved stays resolved; the caller commits."""
    standing = work.alerts.standing([alert.key for alert in alerts])

    def changed(alert: Alert) -> bool:
        kept = standing.get(alert.key)
        return kept is not None and (kept.alert.summary, kept.alert.labels) != (alert.summary, alert.labels)

    news = [alert for alert in alerts if alert.key not in known or changed(alert)]
    return raise_alerts(news, work=work, now=now)


def resolve_alerts(keys: Collection[str], *, work: UnitOfWork, now: datetime, by: str = ENDED) -> list[KeptAlert]:
    """The alerts of these keys that stood until now; they are over. Keys without one are nothing to do."""
    standing = work.alerts.standing(keys) if keys else {}
    over = [kept.resolve(Handling(by, now)) for kept in standing.values()]
    work.alerts.save(over)
    return over


def verdict_alerts(
    judged: Sequence[tuple[Post, Verdict]], case_ids: Mapping[str, str], *, naming: Naming, now: datetime
) -> list[Alert]:
    """The alerts that verdicts name: one per community, scene and name, however many posts raise it. Each leads to the
    case of its newest post; `case_ids` holds their ids by those of the posts."""
    return [
        _of_verdict(name, naming(name), post, case_ids[post.id], now)
        for post, verdict in judged
        for name in verdict.alerts
    ]


def as_it_is_called(name: str) -> Named:
    """What is said of an alert where no alerts.yaml describes it."""
    return NOBODY.naming(name)


def _of_verdict(name: str, known: Named, post: Post, case_id: str, now: datetime) -> Alert:
    return Alert(
        key=f"verdict:{post.community}:{post.scene.value}:{name}",
        kind="verdict",
        name=name,
        severity=known.severity,
        community=post.community,
        scene=post.scene.value,
        summary=known.title,
        page=f"cases/{case_id}",
        labels={},
        starts_at=now,
        ends_at=now + known.ends_after,
    )


def _by_key(alerts: Iterable[Alert]) -> dict[str, tuple[Alert, int]]:
    """The newest alert of each key with how many there were, in the order of their keys."""
    found: dict[str, tuple[Alert, int]] = {}
    for alert in alerts:
        found[alert.key] = (alert, found.get(alert.key, (alert, 0))[1] + 1)
    return dict(sorted(found.items()))


def _again(kept: KeptAlert, alert: Alert, count: int, now: datetime) -> KeptAlert:
    return kept.again(alert, count=count, now=now)


def _fresh(alert: Alert, count: int, now: datetime) -> KeptAlert:
    return KeptAlert(new_id("alr"), alert, raised_at=now, last_at=now, count=count)
