"""Cases: the queue of the moderators, for front ends other than our console."""

from __future__ import annotations

from flask import Blueprint, Response

from riskguard.api.bodies import checked, parsed_json
from riskguard.api.door import Door, answer, sent_body, whole_number, wished_status
from riskguard.api.schemas import DecisionIn
from riskguard.api.shown import case_file
from riskguard.bootstrap import word_mask
from riskguard.domain.case import Ruling
from riskguard.services import review

MAX_PAGE = 200


def blueprint(door: Door) -> Blueprint:
    """The routes under /v1/cases."""
    routes = Blueprint("cases", __name__, url_prefix="/v1/cases")

    @routes.get("")
    def queue() -> Response:
        return _queue(door)

    @routes.get("/<case_id>")
    def show(case_id: str) -> Response:
        file = review.file(case_id, begin=door.house.begin, community=door.community())
        return answer(case_file(file))

    @routes.post("/<case_id>/decisions")
    def decide(case_id: str) -> Response:
        return _decide(door, case_id)

    return routes


def _queue(door: Door) -> Response:
    community = door.community()
    status = wished_status()
    limit = whole_number("limit", default=50, low=1, high=MAX_PAGE)
    offset = whole_number("offset", default=0, low=0, high=1_000_000)
    with door.house.begin() as work:
        files = work.cases.queue(community=community, status=status, limit=limit + 1, offset=offset)
    word = status.value if status else "all"
    following = f"/v1/cases?status={word}&limit={limit}&offset={offset + limit}" if len(files) > limit else None
    return answer(
        {"cases": [case_file(file) for file in files[:limit]], "limit": limit, "offset": offset, "next": following}
    )


def _decide(door: Door, case_id: str) -> Response:
    community = door.community()
    ruled = checked(DecisionIn, parsed_json(sent_body()))
    house = door.house
    review.decide(
        case_id,
        ruling=Ruling(ruled.ruling),
        reason=ruled.reason,
        by=ruled.by,
        actor=door.actor(),
        seen_version=ruled.version,
        begin=house.begin,
        clock=house.clock,
        bell=house.bell,
        mask=word_mask(),
        community=community,
    )
    return answer(case_file(review.file(case_id, begin=house.begin, community=community)), 201)
