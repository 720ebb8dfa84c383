from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.domain.campaign import Bond, Campaign, Copy, campaign_id, groups, timeline
from riskguard.domain.case import Case, CaseStatus, Decision, Ruling
from riskguard.domain.errors import InvalidInput, StaleVersion
from riskguard.domain.template import template

NOW = datetime(2026, 11, 27, 8, 2, tzinfo=UTC)
CAMPAIGN = Campaign("cmp_1", "tide", "pst_1", NOW)


def _ruling(ruling: Ruling) -> Decision:
    return Decision(ruling, "批量广告", "lin", NOW)


def test_a_ruling_stands_until_it_is_taken_back() -> None:
    ruled = CAMPAIGN.decide(_ruling(Ruling.REMOVE), labels={"ad.contact"}, seen_version=1)
    assert (ruled.status, ruled.version, ruled.labels) == (CaseStatus.DECIDED, 2, ("ad.contact",))
    assert ruled.standing == replace(_ruling(Ruling.REMOVE), campaign="cmp_1")
    back = ruled.decide(_ruling(Ruling.WITHDRAW), labels=(), seen_version=2)
    assert (back.status, back.standing, len(back.decisions)) == (CaseStatus.OPEN, None, 2)


def test_nobody_is_overwritten_and_nothing_is_taken_back_twice() -> None:
    with pytest.raises(StaleVersion):
        CAMPAIGN.decide(_ruling(Ruling.REMOVE), labels=(), seen_version=2)
    with pytest.raises(InvalidInput):
        CAMPAIGN.decide(_ruling(Ruling.WITHDRAW), labels=(), seen_version=1)
    with pytest.raises(InvalidInput):
        Case("cas_1", "pst_1", "tide", 10, NOW).decide(_ruling(Ruling.WITHDRAW), seen_version=1)


@pytest.mark.parametrize(
    ("ruling", "fired", "covered"),
    [
        pytest.param(None, set(), False, id="nobody-has-ruled"),
        pytest.param(Ruling.REMOVE, {"ad.contact", "abuse"}, True, id="a-removal-speaks-for-all"),
        pytest.param(Ruling.APPROVE, set(), True, id="nothing-but-sameness"),
        pytest.param(Ruling.APPROVE, {"ad.contact"}, True, id="what-the-moderator-saw"),
        pytest.param(Ruling.APPROVE, {"ad.contact", "abuse"}, False, id="more-than-the-moderator-saw"),
    ],
)
def test_whom_a_ruling_speaks_for(ruling: Ruling | None, fired: set[str], *, covered: bool) -> None:
    ruled = CAMPAIGN.decide(_ruling(ruling), labels={"ad.contact"}, seen_version=1) if ruling else CAMPAIGN
    assert ruled.covers(fired) is covered


def test_a_campaign_is_named_after_its_first_post() -> None:
    assert (campaign_id("pst_0af3"), campaign_id("p1")) == ("cmp_0af3", "cmp_p1")


def test_a_timeline_counts_posts_and_new_accounts_in_five_minutes() -> None:
    minutes = [("ann", 0), ("bob", 1), ("ann", 2), ("ann", 3), ("cat", 4), ("", 61)]
    copies = [Copy(f"pst_{at}", "pst_0", NOW + timedelta(minutes=at), who) for who, at in minutes]
    found = [(bucket.at.strftime("%H:%M"), bucket.posts, bucket.fresh) for bucket in timeline(reversed(copies))]
    assert found == [("08:00", 3, 2), ("08:05", 2, 1), ("09:00", 1, 0)]


def test_accounts_that_appear_together_twice_are_a_group() -> None:
    took_part = {
        "ann": {"c1", "c2", "c3"},
        "bob": {"c1", "c2", "c3"},
        "cat": {"c2", "c3"},
        "dan": {"c3"},
        "eve": {"c8", "c9"},
        "fay": {"c8", "c9"},
    }
    first, second = groups(took_part)
    assert (first.accounts, first.strength) == (("ann", "bob", "cat"), 7)
    assert first.bonds[0] == Bond("ann", "bob", 3)
    assert second.accounts == ("eve", "fay")
    assert groups({"ann": {"c1"}, "bob": {"c1"}}) == []


@pytest.mark.parametrize(
    ("exemplar", "members", "shown"),
    [
        pytest.param("加我微信abc领资料", ["加我微信xyz领资料"] * 4, "加我微信[abc]领资料", id="a-slot"),
        pytest.param("加我微信领资料", ["加我微信xyz领资料"] * 4, "加我微信[]领资料", id="something-put-in"),
        pytest.param("今天领资料速来", ["今天领资料"] * 4, "今天领资料[速来]", id="a-slot-at-the-end"),
        pytest.param("今天领资料", ["今天领资料"] * 3, "今天领资料", id="all-the-same"),
        pytest.param("今天领资料", [], "今天领资料", id="nobody-else"),
        pytest.param("", ["今天"], "", id="nothing-said"),
        pytest.param(
            "今天领资料吧",
            ["今天领资料吧"] * 9 + ["明天领资料吧"],
            "今天领资料吧",
            id="one-of-ten-differs",
        ),
    ],
)
def test_what_is_fixed_and_what_varies(exemplar: str, members: list[str], shown: str) -> None:
    parts = template(exemplar, members)
    assert "".join(part.text if part.fixed else f"[{part.text}]" for part in parts) == shown


def test_a_slot_tells_its_variants() -> None:
    parts = template("加我微信abc领资料", ["加我微信xyz领资料", "加我微信xyz领资料", "加我微信领资料"])
    (slot,) = [part for part in parts if not part.fixed]
    assert [(each.text, each.texts) for each in slot.variants] == [("xyz", 2), ("abc", 1), ("", 1)]
    assert slot.kinds == 3


@given(st.text(alphabet="今天领资料", max_size=20), st.lists(st.text(alphabet="今天领资料吧", max_size=20), max_size=6))
def test_the_parts_of_a_pattern_are_the_exemplar(exemplar: str, members: list[str]) -> None:
    parts = template(exemplar, members)
    assert "".join(part.text for part in parts) == exemplar
    assert all(sum(v.texts for v in part.variants) <= len(members) + 1 for part in parts)
