"""What a request may look like, and what its sender hears when it does not."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.api.bodies import BodyInvalid, batch_items, checked, parsed_json
from riskguard.api.schemas import AuthorIn, PostIn
from riskguard.domain.errors import TooLarge

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def body(**more: object) -> dict[str, Any]:
    return {"post_id": "p1", "text": "你好", "author": {"id": "u1"}} | more


def faults(value: object) -> dict[str, tuple[str, str]]:
    """Pointer -> (detail, hint)."""
    with pytest.raises(BodyInvalid) as caught:
        checked(PostIn, value)
    return {fault.pointer: (fault.detail, fault.hint) for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("more", "pointer", "detail"),
    [
        pytest.param({"post_id": ""}, "/post_id", "at least 1 character", id="empty-id"),
        pytest.param({"post_id": "x" * 201}, "/post_id", "at most 200 characters", id="long-id"),
        pytest.param({"post_id": 7}, "/post_id", "valid string", id="number-as-id"),
        pytest.param({"text": ""}, "/text", "at least 1 character", id="empty-text"),
        pytest.param({"text": None}, "/text", "valid string", id="null-text"),
        pytest.param({"text": "a\x00b"}, "/text", "NUL", id="nul-in-text"),
        pytest.param({"title": "\x00"}, "/title", "NUL", id="nul-in-title"),
        pytest.param({"author": {"id": "\x00"}}, "/author/id", "NUL", id="nul-in-author"),
        pytest.param({"author": {}}, "/author/id", "is missing", id="no-author-id"),
        pytest.param({"author": {"id": "u", "trust": 5}}, "/author/trust", "less than or equal to 4", id="trust-5"),
        pytest.param({"author": {"id": "u", "trust": "2"}}, "/author/trust", "valid integer", id="trust-as-text"),
        pytest.param({"author": {"id": "u", "trust": True}}, "/author/trust", "valid integer", id="trust-as-truth"),
        pytest.param({"scene": "forum"}, "/scene", "post, comment, nickname", id="unknown-scene"),
        pytest.param({"created_at": "2026-11-22T14:05:00"}, "/created_at", "no offset", id="naive-time"),
        pytest.param({"created_at": 1795000000}, "/created_at", "ISO 8601", id="unix-time"),
        pytest.param({"created_at": "1795000000"}, "/created_at", "ISO 8601", id="unix-time-as-text"),
        pytest.param({"created_at": "0001-01-01T00:00:00+14:00"}, "/created_at", "years 1 to 9999", id="year-0"),
        pytest.param({"callback_url": "ftp://example.com"}, "/callback_url", "http://", id="ftp"),
        pytest.param({"callback_url": "https://"}, "/callback_url", "http://", id="no-host"),
        pytest.param({"callback_url": "http://x:0/"}, "/callback_url", "http://", id="port-0"),
        pytest.param({"callback_url": "http://a b/"}, "/callback_url", "http://", id="blank-in-url"),
        pytest.param({"callback_url": "http://x:99999/"}, "/callback_url", "http://", id="port-out-of-range"),
        pytest.param({"callback_url": "http://[::1/"}, "/callback_url", "http://", id="broken-ipv6"),
        pytest.param({"metadata": {"k": "v" * 9000}}, "/metadata", "8192 bytes", id="large-metadata"),
        pytest.param({"metadata": {"k": ["\x00"]}}, "/metadata", "NUL", id="nul-deep-in-metadata"),
        pytest.param({"metadata": []}, "/metadata", "should be an object", id="metadata-as-list"),
        pytest.param({"author": "u1"}, "/author", "should be an object", id="author-as-text"),
    ],
)
def test_a_fault_is_named_with_its_place(more: dict[str, object], pointer: str, detail: str) -> None:
    found = faults(body(**more))
    assert list(found) == [pointer]
    assert detail in found[pointer][0]


def test_all_faults_come_at_once_with_hints() -> None:
    found = faults({"postid": "1", "author": {"id": "u", "trst": 1}, "created_at": "2026-11-22T14:05:00"})
    assert set(found) == {"/post_id", "/text", "/author/trst", "/created_at", "/postid"}
    assert found["/postid"] == ("is not a known field", "did you mean 'post_id'?")
    assert found["/author/trst"][1] == "did you mean 'trust'?"
    assert "+08:00" in found["/created_at"][1]


def test_an_unknown_field_like_no_other_is_answered_with_the_list() -> None:
    assert faults(body(**{"a/b~": 1}))["/a~1b~0"][1].startswith("known fields: post_id, text, author")


@pytest.mark.parametrize("value", [None, 3, "x", [body()], True])
def test_only_an_object_is_a_post(value: object) -> None:
    with pytest.raises(BodyInvalid, match="expected a JSON object"):
        checked(PostIn, value)


def test_a_post_becomes_a_draft_in_utc() -> None:
    sent = checked(
        PostIn,
        body(
            scene="live_chat",
            created_at="2026-11-22T14:05:00.5+08:00",
            author={"id": "u", "trust": 4, "created_at": "2020-01-01T00:00:00Z"},
            metadata={"room": 5, "标签": ["a", None], "code": r"\u0000"},
            callback_url="https://example.com/hook?x=1",
        ),
    )
    post = sent.draft("c1", now=NOW, max_text_chars=2)
    assert post.created_at == datetime(2026, 11, 22, 6, 5, 0, 500_000, UTC)
    assert post.created_at.tzinfo is UTC
    assert (post.author.trust, post.author.created_at) == (4, datetime(2020, 1, 1, tzinfo=UTC))
    assert (post.community, post.scene, post.revision) == ("c1", "live_chat", 1)
    assert post.metadata == {"room": 5, "标签": ["a", None], "code": r"\u0000"}


def test_without_a_time_it_is_now_and_a_long_text_is_too_large() -> None:
    sent = checked(PostIn, body())
    assert sent.draft("c1", now=NOW, max_text_chars=2).created_at == NOW
    with pytest.raises(TooLarge, match="has 2 characters, the limit is 1"):
        sent.draft("c1", now=NOW, max_text_chars=1)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b'{"a": "\\ud800"}', b'{"a": "\xff"}', b'{"a": NaN}', b"[" * 400, b"1" * 5000, b'{"a":1}{"b":2}'],
)
def test_what_is_no_json_says_where_it_breaks(raw: bytes) -> None:
    with pytest.raises(BodyInvalid, match="line 1 column"):
        parsed_json(raw)


@pytest.mark.parametrize(
    ("raw", "kind", "items"),
    [
        (b' [1, {"a": 2}]', "application/json", [1, {"a": 2}]),
        (b'1\n\n{"a": 2}\r\n', "application/x-ndjson", [1, {"a": 2}]),
        (b'{"a": 2}', "application/json", [{"a": 2}]),
        (b"[1]\n[2]", "application/x-ndjson", [[1], [2]]),
    ],
)
def test_a_batch_is_an_array_or_lines(raw: bytes, kind: str, items: list[object]) -> None:
    assert batch_items(raw, kind) == items


def test_a_broken_line_keeps_its_place() -> None:
    first, broken, last = batch_items(b"1\n{\n3", "application/x-ndjson")
    assert (first, last) == (1, 3)
    assert isinstance(broken, BodyInvalid)


@pytest.mark.parametrize("line", [b"x\n", b"1\n", b"{}\n"])
def test_a_million_lines_are_refused_before_they_are_parsed(line: bytes) -> None:
    raw = line * 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="more than 1000 posts"):
            batch_items(raw, "application/x-ndjson")
        assert tracemalloc.get_traced_memory()[1] < 2 * len(raw)
    finally:
        tracemalloc.stop()


def test_blank_lines_are_no_posts() -> None:
    assert batch_items(b"\n \r\n" * 2_000 + b"1", "application/x-ndjson") == [1]


@pytest.mark.parametrize("place", ["", "/author"])
def test_an_object_with_very_many_unknown_fields_is_one_fault(place: str) -> None:
    crowd = {f"f{number}": 1 for number in range(500)}
    found = faults(body(**crowd) if not place else body(author=crowd))
    assert list(found) == [place]
    assert "fields" in found[place][0]


def test_of_very_many_faults_the_first_are_told_and_the_others_counted() -> None:
    with pytest.raises(BodyInvalid, match="and 59 more") as caught:
        checked(PostIn, body(**{f"f{number}": 1 for number in range(60)}))
    assert len(caught.value.faults) == 20


def outcome(value: object) -> PostIn | BodyInvalid:
    try:
        return checked(PostIn, value)
    except BodyInvalid as fault:
        return fault


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_any_value_in_any_field_is_a_post_or_a_fault_at_that_field(value: object) -> None:
    for name in PostIn.model_fields:
        found = outcome(body(**{name: value}))
        if isinstance(found, BodyInvalid):
            assert {fault.pointer.split("/")[1] for fault in found.faults} == {name}
        else:
            assert "\x00" not in repr(found)


@given(st.binary(max_size=60))
def test_any_bytes_are_lines_of_values_or_of_faults(raw: bytes) -> None:
    lines = [line for line in raw.split(b"\n") if line.strip()]
    if lines:
        assert len(batch_items(raw, "application/x-ndjson")) == len(lines)


def test_a_fault_in_another_shape_names_its_fields() -> None:
    with pytest.raises(BodyInvalid) as caught:
        checked(AuthorIn, {"id": "u", "name": "x"})
    assert caught.value.faults[0].hint == "known fields: id, trust, created_at"
