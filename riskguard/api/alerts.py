"""Alerts: what the people of a community must hear, for front ends other than our console."""

from __future__ import annotations

from flask import Blueprint, Response, request

from riskguard.api.alert_schemas import HandlingIn
from riskguard.api.bodies import checked, parsed_json
from riskguard.api.door import Door, answer, sent_body, whole_number
from riskguard.domain.alert import AlertStatus
from riskguard.domain.errors import InvalidInput
from riskguard.domain.notice import Telling
from riskguard.services import alert_desk
from riskguard.services.notices import alert_data

MAX_PAGE = 200


def blueprint(door: Door) -> Blueprint:
    """The routes under /v1/alerts."""
    routes = Blueprint("alerts", __name__, url_prefix="/v1/alerts")

    @routes.get("")
    def listed() -> Response:
        return _listed(door)

    @routes.get("/<alert_id>")
    def show(alert_id: str) -> Response:
        house = door.house
        found = alert_desk.file(alert_id, begin=house.begin, clock=house.clock, community=door.community())
        told = [_telling(each) for each in found.told]
        return answer({**alert_data(found.kept, house.console_url), "notices": told})

    @routes.post("/<alert_id>/acknowledge")
    def acknowledge(alert_id: str) -> Response:
        return _handle(door, alert_id, alert_desk.acknowledge)

    @routes.post("/<alert_id>/resolve")
    def resolve(alert_id: str) -> Response:
        return _handle(door, alert_id, alert_desk.resolve)

    return routes


def _listed(door: Door) -> Response:
    community, house = door.community(), door.house
    word, statuses = _statuses()
    kind = request.args.get("kind") or None
    limit = whole_number("limit", default=50, low=1, high=MAX_PAGE)
    offset = whole_number("offset", default=0, low=0, high=1_000_000)
    with house.begin() as work:
        found = work.alerts.listed(community=community, statuses=statuses, kind=kind, limit=limit + 1, offset=offset)
    only = f"&kind={kind}" if kind else ""
    following = f"/v1/alerts?status={word}{only}&limit={limit}&offset={offset + limit}"
    return answer(
        {
            "alerts": [alert_data(kept, house.console_url) for kept in found[:limit]],
            "limit": limit,
            "offset": offset,
            "next": following if len(found) > limit else None,
        }
    )


def _statuses() -> tuple[str, tuple[AlertStatus, ...]]:
    """The wished status, open unless said otherwise; none at all for 'all'."""
    word = request.args.get("status", AlertStatus.OPEN.value)
    if word == "all":
        return word, ()
    try:
        return word, (AlertStatus(word),)
    except ValueError:
        hint = f"choose from {', '.join(AlertStatus)}, all"
        raise InvalidInput(f"'{word}' is no status", field="status", hint=hint) from None


def _handle(door: Door, alert_id: str, handle: alert_desk.Handle) -> Response:
    community, house = door.community(), door.house
    sent = checked(HandlingIn, parsed_json(sent_body()))
    kept = handle(
        alert_id,
        by=sent.by,
        actor=door.actor(),
        note=sent.note,
        begin=house.begin,
        clock=house.clock,
        community=community,
    )
    return answer(alert_data(kept, house.console_url))


def _telling(told: Telling) -> dict[str, object]:
    return {
        "receiver": told.receiver,
        "reason": told.reason.value,
        "at": told.at.isoformat(),
        "status": told.status or None,
        "attempts": told.attempts,
        "answer": told.answer,
    }
