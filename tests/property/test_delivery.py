"""Laws of what leaves the house."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskguard.delivery.guard import Guard, target_of, why_forbidden
from riskguard.delivery.message import BODY_LIMIT_BYTES, rendered
from riskguard.delivery.schedule import WAITS, retry_after, wait_after
from riskguard.domain.errors import ForbiddenAddress
from riskguard.domain.event import Event, EventType

AT = datetime(2026, 3, 1, tzinfo=UTC)
POST = {"id": "pst_1", "post_id": "p1"}
words = st.text(max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
    max_leaves=10,
)


@settings(max_examples=40)
@given(st.dictionaries(words, values, max_size=4), st.integers(min_value=0, max_value=150))
def test_a_body_is_always_json_under_the_limit_and_names_its_post(data: dict[str, object], stretch: int) -> None:
    large = {**data, "long": ["字" * stretch] * stretch, "post": POST}
    body = rendered(Event("msg_1", EventType.POST_JUDGED, "forum", "https://forum.example/", large, AT, AT))
    assert len(body.encode()) < BODY_LIMIT_BYTES
    assert json.loads(body)["data"]["post"] == POST


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_no_ipv4_address_is_public_that_python_calls_private(number: int) -> None:
    address = IPv4Address(number)
    if why_forbidden(address) is None:
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved, address.is_loopback, address.is_link_local))


@given(st.integers(min_value=0, max_value=2**128 - 1) | st.integers(min_value=2 << 124, max_value=(4 << 124) - 1))
def test_only_global_unicast_ipv6_is_public_and_it_hides_no_ipv4(number: int) -> None:
    address = IPv6Address(number)
    if why_forbidden(address) is None:
        assert address in ip_network("2000::/3")
        assert address.ipv4_mapped is None
        assert address.sixtofour is None
        assert address.teredo is None


@settings(max_examples=50)
@given(st.lists(st.ip_addresses(), max_size=4))
def test_whatever_a_name_resolves_to_only_public_addresses_are_permitted(
    addresses: list[IPv4Address | IPv6Address],
) -> None:
    guard = Guard(resolver=lambda _host, _port: [str(address) for address in addresses])
    public = [address for address in addresses if why_forbidden(address) is None]
    if addresses and not public:
        with pytest.raises(ForbiddenAddress):
            guard.permitted("platform.example", 443)
    else:
        assert guard.permitted("platform.example", 443) == public


@given(st.text(max_size=60) | st.from_regex(r"https?://[^/]{0,30}(/.{0,20})?", fullmatch=True))
def test_any_text_is_either_a_web_address_or_refused(url: str) -> None:
    try:
        target = target_of(url)
    except ForbiddenAddress:
        return
    assert target.scheme in ("http", "https")
    assert target.host
    assert target.path.startswith("/")
    assert not any(character.isspace() for character in target.path)


@given(st.text(max_size=40) | st.integers().map(str))
def test_whatever_retry_after_says_the_wait_is_within_a_day(header: str) -> None:
    asked = retry_after(header, at=AT)
    assert asked is None or timedelta(0) <= asked <= timedelta(days=1)


@given(st.integers(min_value=1, max_value=len(WAITS) - 1))
def test_waits_grow_whatever_chance_does(tries: int) -> None:
    """The longest wait after one failure is no longer than the longest after the next; none is zero."""
    waits = [wait_after(n, chance=max) for n in (tries, tries + 1)]
    assert all(waits)
    assert waits == sorted(waits, key=lambda wait: wait or timedelta.max)
