import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from standardwebhooks import Webhook

from riskguard.delivery.message import BODY_LIMIT_BYTES, rendered, signed
from riskguard.domain.event import Event, EventType

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
POST = {"id": "pst_1", "post_id": "p1", "revision": 1, "community": "forum"}


def _event(data: Mapping[str, object]) -> Event:
    return Event("msg_1", EventType.POST_JUDGED, "forum", "https://forum.example/hook", data, AT, AT)


def test_the_vector_of_the_standard() -> None:
    key = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', key=key, at=at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_a_time_of_another_zone_is_signed_as_the_same_moment() -> None:
    key = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert signed("msg_1", "{}", key=key, at=shanghai) == signed("msg_1", "{}", key=key, at=AT)


def test_a_body_is_compact_and_in_its_own_letters() -> None:
    assert rendered(_event({"post": POST, "why": "引流广告"})) == (
        '{"type":"post.judged","timestamp":"2026-03-01T12:00:00Z","data":{"post":{"id":"pst_1","post_id":"p1",'
        '"revision":1,"community":"forum"},"why":"引流广告"}}'
    )


def test_half_of_a_pair_of_surrogates_can_still_be_sent() -> None:
    assert json.loads(rendered(_event({"why": "\ud83d"})).encode())["data"] == {"why": "\ud83d"}


def test_a_large_body_keeps_its_strongest_labels_and_says_that_it_was_trimmed() -> None:
    labels = {f"custom.label-{n:04}": n / 2000 for n in range(1500)}
    verdict = {"action": "review", "labels": labels, "rules": [{"id": f"r{n}", "because": "理由"} for n in range(30)]}
    body = rendered(_event({"post": POST, "verdict": verdict}))
    sent = json.loads(body)["data"]
    assert len(body.encode()) < BODY_LIMIT_BYTES
    assert sent["trimmed"] is True
    assert sent["post"] == POST
    assert sent["verdict"]["action"] == "review"
    assert next(iter(sent["verdict"]["labels"])) == "custom.label-1499"


def test_a_long_reason_is_cut_at_its_end() -> None:
    body = rendered(_event({"post": POST, "decision": {"ruling": "remove", "reason": "长" * 9_000}}))
    reason = json.loads(body)["data"]["decision"]["reason"]
    assert reason == "长" * 1_000 + "…"


def test_a_body_just_under_the_limit_is_left_whole() -> None:
    spare = BODY_LIMIT_BYTES - 1 - len(rendered(_event({"why": ""})))
    assert "trimmed" not in rendered(_event({"why": "a" * spare}))
    assert "trimmed" in rendered(_event({"why": "a" * (spare + 1)}))
