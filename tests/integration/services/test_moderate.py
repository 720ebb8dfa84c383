"""Judging a batch against a real store: what is kept, what follows from it, and what happens when something breaks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from riskguard.domain.answer import KeptAnswer
from riskguard.domain.case import Case, CaseStatus, Decision, Origin, Ruling
from riskguard.domain.errors import NotReady
from riskguard.domain.event import EventType
from riskguard.domain.finding import Finding, Reading
from riskguard.domain.line import Batch, Ticket
from riskguard.domain.member import Community
from riskguard.domain.post import Lane, Post, Scene
from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.domain.verdict import Action, Verdict
from riskguard.policy.model import Policy, Threshold
from riskguard.services.grievance import hear
from riskguard.services.moderate import PART_CHARS, moderate
from riskguard.services.ports import Begin, Cases, Communities, UnitOfWork, Verdicts
from riskguard.services.recovery import forget_answers, sweep
from riskguard.text.view import TextView

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
POLICY = Policy("p", "v1", thresholds=(Threshold("abuse", 0.5, Action.REVIEW), Threshold("abuse", 0.9, Action.BLOCK)))
TAXONOMY = Taxonomy({"abuse": Label("abuse", "辱骂", "abuse", Family.COMPLIANCE, severity=2)})
SECRET = "whsec_dGlkZS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5"


class Book:
    def policy_for(self, community: str, scene: Scene) -> Policy:
        return POLICY


@dataclass
class Reader:
    """Scores 'abuse' by the number in the text; breaks on 'break'; tells `transactions` open while it reads."""

    watch: Watched | None = None
    labels: frozenset[str] = frozenset({"abuse"})
    notes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = 0.05) -> list[Reading]:
        self.sizes.append(len(posts))
        if self.watch is not None:
            assert self.watch.open == 0, "no transaction is open while models run"
        if any("break" in post.text for post in posts):
            raise RecursionError("invented")
        return [Reading((Finding("abuse", float(post.text.split()[0]), "fake"),)) for post in posts]

    def explain(
        self, views: Sequence[TextView], readings: Sequence[Reading], labels: Sequence[Collection[str]]
    ) -> list[Reading]:
        return list(readings)


@dataclass
class Watched:
    """A `begin` that counts the transactions that are open."""

    begin: Begin
    open: int = 0
    begun: int = 0

    @contextmanager
    def __call__(self) -> Iterator[UnitOfWork]:
        with self.begin() as work:
            self.open += 1
            self.begun += 1
            try:
                yield work
            finally:
                self.open -= 1


@dataclass
class ChoosyVerdicts:
    """Verdicts that refuse those of the posts in `refused` that were not given by abstention."""

    kept: Verdicts
    refused: frozenset[str]
    error: Exception

    def add(self, verdicts: Sequence[Verdict], *, at: datetime) -> set[str]:
        if any(verdict.post_id in self.refused and not verdict.abstentions for verdict in verdicts):
            raise self.error
        return self.kept.add(verdicts, at=at)


def _choosy(begin: Begin, refused: str, error: Exception) -> Begin:
    @contextmanager
    def begun() -> Iterator[UnitOfWork]:
        with begin() as work:
            work.verdicts = ChoosyVerdicts(work.verdicts, frozenset({refused}), error)
            yield work

    return begun


@dataclass
class Bell:
    rung: int = 0
    broken: bool = False

    def ring(self) -> None:
        self.rung += 1
        if self.broken:
            raise ConnectionError("invented")

    def heard(self) -> None: ...


@dataclass
class Line:
    submitted: list[Ticket] = field(default_factory=list)

    def submit(self, tickets: Sequence[Ticket]) -> int:
        self.submitted += tickets
        return len(tickets)


@pytest.fixture
def posted(begin: Begin) -> Begin:
    """Five posts of a community that wants to hear of verdicts: the text says how abusive they are."""
    with begin() as work:
        work.communities.add(Community("tide", NOW, "https://tide.example/hook", SECRET))
        work.communities.add(Community("quiet", NOW))
        work.posts.add([_post(number) for number in range(4)], Lane.LIVE, received_at=NOW)
        work.posts.add([replace(_post(4), community="quiet")], Lane.LIVE, received_at=NOW)
        work.commit()
    return begin


def _post(number: int, text: str = "") -> Post:
    score = ("0.1", "0.6", "0.95", "0.2", "0.7")[number]
    return Post(f"pst_{number}", "tide", f"p{number}", text or f"{score} of abuse", NOW)


def _run(
    begin: Begin, batch: Batch, reader: Reader | None = None, bell: Bell | None = None, **more: Callable[..., object]
) -> int:
    return moderate(
        batch,
        begin=begin,
        panel=reader or Reader(),
        policies=Book(),
        taxonomy=TAXONOMY,
        clock=lambda: NOW,
        bell=bell or Bell(),
        **more,
    )


ALL = Batch("b", tuple(f"pst_{number}" for number in range(5)))


def test_verdicts_cases_and_events_are_kept_together(posted: Begin) -> None:
    bell = Bell()
    assert _run(posted, ALL, bell=bell) == 5
    with posted() as work:
        verdicts = work.verdicts.get_many(ALL.post_ids)
        files = work.cases.queue(community=None, status=None, limit=10)
        events = work.outbox.recent(community=None, limit=10)
    assert [verdicts[id_].action.word for id_ in ALL.post_ids] == ["allow", "review", "block", "allow", "review"]
    assert [(file.case.post_id, file.case.priority) for file in files] == [("pst_4", 24), ("pst_1", 21)]
    assert {event.data["post"]["post_id"] for event in events} == {"p0", "p1", "p2", "p3"}, (
        "quiet wants to hear nothing"
    )
    assert {event.type for event in events} == {EventType.POST_JUDGED}
    assert bell.rung == 1


def test_a_batch_judged_twice_changes_nothing_and_tells_nobody(posted: Begin) -> None:
    bell = Bell()
    _run(posted, ALL, bell=bell)
    assert _run(posted, replace(ALL, post_ids=ALL.post_ids[2:]), bell=bell) == 0
    with posted() as work:
        assert work.outbox.tally() == {"waiting": 4}
        assert sum(work.cases.tally().values()) == 2
    assert bell.rung == 1


def test_no_transaction_is_open_while_models_run(posted: Begin) -> None:
    watched = Watched(posted)
    _run(watched, ALL, Reader(watch=watched))
    assert watched.begun == 2, "one to read, one to write"


def test_each_community_is_looked_up_once(posted: Begin) -> None:
    looked_up: list[str] = []

    class Counted:
        def __init__(self, communities: Communities) -> None:
            self.communities = communities

        def get(self, name: str) -> Community | None:
            looked_up.append(name)
            return self.communities.get(name)

    @contextmanager
    def counting() -> Iterator[UnitOfWork]:
        with posted() as work:
            work.communities = Counted(work.communities)
            yield work

    _run(counting, ALL)
    assert sorted(looked_up) == ["quiet", "tide"]


def test_posts_that_are_gone_are_left_out(posted: Begin) -> None:
    assert _run(posted, Batch("b", ("pst_0", "pst_unknown"))) == 1
    assert _run(posted, Batch("b", ("pst_unknown",))) == 0


def test_a_hopeless_post_is_answered_without_being_read(posted: Begin) -> None:
    reader = Reader()
    assert _run(posted, Batch("b", ("pst_0",), hopeless=True), reader) == 1
    with posted() as work:
        verdict = work.verdicts.get_many(["pst_0"])["pst_0"]
        case = work.cases.of_post("pst_0")
    assert reader.sizes == []
    assert verdict.action is POLICY.on_abstention
    assert [(a.detector, a.reason) for a in verdict.abstentions] == [("panel", "reading this post ended the worker")]
    assert case is not None


def test_a_post_that_breaks_its_reader_is_isolated(begin: Begin) -> None:
    with begin() as work:
        work.communities.add(Community("tide", NOW))
        texts = ["", "", "break", "", ""]
        work.posts.add([_post(n, text) for n, text in enumerate(texts)], Lane.LIVE, received_at=NOW)
        work.commit()
    reader = Reader()
    assert _run(begin, ALL, reader) == 5
    with begin() as work:
        verdicts = work.verdicts.get_many(ALL.post_ids)
    assert [id_ for id_, verdict in verdicts.items() if verdict.abstentions] == ["pst_2"]
    assert verdicts["pst_2"].action is Action.REVIEW
    assert "RecursionError" in verdicts["pst_2"].abstentions[0].reason


def test_a_verdict_that_the_store_refuses_is_isolated(posted: Begin) -> None:
    choosy = _choosy(posted, "pst_2", ValueError("a character that this database does not take"))
    assert _run(choosy, ALL) == 5
    with posted() as work:
        verdicts = work.verdicts.get_many(ALL.post_ids)
    assert [id_ for id_ in ALL.post_ids if verdicts[id_].abstentions] == ["pst_2"]
    assert "ValueError" in verdicts["pst_2"].abstentions[0].reason


def test_a_store_that_is_away_is_nobodys_fault(posted: Begin) -> None:
    away = _choosy(posted, "pst_2", NotReady("the database is away"))
    with pytest.raises(NotReady):
        _run(away, ALL)
    with posted() as work:
        assert work.verdicts.get_many(ALL.post_ids) == {}


def test_a_post_whose_case_cannot_be_kept_gets_its_verdict_alone(posted: Begin) -> None:
    """Such as a store that is damaged in one table: the post must not come back for ever."""

    class NoCases:
        def add(self, cases: Sequence[Case]) -> set[str]:
            raise ValueError("invented")

    @contextmanager
    def damaged() -> Iterator[UnitOfWork]:
        with posted() as work:
            work.cases = NoCases()
            yield work

    assert _run(damaged, ALL) == 5
    with posted() as work:
        verdicts = work.verdicts.get_many(ALL.post_ids)
        assert work.cases.tally() == {}
        assert work.outbox.tally() == {"waiting": 3}, "of the posts that need no human"
    assert [id_ for id_ in ALL.post_ids if verdicts[id_].abstentions] == ["pst_1", "pst_4"]


def _reported(begin: Begin, name: str) -> Case:
    voice = {"community": "tide", "origin": Origin.REPORT, "by": "reader", "reason": "rude"}
    return hear(name, begin=begin, clock=lambda: NOW, **voice).case


def test_a_verdict_opens_the_case_that_a_moderator_has_closed_before(posted: Begin) -> None:
    case = _reported(posted, "p1")
    with posted() as work:
        ruled = case.decide(Decision(Ruling.APPROVE, "nothing to see", "mo", NOW), seen_version=case.version)
        work.cases.save(ruled, seen_version=case.version)
        work.commit()
    assert _run(posted, ALL) == 5
    with posted() as work:
        again = work.cases.of_post("pst_1")
        assert again == replace(ruled, status=CaseStatus.OPEN, version=ruled.version + 1)
        assert work.cases.tally() == {"open": 2}


def test_a_verdict_makes_an_open_case_as_urgent_as_itself(posted: Begin) -> None:
    with posted() as work:
        work.cases.add([Case("cas_1", "pst_1", "tide", 5, NOW, Origin.REPORT)])
        work.commit()
    _run(posted, ALL)
    with posted() as work:
        case = work.cases.of_post("pst_1")
    assert case is not None
    assert (case.id, case.priority, case.version) == ("cas_1", 21, 2)


def test_a_moderator_who_rules_meanwhile_is_not_overwritten(posted: Begin) -> None:
    case = _reported(posted, "p1")
    ruling = Decision(Ruling.APPROVE, "nothing to see", "mo", NOW)

    class Contested:
        """Cases that a moderator rules on between look and save, once."""

        def __init__(self, cases: Cases) -> None:
            self.add, self.of_post, self.kept, self.ruled = cases.add, cases.of_post, cases, False

        def save(self, changed: Case, *, seen_version: int) -> None:
            if not self.ruled:
                self.ruled = True
                self.kept.save(case.decide(ruling, seen_version=1), seen_version=1)
            self.kept.save(changed, seen_version=seen_version)

    @contextmanager
    def contested() -> Iterator[UnitOfWork]:
        with posted() as work:
            work.cases = Contested(work.cases)
            yield work

    _run(contested, ALL)
    with posted() as work:
        after = work.cases.of_post("pst_1")
    assert after is not None
    assert (after.status, after.decisions, after.version) == (CaseStatus.OPEN, (ruling,), 3)


@pytest.fixture
def long_posts(begin: Begin) -> Begin:
    """Five posts of 20,000 characters."""
    with begin() as work:
        work.communities.add(Community("tide", NOW))
        posts = [_post(number, f"0.1 {'长' * 19_996}") for number in range(5)]
        work.posts.add(posts, Lane.LIVE, received_at=NOW)
        work.commit()
    return begin


def test_long_posts_are_judged_in_parts_that_begin_the_lease_again(long_posts: Begin) -> None:
    reader, events = Reader(), []

    @contextmanager
    def guard(seconds: float) -> Iterator[None]:
        events.append(f"think {seconds:g} s")
        yield

    def renew(batch: Batch) -> bool:
        events.append(f"renew {batch.id}")
        return True

    assert _run(long_posts, replace(ALL, lease_s=10.5), reader, guard=guard, renew=renew) == 5
    assert reader.sizes == [2, 2, 1]
    assert all(size * 20_000 <= PART_CHARS for size in reader.sizes)
    assert events == ["think 10.5 s", "renew b", "think 10.5 s", "renew b", "think 10.5 s"]


def test_what_was_taken_away_is_left_to_whoever_has_it_now(long_posts: Begin) -> None:
    assert _run(long_posts, ALL, renew=lambda _: False) == 2
    with long_posts() as work:
        assert sorted(work.verdicts.get_many(ALL.post_ids)) == ["pst_0", "pst_1"]


def test_a_bell_that_is_broken_loses_no_event(posted: Begin) -> None:
    assert _run(posted, ALL, bell=Bell(broken=True)) == 5
    with posted() as work:
        assert work.outbox.tally() == {"waiting": 4}
        assert work.outbox.due(NOW)


def test_the_sweep_puts_old_posts_without_verdict_in_the_bulk_lane(posted: Begin) -> None:
    _run(posted, Batch("b", ("pst_0", "pst_1")))
    line = Line()
    young = sweep(begin=posted, line=line, clock=lambda: NOW + timedelta(seconds=5), after_s=20, limit=10)
    assert (young, line.submitted) == (0, [])
    assert sweep(begin=posted, line=line, clock=lambda: NOW + timedelta(seconds=25), after_s=20, limit=2) == 2
    assert line.submitted == [Ticket("pst_2", "tide", Lane.BULK), Ticket("pst_3", "tide", Lane.BULK)]


def test_old_answers_are_forgotten(begin: Begin) -> None:
    with begin() as work:
        work.communities.add(Community("tide", NOW))
        for key, age in (("old", 25), ("young", 23)):
            work.answers.add("tide", KeptAnswer(key, "digest", 202, "{}", NOW - timedelta(hours=age)))
        work.commit()
    assert forget_answers(begin=begin, clock=lambda: NOW, after=timedelta(hours=24)) == 1
    with begin() as work:
        assert work.answers.get("tide", "old") is None
        assert work.answers.get("tide", "young") is not None
