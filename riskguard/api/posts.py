"""Posts: send one, send many, ask what became of one, complain of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request

from riskguard.api.bodies import batch_items, checked, parsed_json
from riskguard.api.door import Door, answer, flag, sent_body, wait_preference
from riskguard.api.problems import problem
from riskguard.api.repeat import REPLAYED, Body, Repeatable, answered_once
from riskguard.api.schemas import GrievanceIn, PostIn
from riskguard.api.shown import case_state, found, received, with_verdicts
from riskguard.domain.case import Origin
from riskguard.domain.errors import ForbiddenAddress, InvalidInput
from riskguard.domain.post import Lane, Post
from riskguard.services.grievance import hear
from riskguard.services.intake import Keeping, Receipt, accept

POLL_S = 0.2
"""How often the database is asked while a request is held open and the line cannot tell."""

Answered = tuple[int, Body]


def blueprint(door: Door) -> Blueprint:
    """The routes under /v1/posts."""
    routes = Blueprint("posts", __name__, url_prefix="/v1/posts")
    begin = door.house.begin

    @routes.post("")
    def send() -> Response:
        return _send(door)

    @routes.post("/batch")
    def send_batch() -> Response:
        return _send_batch(door)

    @routes.get("/<path:name>")
    def show(name: str) -> Response:
        return answer(found(name, community=door.community(), begin=begin, all_scores=flag("all_scores")))

    @routes.post("/<path:name>/reports")
    def report(name: str) -> Response:
        return _complain(door, name, Origin.REPORT)

    @routes.post("/<path:name>/appeals")
    def appeal(name: str) -> Response:
        return _complain(door, name, Origin.APPEAL)

    return routes


# --- sending ------------------------------------------------------------------------------------------------------


def _send(door: Door) -> Response:
    community = door.community()
    raw = sent_body()

    def work(repeat: Repeatable | None) -> Answered:
        draft = _draft(door, community, parsed_json(raw))
        door.pay(community, 1)
        return _accepted(door, [draft], community, Lane.LIVE, repeat, _one)

    status, body, replayed = answered_once(work, community=community, raw=raw, begin=door.house.begin)
    return _told(door, community, status, body, replayed=replayed)


def _one(receipts: Sequence[Receipt]) -> Answered:
    (receipt,) = receipts
    return 202 if receipt.verdict is None else 200, received(receipt)


def _told(door: Door, community: str, status: int, body: Body, *, replayed: bool) -> Response:
    """The whole post where it is judged already or within the time that the caller waits, else the short answer."""
    wait = wait_preference()
    own_id = str(body["id"])
    if wait is not None:
        wait = min(wait, door.house.settings.max_wait_s)
    if status == 202 and wait and _judged_in_time(door, own_id, wait):
        status = 200
    shown = answer(body, 202)
    if status == 200:
        shown = answer(found(own_id, community=community, begin=door.house.begin))
    shown.headers["Location"] = str(body["url"])
    if wait is not None:
        shown.headers["Preference-Applied"] = f"wait={wait:g}"
    if replayed:
        shown.headers[REPLAYED] = "true"
    return shown


def _judged_in_time(door: Door, post_id: str, timeout_s: float) -> bool:
    """Whether the post has a verdict when the time is over; asked once only while too many requests wait already."""
    if not door.waiters.acquire(blocking=False):
        return _judged(door, post_id)
    try:
        _wait(door, post_id, until=time.monotonic() + timeout_s)
    finally:
        door.waiters.release()
    return _judged(door, post_id)


def _wait(door: Door, post_id: str, *, until: float) -> None:
    try:
        door.line.wait_for(post_id, timeout_s=max(0.0, until - time.monotonic()))
    except Exception:  # whatever the transport raises: when the line cannot tell, the database can
        while time.monotonic() < until and not _judged(door, post_id):
            time.sleep(POLL_S)


def _judged(door: Door, post_id: str) -> bool:
    with door.house.begin() as work:
        return post_id in work.verdicts.get_many([post_id])


def _send_batch(door: Door) -> Response:
    community = door.community()
    raw = sent_body()

    def work(repeat: Repeatable | None) -> Answered:
        outcomes = [_tried(door, community, item) for item in batch_items(raw, request.mimetype)]
        drafts = [outcome for outcome in outcomes if isinstance(outcome, Post)]
        door.pay(community, max(1, len(drafts)))

        def many(receipts: Sequence[Receipt]) -> Answered:
            each = iter(receipts)
            return 202, {"results": [received(next(each)) if isinstance(o, Post) else o for o in outcomes]}

        return _accepted(door, drafts, community, Lane.BULK, repeat, many)

    status, body, replayed = answered_once(work, community=community, raw=raw, begin=door.house.begin)
    shown = answer(body | {"results": with_verdicts(body["results"], begin=door.house.begin)}, status)
    if replayed:
        shown.headers[REPLAYED] = "true"
    return shown


def _tried(door: Door, community: str, item: object) -> Post | Body:
    """The draft of one item of a batch, or the problem that it is."""
    try:
        if isinstance(item, InvalidInput):
            raise item
        return _draft(door, community, item)
    except (InvalidInput, ForbiddenAddress) as error:
        name = item.get("post_id") if isinstance(item, dict) else None
        return {"post_id": name if isinstance(name, str) else None, "status": "refused", "problem": problem(error)}


def _draft(door: Door, community: str, value: object) -> Post:
    house = door.house
    sent = checked(PostIn, value)
    if sent.callback_url:
        door.check_callback(sent.callback_url)
    return sent.draft(community, now=house.clock(), max_text_chars=house.settings.max_text_chars)


def _accepted(
    door: Door,
    drafts: Sequence[Post],
    community: str,
    lane: Lane,
    repeat: Repeatable | None,
    shown: Callable[[Sequence[Receipt]], Answered],
) -> Answered:
    """The answer for drafts that are safe now; kept in their transaction when the request names a key."""
    house = door.house
    keep = None
    if repeat is not None:
        keep = Keeping(repeat.key, lambda receipts: repeat.answer(*shown(receipts), at=house.clock()))
    receipts = accept(
        drafts, community=community, lane=lane, begin=house.begin, line=door.line, clock=house.clock, keep=keep
    )
    door.meters.accepted(lane, sum(receipt.new for receipt in receipts))
    return shown(receipts)


# --- complaining --------------------------------------------------------------------------------------------------


def _complain(door: Door, name: str, origin: Origin) -> Response:
    community = door.community()
    said = checked(GrievanceIn, parsed_json(sent_body()))
    door.pay(community, 1)
    hearing = hear(
        name,
        community=community,
        origin=origin,
        by=said.by,
        reason=said.reason,
        begin=door.house.begin,
        clock=door.house.clock,
    )
    return answer({**case_state(hearing.case), "post": hearing.post.id}, 201, Location=f"/v1/cases/{hearing.case.id}")
