"""The opinion pages: what a community talks about and how, what surges, how much is the same, who drifts away."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from riskguard.bootstrap import House, opinion_rules
from riskguard.console.chart import spark, timeline, width_of
from riskguard.domain.errors import NotFound
from riskguard.domain.post import Scene
from riskguard.services.opinion.daily import NAMES, verdict_of
from riskguard.services.opinion.naming import EMOTIONS, further, mood, subject, usually
from riskguard.services.opinion.picture import Index, Span, exemplars, picture, surge_of
from riskguard.services.portrait import spells

SPANS = {Span.DAY: "24 小时", Span.WEEK: "7 天", Span.MONTH: "30 天"}
SAMENESS = ("clustered", "kinds", "packing", "topics", "variety")
SHOWN_CAMPAIGNS = 12
HEALTH = ("active", "returning", "second_post", "leavers_negative")


class OpinionDesk:
    """Each method is one page."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rules = opinion_rules(house.settings)

    def blueprint(self) -> Blueprint:
        """Its routes, under /opinion."""
        pages = Blueprint("opinion", __name__, url_prefix="/opinion")
        pages.add_url_rule("", view_func=self.overview)
        pages.add_url_rule("/surges/<surge_id>", view_func=self.surge)
        pages.add_app_template_global(mood, "mood")
        pages.add_app_template_global(subject, "series_name")
        pages.add_app_template_global(further, "further")
        pages.add_app_template_global(usually, "usually")
        return pages

    def overview(self) -> ResponseReturnValue:
        """One community over a day, a week or a month."""
        communities = self._communities()
        community = g.member.community or request.args.get("community") or next(iter(communities), "")
        if not community:
            return render_template("opinion_none.html")
        span, scene = _span(), _scene()
        now = self._house.clock()
        shown = picture(
            community,
            since=now - span.length,
            until=now,
            grain=span.grain,
            begin=self._house.begin,
            rules=self._rules(),
            scene=scene,
        )
        return render_template(
            "opinion.html",
            picture=shown,
            chart=timeline(shown),
            point=width_of(span.grain),
            span=span,
            spans=SPANS,
            scene=scene,
            scenes=list(Scene),
            communities=communities,
            spells=spells(community, since=shown.since, until=shown.until, begin=self._house.begin),
            shown_spells=SHOWN_CAMPAIGNS,
            sameness=figures(shown.sameness, SAMENESS),
            sameness_words=verdict_of(shown.sameness.departures),
            health=figures(shown.health, HEALTH),
            emotions=EMOTIONS,
            surge_link=lambda surge_id: url_for("opinion.surge", surge_id=surge_id),
        )

    def surge(self, surge_id: str) -> ResponseReturnValue:
        """One surge with its evidence."""
        begin = self._house.begin
        found = surge_of(surge_id, begin=begin, community=g.member.community)
        return render_template("surge.html", surge=found, exemplars=exemplars(found, begin=begin))

    def _communities(self) -> list[str]:
        """What a member of all communities may choose from."""
        if g.member.community:
            return []
        with self._house.begin() as work:
            return [community.name for community in work.communities.all()]


def figures(index: Index, names: tuple[str, ...]) -> list[dict[str, object]]:
    """Each figure of an index with its name, its line over the days and whether it left its baseline."""
    if index.now is None:
        return []
    left = {each.name: each for each in index.departures}
    return [
        {
            "name": NAMES[name],
            "value": shown_value(name, index.now.values[name]),
            "spark": spark([each.values[name] for each in (*index.past, index.now) if name in each.values]),
            "left": left.get(name),
            "usual": shown_value(name, left[name].usual) if name in left else "",
        }
        for name in names
        if name in index.now.values
    ]


def shown_value(name: str, value: float) -> str:
    """A figure as people read it: accounts as numbers, shares as per cent."""
    return f"{value:,.0f}" if name in ("active", "newcomers", "leavers") else f"{value:.0%}"


def _span() -> Span:
    try:
        return Span(request.args.get("span", Span.DAY.value))
    except ValueError:
        raise NotFound("no such span") from None


def _scene() -> Scene | None:
    word = request.args.get("scene", "")
    try:
        return Scene(word) if word else None
    except ValueError:
        raise NotFound(f"no scene '{word}'") from None
