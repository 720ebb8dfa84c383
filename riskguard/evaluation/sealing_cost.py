"""What it costs that people's words are sealed where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from riskguard.domain.post import Post
from riskguard.domain.verdict import Verdict
from riskguard.keyring import Keyring, new_key
from riskguard.services.wire import thin_verdict
from riskguard.store.codec import verdict_json
from riskguard.store.sealing import json_or_nothing


def sealing(verdicts: Sequence[Verdict]) -> Callable[[Sequence[Post]], object]:
    """A step that seals what a post, its verdict and its event leave in the database, digests the author, and opens
    what a worker and a messenger read: the post and the event."""
    ring = Keyring.of([new_key()])
    bodies = {each.post_id: (verdict_json(each), json_or_nothing({"verdict": thin_verdict(each)})) for each in verdicts}

    def keep(post: Post) -> None:
        verdict, event = bodies[post.id]
        for words, place in ((post.text, "posts.text"), (post.author.id, "posts.author_id"), (event, "outbox.data")):
            context = f"{place}:{post.id}"
            ring.open(ring.seal(words, context=context), context=context)
        ring.seal(verdict, context=f"verdicts.body:{post.id}")
        ring.digest(post.author.id, context=f"author:{post.community}")

    def step(batch: Sequence[Post]) -> None:
        for post in batch:
            keep(post)

    return step
