"""Which event a ruling sends: the word 'appeal' is for rulings that answer one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from riskguard.api.hooks import DetectedData
from riskguard.domain.campaign import Campaign, Extent
from riskguard.domain.case import Case, Decision, Grievance, Origin, Ruling
from riskguard.domain.event import EventType
from riskguard.domain.member import Community
from riskguard.domain.post import Post
from riskguard.services.events import decided, detected

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
COMMUNITY = Community("tide", NOW, "https://tide.example/hook", "whsec_dGlkZQ==")
POST = Post("pst_1", "tide", "p1", "在吗", NOW)


def _at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def _heard(case: Case, origin: Origin, minute: int) -> Case:
    return case.hear(Grievance(origin, "someone", "because", _at(minute)))


def _ruled(case: Case, minute: int) -> tuple[Case, EventType]:
    decision = Decision(Ruling.REMOVE, "because", "mo", _at(minute))
    case = case.decide(decision, seen_version=case.version)
    event = decided(case, decision, post=POST, community=COMMUNITY)
    assert event is not None
    return case, event.type


def test_only_the_ruling_after_an_appeal_rules_on_an_appeal() -> None:
    case = Case("cas_1", "pst_1", "tide", 10, NOW)
    kinds = []
    for minute, origin in enumerate([None, Origin.APPEAL, Origin.REPORT, Origin.APPEAL]):
        if origin is not None:
            case = _heard(case, origin, 10 * minute)
        case, kind = _ruled(case, 10 * minute + 5)
        kinds.append(kind.value)
    assert kinds == ["case.decided", "appeal.ruled", "case.decided", "appeal.ruled"]


def test_an_appeal_before_the_first_ruling_is_ruled_on() -> None:
    case = _heard(Case("cas_1", "pst_1", "tide", 10, NOW), Origin.APPEAL, 1)
    assert _ruled(case, 2)[1] is EventType.APPEAL_RULED


def test_a_campaign_is_told_in_numbers_and_only_where_somebody_listens() -> None:
    campaign, extent = Campaign("cmp_1", "tide", "pst_1", NOW), Extent(12, 10, NOW, _at(40))
    event = detected(campaign, extent, community=COMMUNITY, at=_at(41))
    assert event is not None
    DetectedData.model_validate(event.data)
    assert (event.type, event.url) == (EventType.CAMPAIGN_DETECTED, COMMUNITY.webhook_url)
    assert detected(campaign, extent, community=Community("quiet", NOW), at=_at(41)) is None
    assert detected(campaign, extent, community=None, at=_at(41)) is None
