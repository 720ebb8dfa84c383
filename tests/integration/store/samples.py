"""Small values that the store's tests keep and ask for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from riskguard.domain.care import Care, Contact
from riskguard.domain.case import Case
from riskguard.domain.event import Event, EventType
from riskguard.domain.finding import Abstention, Cause, EvidenceSpan, Finding
from riskguard.domain.member import Community
from riskguard.domain.post import Author, Lane, Post, Scene
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.services.ports import Begin

NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def settle(begin: Begin, *names: str) -> None:
    """Add communities of these names."""
    with begin() as work:
        for name in names:
            work.communities.add(Community(name, NOW))
        work.commit()


def post(number: int = 1, *, community: str = "forum", revision: int = 1, text: str = "今天天气不错") -> Post:
    """A post with something in every field."""
    return Post(
        id=f"pst_{community}_{number}_{revision}",
        community=community,
        post_id=f"p{number}",
        text=text,
        created_at=NOW - SECOND,
        author=Author(id="作者1", trust=2, created_at=NOW - 1000 * SECOND),
        scene=Scene.COMMENT,
        revision=revision,
        title="标题",
        url="https://forum.example/p/1",
        thread_id="t1",
        parent_id="p0",
        callback_url="https://forum.example/hook",
        metadata={"来源": ["app", 1, None], "nested": {"ok": True}},
    )


def verdict(of: Post, action: Action = Action.REVIEW) -> Verdict:
    """A verdict with something in every field."""
    finding = Finding(
        "abuse.insult", 0.931, "lexicon", (EvidenceSpan(0, 2, "listed word"),), {"tier": 1, "soft": False}
    )
    return Verdict(
        post_id=of.id,
        action=action,
        labels={"abuse.insult": 0.931},
        findings=(finding,),
        rules=(FiredRule("abuse", action, "辱骂", "第十条", ("abuse.insult",)),),
        alerts=("spam-wave", "care"),
        care=Care("care", "愿你有人陪", (Contact("某处", "000-1234"),)),
        masked_text="**天气不错",
        campaign="cmp_1",
        abstentions=(Abstention("linear", "no model", Cause.ABSENT, ("rumour",)),),
        policy_version="0123456789ab",
        models={"lexicon": "abc"},
    )


def case(of: Post, *, priority: int = 50, opened_at: datetime = NOW) -> Case:
    """An open case of this post."""
    return Case(id=f"cas_{of.id}", post_id=of.id, community=of.community, priority=priority, opened_at=opened_at)


def event(
    number: int, *, at: datetime = NOW, community: str = "forum", url: str = "https://forum.example/hook"
) -> Event:
    """A waiting event that is due at `at`."""
    data = {"post": {"id": f"pst_{number}"}}
    return Event(f"msg_{number:03}", EventType.POST_JUDGED, community, url, data, created_at=at, next_attempt_at=at)


def keep(begin: Begin, *posts: Post, lane: Lane = Lane.LIVE, received_at: datetime = NOW) -> None:
    """Add posts in one transaction."""
    with begin() as work:
        work.posts.add(posts, lane, received_at=received_at)
        work.commit()
