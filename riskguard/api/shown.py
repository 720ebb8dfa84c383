"""Posts and cases as the plain objects of the wire."""

from __future__ import annotations

from urllib.parse import quote

from riskguard.api.repeat import Body
from riskguard.domain.case import Case, CaseFile
from riskguard.domain.errors import NotFound
from riskguard.domain.post import Post
from riskguard.services import portrait
from riskguard.services.events import rendered_decision
from riskguard.services.intake import Receipt
from riskguard.services.ports import Begin
from riskguard.services.wire import rendered_verdict


def received(receipt: Receipt) -> Body:
    """The short answer, as it is kept: where the post can be asked for."""
    return {
        **_named(receipt.post),
        "status": "received" if receipt.verdict is None else "judged",
        "url": address(receipt.post.id),
    }


def with_verdicts(results: object, *, begin: Begin) -> list[Body]:
    """The results of a batch, each that is judged with its verdict: verdicts never change, so no answer keeps them."""
    assert isinstance(results, list)
    judged = [str(each["id"]) for each in results if each["status"] == "judged"]
    if not judged:
        return results
    with begin() as work:
        verdicts = work.verdicts.get_many(judged)
    shown = {post_id: rendered_verdict(verdict) for post_id, verdict in verdicts.items()}
    return [each | {"verdict": shown[each["id"]]} if each.get("id") in shown else each for each in results]


def found(name: str, *, community: str, begin: Begin, all_scores: bool = False) -> Body:
    """The whole post called `name` (our id or the platform's). NotFound in any other community."""
    with begin() as work:
        post = work.posts.find(community, name)
        if post is None:
            raise NotFound(f"no post '{name}'", hint="ask with our id, or with the post_id it was sent with")
        verdict = work.verdicts.get_many([post.id]).get(post.id)
        case = work.cases.of_post(post.id)
    decision = case.decision if case else None
    return {
        **_named(post),
        "community": post.community,
        "status": "decided" if decision else "judged" if verdict else "received",
        "url": address(post.id),
        "created_at": post.created_at.isoformat(),
        "metadata": dict(post.metadata),
        "verdict": rendered_verdict(verdict, all_scores=all_scores) if verdict else None,
        "decision": rendered_decision(decision) if decision else None,
    }


def case_file(file: CaseFile) -> Body:
    """A case with the post and the verdict that a moderator looks at."""
    post = file.post
    return {
        **case_state(file.case),
        "origin": file.case.origin.value,
        "opened_at": file.case.opened_at.isoformat(),
        "post": {
            **_named(post),
            "scene": post.scene.value,
            "author_id": post.author.id,
            "text": post.text,
            "title": post.title,
            "url": post.url,
            "created_at": post.created_at.isoformat(),
        },
        "verdict": rendered_verdict(file.verdict) if file.verdict else None,
        "unreadable": file.unreadable,
        "decisions": [{**rendered_decision(each), "by": each.by} for each in file.case.decisions],
        "grievances": [
            {"origin": each.origin.value, "by": each.by, "reason": each.reason, "at": each.at.isoformat()}
            for each in file.case.grievances
        ],
    }


def campaign_line(line: portrait.Line) -> Body:
    """A campaign in a list."""
    campaign, extent = line.campaign, line.extent
    return {
        "id": campaign.id,
        "community": campaign.community,
        "status": campaign.status.value,
        "version": campaign.version,
        "posts": extent.posts,
        "accounts": extent.accounts,
        "opened_at": campaign.opened_at.isoformat(),
        "first_at": extent.first_at.isoformat(),
        "last_at": extent.last_at.isoformat(),
        "words": line.words,
        "standing": rendered_decision(campaign.standing) if campaign.standing else None,
        "unreadable": campaign.unreadable or line.unreadable,
    }


def campaign_in_full(seen: portrait.Portrait) -> Body:
    """A campaign laid out."""
    line = portrait.Line(seen.campaign, seen.extent, seen.exemplar.words, unreadable=seen.exemplar.unreadable)
    return {
        **campaign_line(line),
        "timeline": [{"at": b.at.isoformat(), "posts": b.posts, "fresh_accounts": b.fresh} for b in seen.timeline],
        "pattern": [
            {
                "text": part.text,
                "fixed": part.fixed,
                "kinds": part.kinds,
                "variants": [{"text": variant.text, "posts": variant.texts} for variant in part.variants],
            }
            for part in seen.pattern
        ],
        "members": [_member(member) for member in seen.members],
        "busiest": [{"account": a, "posts": posts, "campaigns": others} for a, posts, others in seen.accounts],
        "groups": [[{"one": b.one, "other": b.other, "shared": b.shared} for b in g.bonds] for g in seen.groups],
        "labels": list(seen.labels),
        "decisions": [{**rendered_decision(each), "by": each.by} for each in seen.campaign.decisions],
    }


def _member(member: portrait.Member) -> Body:
    decisions = member.case.decisions if member.case else ()
    return {
        "post": member.copy.post_id,
        "post_id": member.post_id,
        "words": member.words,
        "at": member.copy.posted_at.isoformat(),
        "account": member.copy.account,
        "action": member.verdict.action.word if member.verdict else None,
        "case": member.case.id if member.case else None,
        "decision": rendered_decision(decisions[-1]) if decisions else None,
        "unreadable": member.unreadable,
    }


def case_state(case: Case) -> Body:
    """What a caller needs to name a case and to rule on it."""
    return {"id": case.id, "status": case.status.value, "priority": case.priority, "version": case.version}


def address(post_id: str) -> str:
    """Where a post can be asked for."""
    return f"/v1/posts/{quote(post_id, safe='')}"


def _named(post: Post) -> Body:
    return {"id": post.id, "post_id": post.post_id, "revision": post.revision}
