"""The pages of campaigns: the list, one campaign laid out, and the ruling for all its posts."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from riskguard.bootstrap import House
from riskguard.console import wording
from riskguard.console.campaign_chart import ring, steps
from riskguard.console.desk import (
    FILTERS,
    check_reason,
    chosen_page,
    chosen_ruling,
    communities_of,
    scope,
    seen_version,
)
from riskguard.console.entrance import require_ruling
from riskguard.console.sheet import look_of
from riskguard.domain.audit import named_member
from riskguard.domain.errors import InvalidInput, NotFound, StaleVersion
from riskguard.services import campaigns, portrait
from riskguard.services.ports import Mask


class Campaigns:
    """Each method is one page: it calls one or two use cases and fills a template."""

    def __init__(self, house: House, *, mask: Mask) -> None:
        self._house = house
        self._mask = mask

    def blueprint(self) -> Blueprint:
        """Its routes."""
        pages = Blueprint("campaigns", __name__, url_prefix="/campaigns")
        pages.add_url_rule("", view_func=self.listed)
        pages.add_url_rule("/<campaign_id>", view_func=self.show)
        pages.add_url_rule("/<campaign_id>/decisions", view_func=self.decide, methods=["POST"])
        return pages

    def listed(self) -> ResponseReturnValue:
        """Campaigns, the newest first."""
        status = request.args.get("status", "open")
        if status not in FILTERS:
            raise NotFound(f"no filter '{status}'")
        begin, community = self._house.begin, scope()
        with begin() as work:
            tally = work.campaigns.tally(community)
        return render_template(
            "campaigns.html",
            leaf=portrait.listed(begin=begin, community=community, status=FILTERS[status], page=chosen_page()),
            status=status,
            tally=tally,
            community=community,
            communities=communities_of(begin),
        )

    def show(self, campaign_id: str) -> ResponseReturnValue:
        """One campaign."""
        return self._page(campaign_id)

    def decide(self, campaign_id: str) -> ResponseReturnValue:
        """Rule on all its posts, or take that back; a stale form comes back, with what was typed."""
        require_ruling(g.member)
        reason = request.form.get("reason", "").replace("\r\n", "\n")
        try:
            check_reason(reason)
            campaigns.decide(
                campaign_id,
                ruling=chosen_ruling(),
                reason=reason,
                by=g.member.name,
                actor=named_member(g.member.name),
                seen_version=seen_version(),
                begin=self._house.begin,
                clock=self._house.clock,
                bell=self._house.bell,
                mask=self._mask,
                community=g.member.community,
            )
        except StaleVersion:
            return self._page(campaign_id, typed=reason, stale=True), 409
        except InvalidInput as error:
            return self._page(campaign_id, typed=reason, fault=str(error)), 400
        flash(wording.CAMPAIGN_RULED, "good")
        return redirect(url_for("campaigns.show", campaign_id=campaign_id))

    def _page(self, campaign_id: str, *, typed: str = "", fault: str = "", stale: bool = False) -> str:
        seen = portrait.portrait(campaign_id, begin=self._house.begin, community=g.member.community)
        group = seen.groups[0] if seen.groups else None
        return render_template(
            "campaign.html",
            seen=seen,
            campaign=seen.campaign,
            chart=steps(seen.timeline),
            net=ring(group) if group else None,
            look=lambda label: look_of(label, self._house.taxonomy),
            typed=typed,
            fault=fault,
            stale=stale,
        )
