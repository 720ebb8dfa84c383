"""Campaigns against a real store: opened by verdicts, ruled on as one, and later members with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from riskguard.bootstrap import word_mask
from riskguard.detectors.panel import Panel
from riskguard.detectors.similar import MemoryLookAlikes, SimilarDetector
from riskguard.domain.alert import AlertStatus
from riskguard.domain.audit import AuditFilter
from riskguard.domain.campaign import campaign_id
from riskguard.domain.care import Care
from riskguard.domain.case import CaseStatus, Decision, Grievance, Origin, Ruling
from riskguard.domain.errors import InvalidInput, KeyMissing, NotFound, SealBroken, StaleVersion
from riskguard.domain.event import EventType
from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.line import Batch
from riskguard.domain.member import Community
from riskguard.domain.post import Author, Lane, Post, Scene
from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.domain.verdict import Action
from riskguard.policy.model import Policy, Threshold
from riskguard.services import campaigns, portrait
from riskguard.services.audit import page_of
from riskguard.services.moderate import moderate
from riskguard.services.ports import Begin
from riskguard.text.view import TextView
from tests.fixtures.database import spoil

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SECRET = "whsec_dGlkZS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5"
TEMPLATE = "限时福利大放送，名额有限，想要的朋友抓紧联系{}，今天之内都可以领取，过期不再补发"
TAXONOMY = Taxonomy(
    {
        name: Label(name, name, name, Family.COMPLIANCE, severity=2)
        for name in ("ad", "abuse", "similar.campaign", "similar.near_duplicate", "similar.flood")
    }
)
POLICY = Policy(
    "p",
    "v1",
    thresholds=(
        Threshold("similar.campaign", 0.27, Action.REVIEW),
        Threshold("similar.campaign", 0.27, alert="campaign"),
        Threshold("ad", 0.5, Action.REVIEW),
        Threshold("abuse", 0.5, Action.REVIEW),
        Threshold("abuse", 0.5, alert="care"),
    ),
    care=(Care("care", "有人愿意听你说", ()),),
)
"""From five accounts on."""


class Book:
    def policy_for(self, community: str, scene: Scene) -> Policy:
        return POLICY


class Words:
    """Finds 'ad' where a text says 领取, and 'abuse' where it says 废物."""

    name, version, labels = "words", "1", frozenset({"ad", "abuse"})
    absences: tuple[Abstention, ...] = ()

    def __init__(self, *found: str) -> None:
        self._found = found

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        words = {"ad": "领取", "abuse": "废物"}
        return [[Finding(x, 0.9, "words") for x in self._found if words[x] in post.text] for post in posts]


@dataclass
class Bell:
    rung: int = 0

    def ring(self) -> None:
        self.rung += 1

    def heard(self) -> None: ...


@dataclass
class Tide:
    """A community of five days, into which posts are sent and judged."""

    begin: Begin
    panel: Panel
    now: datetime = NOW
    sent: int = 0

    def say(self, text: str, author: str) -> Post:
        """The post as it was sent; it is judged at once."""
        self.sent += 1
        self.now += timedelta(minutes=1)
        post = Post(f"pst_{self.sent:04}", "tide", f"p{self.sent}", text, self.now, Author(author))
        with self.begin() as work:
            work.posts.add([post], Lane.LIVE, received_at=self.now)
            work.commit()
        self.judge(post.id)
        return post

    def judge(self, *post_ids: str) -> None:
        moderate(
            Batch("b", post_ids),
            begin=self.begin,
            panel=self.panel,
            policies=Book(),
            taxonomy=TAXONOMY,
            clock=lambda: self.now,
            bell=Bell(),
        )

    def push(self, accounts: int, *, start: int = 0, text: str = TEMPLATE) -> list[Post]:
        """As many look-alikes by as many accounts."""
        return [self.say(text.format(f"暗号{n}"), f"account-{n}") for n in range(start, start + accounts)]

    def decide(self, ruling: Ruling, *, version: int = 1, campaign: str = "cmp_0001") -> None:
        campaigns.decide(
            campaign,
            ruling=ruling,
            reason="批量发布",
            by="lin",
            actor="member:lin",
            seen_version=version,
            begin=self.begin,
            clock=lambda: self.now,
            bell=Bell(),
            mask=word_mask(),
            community="tide",
        )

    def rulings(self, posts: Sequence[Post]) -> list[str]:
        """The ruling in force on each post; '-' where there is none."""
        with self.begin() as work:
            cases = work.cases.of_posts([post.id for post in posts])
        found = [cases[post.id].decision if post.id in cases else None for post in posts]
        return [each.ruling.value if each else "-" for each in found]

    def events(self, kind: EventType) -> list[dict[str, object]]:
        with self.begin() as work:
            return [dict(event.data) for event in work.outbox.recent(community="tide", limit=500) if event.type is kind]


def _tide(begin: Begin, *found: str) -> Tide:
    with begin() as work:
        work.communities.add(Community("tide", NOW, "https://tide.example/hook", SECRET))
        work.commit()
    return Tide(begin, Panel([SimilarDetector(MemoryLookAlikes()), Words(*found)]))


@pytest.fixture
def tide(begin: Begin) -> Tide:
    return _tide(begin)


@pytest.fixture
def caring(begin: Begin) -> Tide:
    """A community whose policy offers care where 'abuse' is found."""
    return _tide(begin, "abuse")


@pytest.fixture
def selling(begin: Begin) -> Tide:
    """A community in which the look-alikes are adverts, too."""
    return _tide(begin, "ad", "abuse")


def test_enough_accounts_open_one_campaign_with_all_who_said_it(tide: Tide) -> None:
    posts = tide.push(4)
    assert portrait.listed(begin=tide.begin, community="tide").lines == ()
    posts += tide.push(3, start=4)
    (line,) = portrait.listed(begin=tide.begin, community="tide").lines
    assert (line.campaign.id, line.extent.posts, line.extent.accounts) == (campaign_id(posts[0].id), 7, 7)
    assert "暗号0" in line.words
    with tide.begin() as work:
        verdicts = work.verdicts.get_many([post.id for post in posts])
        assert work.cases.tally("tide") == {}
    assert [verdicts[post.id].campaign for post in posts] == [None] * 4 + ["cmp_0001"] * 3
    (told,) = tide.events(EventType.CAMPAIGN_DETECTED)
    assert told == {
        "campaign": {
            "id": "cmp_0001",
            "community": "tide",
            "posts": 5,
            "accounts": 5,
            "first_at": posts[0].created_at.isoformat(),
            "last_at": posts[4].created_at.isoformat(),
            "url": "/v1/campaigns/cmp_0001",
        }
    }


def test_a_campaign_raises_one_alert_that_grows_and_ends_with_a_ruling(tide: Tide) -> None:
    tide.push(7)
    with tide.begin() as work:
        (kept,) = work.alerts.listed(community="tide", statuses=(), kind="campaign", limit=9)
        assert work.alerts.listed(community="tide", statuses=(), kind="verdict", limit=9) == []
    assert (kept.alert.summary, kept.alert.page, kept.count) == (
        "7 个账号发布了 7 篇近似内容",
        "campaigns/cmp_0001",
        3,
    )
    tide.decide(Ruling.REMOVE)
    with tide.begin() as work:
        (over,) = work.alerts.listed(community="tide", statuses=(), kind="campaign", limit=9)
    assert over.status is AlertStatus.RESOLVED


def test_one_ruling_is_given_to_all_and_to_later_members(tide: Tide) -> None:
    posts = tide.push(6)
    tide.decide(Ruling.REMOVE)
    later = tide.push(2, start=20)
    assert tide.rulings(posts + later) == ["remove"] * 8
    with tide.begin() as work:
        last = work.cases.of_posts([later[0].id])[later[0].id].decisions[-1]
        verdict = work.verdicts.get_many([later[0].id])[later[0].id]
        assert work.cases.tally("tide") == {"decided": 8}
    assert (last.campaign, last.by, last.reason) == ("cmp_0001", "lin", "批量发布")
    assert (verdict.action, verdict.alerts) == (Action.REVIEW, ("campaign",))
    told = tide.events(EventType.CASE_DECIDED)
    assert len(told) == 8
    assert {str(each["decision"]["campaign"]) for each in told} == {"cmp_0001"}  # type: ignore[index]


def test_a_ruling_is_audited(tide: Tide) -> None:
    tide.push(6)
    tide.decide(Ruling.REMOVE)
    (row,) = page_of(AuditFilter(event="campaign.decided"), begin=tide.begin, limit=9)
    assert (row.actor, row.subject, row.community) == ("member:lin", "cmp_0001", "tide")


def test_a_ruling_can_be_taken_back(tide: Tide) -> None:
    posts = tide.push(6)
    tide.decide(Ruling.REMOVE)
    tide.decide(Ruling.WITHDRAW, version=2)
    later = tide.push(1, start=30)
    assert tide.rulings(posts + later) == ["-"] * 7
    with tide.begin() as work:
        assert work.campaigns.tally("tide") == {"open": 1}
        assert work.cases.tally("tide") == {"open": 6}
    tide.decide(Ruling.APPROVE, version=3)
    assert tide.rulings(posts + later) == ["approve"] * 7


def test_a_post_that_was_ruled_on_by_itself_keeps_its_ruling(selling: Tide) -> None:
    posts = selling.push(6)
    with selling.begin() as work:
        own = work.cases.of_posts([posts[2].id])[posts[2].id]
        work.cases.save(own.decide(Decision(Ruling.APPROVE, "店主本人", "zhou", NOW), seen_version=1), seen_version=1)
        work.commit()
    selling.decide(Ruling.REMOVE)
    assert selling.rulings(posts) == ["remove", "remove", "approve", "remove", "remove", "remove"]
    selling.decide(Ruling.WITHDRAW, version=2)
    assert selling.rulings(posts) == ["-", "-", "approve", "-", "-", "-"]


def test_an_approval_does_not_cover_what_the_moderator_had_not_seen(selling: Tide) -> None:
    posts = selling.push(6)
    selling.decide(Ruling.APPROVE)
    plain, worse = selling.push(1, start=40)[0], selling.say(TEMPLATE.format("暗号废物"), "account-41")
    assert selling.rulings([*posts, plain, worse]) == ["approve"] * 7 + ["-"]
    with selling.begin() as work:
        assert work.cases.of_posts([worse.id])[worse.id].status is CaseStatus.OPEN


def test_an_appeal_that_nobody_has_answered_waits_for_a_person(tide: Tide) -> None:
    posts = tide.push(6)
    tide.decide(Ruling.REMOVE)
    with tide.begin() as work:
        case = work.cases.of_posts([posts[1].id])[posts[1].id]
        heard = Grievance(Origin.APPEAL, "account-1", "是通知", tide.now + timedelta(minutes=1))
        work.cases.save(case.hear(heard), seen_version=case.version)
        work.commit()
    tide.now += timedelta(minutes=2)
    tide.decide(Ruling.APPROVE, version=2)
    assert tide.rulings(posts) == ["approve", "remove", *["approve"] * 4]
    with tide.begin() as work:
        assert work.cases.of_posts([posts[1].id])[posts[1].id].status is CaseStatus.OPEN


def test_whoever_may_need_care_is_seen_by_a_person(caring: Tide) -> None:
    caring.push(6)
    caring.decide(Ruling.REMOVE)
    hurt = caring.say(TEMPLATE.format("暗号废物"), "account-50")
    assert caring.rulings([hurt]) == ["-"]
    with caring.begin() as work:
        assert work.cases.of_posts([hurt.id])[hurt.id].status is CaseStatus.OPEN


def test_nobody_is_overwritten_and_others_communities_stay_hidden(tide: Tide) -> None:
    tide.push(6)
    tide.decide(Ruling.REMOVE)
    with pytest.raises(StaleVersion):
        tide.decide(Ruling.APPROVE, version=1)
    tide.decide(Ruling.WITHDRAW, version=2)
    with pytest.raises(InvalidInput):
        tide.decide(Ruling.WITHDRAW, version=3)
    with pytest.raises(NotFound):
        portrait.portrait("cmp_0001", begin=tide.begin, community="grove")
    with pytest.raises(NotFound):
        tide.decide(Ruling.REMOVE, campaign="cmp_none")


def test_a_campaign_is_laid_out(tide: Tide) -> None:
    posts = tide.push(6)
    tide.say(TEMPLATE.format("暗号9"), "account-0")
    seen = portrait.portrait("cmp_0001", begin=tide.begin, community="tide")
    assert (seen.extent.posts, seen.extent.accounts) == (7, 6)
    assert sum(bucket.posts for bucket in seen.timeline) == 7
    assert seen.exemplar.post_id == posts[0].post_id
    assert len({member.copy.account for member in seen.members}) == 6
    assert all("account" not in member.copy.account for member in seen.members)
    slots = [part for part in seen.pattern if not part.fixed]
    assert [slot.text for slot in slots] == ["0"]
    assert seen.accounts[0][1:] == (2, 1)
    assert seen.groups == ()
    assert seen.actions == {Action.REVIEW: 3, Action.ALLOW: 4}


def test_accounts_that_push_two_texts_are_bound(tide: Tide) -> None:
    tide.push(6)
    other = "各位邻居请注意，小区门口新开的洗衣店本周开业，凭{}到店可以免费洗两件衣服，欢迎转告家人"
    tide.push(6, text=other, start=3)
    (group,) = portrait.portrait("cmp_0001", begin=tide.begin).groups
    assert len(group.accounts) == 3
    assert {bond.shared for bond in group.bonds} == {2}


def test_when_all_posts_are_gone_nothing_is_shown(tide: Tide) -> None:
    tide.push(6)
    tide.push(1, start=8)
    leaf = portrait.listed(begin=tide.begin, community=None, status=None, size=1)
    assert len(leaf.lines) == 1
    assert not leaf.more


def test_campaigns_of_some_time_count_that_time_alone(tide: Tide) -> None:
    posts = tide.push(6)
    middle, after = posts[3].created_at, posts[-1].created_at + timedelta(seconds=1)
    (spell,) = portrait.spells("tide", since=middle, until=after, begin=tide.begin)
    assert (spell.posts, spell.accounts) == (3, 3)
    assert spell.line.extent.posts == 6
    assert portrait.spells("tide", since=after, until=after + timedelta(days=1), begin=tide.begin) == []
    assert portrait.spells("grove", since=middle, until=after, begin=tide.begin) == []


def test_a_campaign_that_was_only_ruled_on_is_told(tide: Tide) -> None:
    tide.push(6)
    tide.now += timedelta(days=2)
    tide.decide(Ruling.REMOVE)
    (spell,) = portrait.spells("tide", since=tide.now, until=tide.now + timedelta(hours=1), begin=tide.begin)
    assert (spell.posts, spell.accounts, spell.line.extent.posts) == (0, 0, 6)


def test_a_campaign_whose_ruling_was_changed_is_shown_beside_the_others_and_rules_no_more(
    tide: Tide, database_url: str
) -> None:
    tide.push(6)
    tide.push(6, text="周末一起去图书馆自习的同学请在楼下集合，带好学生证和水杯，编号是{}，九点出发")
    tide.decide(Ruling.REMOVE)
    spoil(database_url, "campaigns SET decisions = 'plain' WHERE id = 'cmp_0001'")
    (later,) = tide.push(1, start=6)
    assert tide.rulings([later]) == ["-"]
    lines = {line.campaign.id: line for line in portrait.listed(begin=tide.begin, community="tide", status=None).lines}
    assert {id_: line.campaign.unreadable for id_, line in lines.items()} == {"cmp_0001": True, "cmp_0007": False}
    assert "暗号0" in lines["cmp_0001"].words
    assert portrait.portrait("cmp_0001", begin=tide.begin).campaign.standing is None
    with pytest.raises(SealBroken):
        tide.decide(Ruling.APPROVE, version=2)
    with tide.begin() as work:
        firing = work.alerts.listed(community="tide", statuses=[AlertStatus.OPEN], kind="campaign", limit=9)
    assert {kept.alert.labels["campaign"] for kept in firing} == {"cmp_0001", "cmp_0007"}


def test_a_member_that_cannot_be_read_is_named_and_a_ruling_reaches_all_others(tide: Tide, database_url: str) -> None:
    first, second, *others = tide.push(6)
    spoil(database_url, f"verdicts SET body = 'plain' WHERE post_id = '{first.id}'")
    spoil(database_url, f"posts SET text = 'rg1:AAAA' WHERE id = '{second.id}'")
    (line,) = portrait.listed(begin=tide.begin, community="tide").lines
    assert (line.words, line.unreadable, line.campaign.unreadable) == ("", True, False)
    tide.decide(Ruling.REMOVE)
    assert tide.rulings([first, second, *others]) == ["-", "-", *["remove"] * 4]
    seen = portrait.portrait("cmp_0001", begin=tide.begin)
    assert {member.copy.post_id for member in seen.members if member.unreadable} == {first.id, second.id}
    assert "暗号" in "".join(part.text for part in seen.pattern)


def test_a_post_that_was_changed_before_it_was_judged_waits_for_a_person(tide: Tide, database_url: str) -> None:
    post = replace(tide.say("看看今天的云", "someone"), id="pst_9001", post_id="p9001")
    with tide.begin() as work:
        work.posts.add([post, replace(post, id="pst_9002", post_id="p9002")], Lane.LIVE, received_at=tide.now)
        work.commit()
    spoil(database_url, "posts SET text = 'plain' WHERE id = 'pst_9001'")
    tide.judge("pst_9001", "pst_9002")
    with tide.begin() as work:
        verdicts = work.verdicts.get_many(["pst_9001", "pst_9002"])
    assert [each.detector for each in verdicts["pst_9001"].abstentions] == ["panel"]
    assert verdicts["pst_9002"].abstentions == ()


def test_who_lacks_a_key_decides_nothing_and_leaves_it_to_others(tide: Tide, database_url: str) -> None:
    first, *_ = tide.push(6)
    sealed_elsewhere = "rg1:00000000:AAAA"
    with tide.begin() as work:
        work.posts.add([replace(first, id="pst_9001", post_id="p9001")], Lane.LIVE, received_at=tide.now)
        work.commit()
    spoil(database_url, f"posts SET text = '{sealed_elsewhere}' WHERE id = 'pst_9001'")
    with pytest.raises(KeyMissing):
        tide.judge("pst_9001")
    with tide.begin() as work:
        assert work.verdicts.get_many(["pst_9001"]) == {}
    spoil(database_url, f"verdicts SET body = '{sealed_elsewhere}' WHERE post_id = '{first.id}'")
    (line,) = portrait.listed(begin=tide.begin, community="tide").lines
    assert line.unreadable
    with pytest.raises(KeyMissing):
        tide.decide(Ruling.REMOVE)
