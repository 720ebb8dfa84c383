"""Opinion: what a community talks about, what surges, how much is the same, for front ends other than our console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, request

from riskguard.api.door import Door, answer
from riskguard.bootstrap import opinion_rules
from riskguard.domain.errors import InvalidInput
from riskguard.domain.opinion import Surge
from riskguard.domain.post import Scene
from riskguard.services.campaigns import told
from riskguard.services.events import rendered_decision
from riskguard.services.opinion.daily import verdict_of
from riskguard.services.opinion.picture import Exemplar, Index, Picture, Span, exemplars, picture, surge_of
from riskguard.services.opinion.topics import Topic
from riskguard.services.portrait import Spell, spells

MOST_CAMPAIGNS = 100

Body = Mapping[str, object]


def blueprint(door: Door) -> Blueprint:
    """The routes under /v1/opinion."""
    routes = Blueprint("opinion", __name__, url_prefix="/v1/opinion")
    rules = opinion_rules(door.house.settings)

    def asked() -> Picture:
        community, span, now = door.community(), _span(), door.house.clock()
        return picture(
            community,
            since=now - span.length,
            until=now,
            grain=span.grain,
            begin=door.house.begin,
            rules=rules(),
            scene=_scene(),
        )

    @routes.get("")
    def overview() -> Response:
        seen = asked()
        found = spells(seen.community, since=seen.since, until=seen.until, begin=door.house.begin)
        return answer({**shown(seen), "campaigns": [campaign_object(each) for each in found[:MOST_CAMPAIGNS]]})

    @routes.get("/surges/<surge_id>")
    def surge(surge_id: str) -> Response:
        found = surge_of(surge_id, begin=door.house.begin, community=door.community())
        examples = [_exemplar(each) for each in exemplars(found, begin=door.house.begin)]
        return answer({**surge_object(found), "exemplars": examples})

    @routes.get("/sameness")
    def sameness() -> Response:
        index = asked().sameness
        return answer({**index_object(index), "kind": verdict_of(index.departures)})

    @routes.get("/health")
    def health() -> Response:
        return answer(index_object(asked().health))

    return routes


def shown(of: Picture) -> Body:
    """A picture as a plain object."""
    return {
        "community": of.community,
        "scene": of.scene.value if of.scene else None,
        "since": of.since.isoformat(),
        "until": of.until.isoformat(),
        "bucket_s": int(of.grain),
        "posts": of.posts,
        "accounts": of.accounts,
        "copies": of.copies,
        "actions": dict(of.tallies["action"]),
        "sentiment": dict(of.tallies["sentiment"]),
        "emotions": {name: round(share, 4) for name, share in of.moods.items()},
        "emotions_before": {name: round(share, 4) for name, share in of.moods_before.items()},
        "timeline": [
            {
                "start": each.start.isoformat(),
                "posts": each.posts,
                "accounts": each.accounts,
                "negative": each.negative,
                "copies": each.copies,
            }
            for each in of.points
            if each.posts
        ],
        "topics": [topic_object(each) for each in of.topics],
        "surges": [surge_object(each) for each in of.surges],
    }


def topic_object(topic: Topic) -> Body:
    """A topic as a plain object."""
    return {
        "words": list(topic.words),
        "posts": topic.posts,
        "accounts": topic.accounts,
        "negative": topic.negative,
        "copies": topic.copies,
    }


def surge_object(surge: Surge) -> Body:
    """A surge as a plain object, without its exemplars."""
    return {
        "id": surge.id,
        "series": surge.series.kind.value,
        "name": surge.series.name,
        "scene": surge.series.scene.value if surge.series.scene else None,
        "started_at": surge.started_at.isoformat(),
        "raised_at": surge.raised_at.isoformat(),
        "ended_at": _moment(surge.ended_at),
        "window_min": surge.window_min,
        "accounts": surge.accounts,
        "expected": round(surge.expected, 2),
        "surprise": round(surge.surprise, 1),
        "posts": surge.posts,
        "copies": surge.copies,
        "topics": list(surge.topics),
        "mood": surge.mood or None,
        "mood_before": round(surge.mood_before, 4),
        "mood_now": round(surge.mood_now, 4),
    }


def campaign_object(spell: Spell) -> Body:
    """A campaign over the time asked for, as a plain object."""
    campaign, extent = spell.line.campaign, spell.line.extent
    return {
        "id": campaign.id,
        "kind": told(extent),
        "status": campaign.status.value,
        "standing": rendered_decision(campaign.standing) if campaign.standing else None,
        "posts": spell.posts,
        "accounts": spell.accounts,
        "posts_in_all": extent.posts,
        "accounts_in_all": extent.accounts,
        "first_at": extent.first_at.isoformat(),
        "last_at": extent.last_at.isoformat(),
        "url": f"/v1/campaigns/{campaign.id}",
        "unreadable": campaign.unreadable,
    }


def index_object(index: Index) -> Body:
    """The newest figures of an index, those of the days before, and what left the community's own baseline."""
    days = [*index.past, *([index.now] if index.now else [])]
    return {
        "day": index.now.day.date().isoformat() if index.now else None,
        "figures": {name: round(value, 4) for name, value in index.now.values.items()} if index.now else {},
        "days": [
            {
                "day": each.day.date().isoformat(),
                "figures": {name: round(value, 4) for name, value in each.values.items()},
            }
            for each in days
        ],
        "departures": [
            {"figure": each.name, "value": round(each.value, 4), "usual": round(each.usual, 4)}
            for each in index.departures
        ],
    }


def _exemplar(each: Exemplar) -> Body:
    return {
        "post_id": each.post_id,
        "created_at": each.at.isoformat(),
        "masked_text": each.masked_text,
        "unreadable": each.unreadable,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _span() -> Span:
    word = request.args.get("span", Span.DAY.value)
    try:
        return Span(word)
    except ValueError:
        choices = ", ".join(Span)
        raise InvalidInput(f"'{word}' is no span", field="span", hint=f"choose from {choices}") from None


def _scene() -> Scene | None:
    word = request.args.get("scene", "")
    try:
        return Scene(word) if word else None
    except ValueError:
        choices = ", ".join(Scene)
        raise InvalidInput(f"'{word}' is no scene", field="scene", hint=f"choose from {choices}") from None
