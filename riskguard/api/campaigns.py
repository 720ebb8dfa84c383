"""Campaigns: look-alikes of many accounts, for front ends other than our console."""

from __future__ import annotations

from flask import Blueprint, Response

from riskguard.api.bodies import checked, parsed_json
from riskguard.api.campaign_schemas import CampaignDecisionIn
from riskguard.api.door import Door, answer, sent_body, whole_number, wished_status
from riskguard.api.shown import campaign_in_full, campaign_line
from riskguard.bootstrap import word_mask
from riskguard.services import campaigns, portrait

MAX_PAGE = 100


def blueprint(door: Door) -> Blueprint:
    """The routes under /v1/campaigns."""
    routes = Blueprint("campaigns", __name__, url_prefix="/v1/campaigns")

    @routes.get("")
    def listed() -> Response:
        return _listed(door)

    @routes.get("/<campaign_id>")
    def show(campaign_id: str) -> Response:
        return answer(
            campaign_in_full(portrait.portrait(campaign_id, begin=door.house.begin, community=door.community()))
        )

    @routes.post("/<campaign_id>/decisions")
    def decide(campaign_id: str) -> Response:
        return _decide(door, campaign_id)

    return routes


def _listed(door: Door) -> Response:
    community = door.community()
    status = wished_status()
    limit = whole_number("limit", default=25, low=1, high=MAX_PAGE)
    page = whole_number("page", default=1, low=1, high=100_000)
    leaf = portrait.listed(begin=door.house.begin, community=community, status=status, page=page, size=limit)
    word = status.value if status else "all"
    following = f"/v1/campaigns?status={word}&limit={limit}&page={page + 1}" if leaf.more else None
    return answer(
        {"campaigns": [campaign_line(line) for line in leaf.lines], "limit": limit, "page": page, "next": following}
    )


def _decide(door: Door, campaign_id: str) -> Response:
    community = door.community()
    ruled = checked(CampaignDecisionIn, parsed_json(sent_body()))
    house = door.house
    campaigns.decide(
        campaign_id,
        ruling=ruled.ruling,
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
    return answer(campaign_in_full(portrait.portrait(campaign_id, begin=house.begin, community=community)), 201)
