"""Whose things a page shows, and which page of them."""

from __future__ import annotations

from flask import g, request

from riskguard.services.ports import Begin

LAST_PAGE = 40_000
"""Further down nobody reads, and a database counts no further than 64 bits."""


def scope() -> str | None:
    """Whose things to show: those of a member's own community, else of the one chosen, else of all."""
    return g.member.community or request.args.get("community") or None


def communities_of(begin: Begin) -> list[str]:
    """What a member of all communities may choose from."""
    if g.member.community:
        return []
    with begin() as work:
        return [community.name for community in work.communities.all()]


def page_number() -> int:
    """The page asked for, from 1."""
    return min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
