"""An author is erased while posts are judged and ruled on: everything of theirs goes, and nothing comes back."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from riskguard.bootstrap import word_mask
from riskguard.domain.answer import KeptAnswer
from riskguard.domain.case import Case, Grievance, Origin, Ruling
from riskguard.domain.erasure import Receipt
from riskguard.domain.errors import InvalidInput, NotFound, RiskguardError, StaleVersion
from riskguard.domain.finding import Abstention, Reading
from riskguard.domain.line import Batch
from riskguard.domain.member import Community
from riskguard.domain.post import Author, Post, Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action
from riskguard.policy.model import Policy
from riskguard.services import review
from riskguard.services.dossier import dossier
from riskguard.services.erasure import erase_author
from riskguard.services.grievance import hear
from riskguard.services.moderate import moderate
from riskguard.services.ports import Begin
from riskguard.text.view import TextView
from tests.fixtures.database import server_programs
from tests.integration.store.samples import NOW, SECOND, case, event, keep, post, verdict

GONE, STAYS = "要离开的人", "留下的人"
LATER = NOW + SECOND


class Rewritten:
    """Counts how often the transport was asked to forget."""

    def __init__(self) -> None:
        self.times = 0

    def rewrite(self) -> None:
        self.times += 1


class Bell:
    def ring(self) -> None: ...
    def heard(self) -> None: ...


def by(author: str, number: int) -> Post:
    return replace(post(number, text=f"{author}说的第{number}句"), author=Author(author, 1))


def erase(begin: Begin, author: str = GONE, community: str = "forum") -> Receipt:
    return erase_author(author, community=community, actor="cli", begin=begin, clock=lambda: LATER, traces=Rewritten())


def told_of(begin: Begin, author: str = GONE, community: str = "forum") -> list[Mapping[str, object]]:
    return list(dossier(author, community=community, actor="cli", begin=begin, clock=lambda: LATER))


@pytest.fixture
def forum(begin: Begin) -> Begin:
    with begin() as work:
        work.communities.add(Community("forum", NOW, webhook_url="https://forum.example/hook"))
        work.communities.add(Community("other", NOW))
        work.commit()
    return begin


def furnish(begin: Begin) -> tuple[list[Post], list[Post]]:
    """Posts of both, each with a verdict, a case and an event; they report each other."""
    mine = [by(GONE, number) for number in range(10)] + [replace(by(GONE, 0), id="pst_again", revision=2)]
    others = [by(STAYS, number) for number in range(20, 25)]
    keep(begin, *mine, *others)
    with begin() as work:
        work.verdicts.add([verdict(each) for each in [*mine, *others]], at=NOW)
        work.cases.add([case(each) for each in [*mine, *others]])
        for number, each in enumerate([*mine, *others]):
            work.outbox.add([replace(event(number), post_id=each.id, data={"post": {"id": each.id}})])
        for number, each in enumerate([mine[0], others[0]]):
            work.answers.add(
                "forum", KeptAnswer(f"k{number}", "d", 202, f'{{"id": "{each.id}", "status": "received"}}', NOW)
            )
        work.commit()
    for reporter, reported in ((GONE, others[0]), (STAYS, others[0]), (STAYS, mine[1])):
        report(begin, reporter, reported)
    return mine, others


def report(begin: Begin, reporter: str, on: Post) -> None:
    hear(on.id, community="forum", origin=Origin.REPORT, by=reporter, reason="不实", begin=begin, clock=lambda: NOW)


def test_everything_of_the_author_goes_and_all_else_stays(forum: Begin) -> None:
    mine, others = furnish(forum)
    keep(forum, replace(by(GONE, 1), community="other", id="pst_elsewhere"))
    receipt = erase(forum)
    assert receipt.counts == {"posts": 11, "verdicts": 11, "cases": 11, "voices": 1, "events": 11, "answers": 1}
    assert receipt.hash == receipt.expected_hash
    with forum() as work:
        assert work.posts.get_many([each.id for each in mine]) == []
        assert work.verdicts.get_many([each.id for each in mine]) == {}
        assert len(work.posts.get_many([each.id for each in others])) == 5
        assert len(work.verdicts.get_many([each.id for each in others])) == 5
        left = work.cases.of_post(others[0].id)
        assert left is not None
        assert left.grievances == (Grievance(Origin.REPORT, STAYS, "不实", NOW),)
        assert {each.post_id for each in work.outbox.recent(community="forum", limit=99)} == {
            each.id for each in others
        }
        assert [work.answers.get("forum", key) is None for key in ("k0", "k1")] == [True, False]
        assert work.posts.find("other", "p1") is not None
        assert work.authors.receipts("forum", limit=9) == [receipt]
        (entry,) = [each for each in work.audit.after(None, limit=99) if each.event == "author.erased"]
        assert receipt.hash in entry.details
        assert GONE not in str(entry) + str(receipt)


def test_an_author_is_given_all_that_is_kept_but_nobody_else(forum: Begin) -> None:
    mine, others = furnish(forum)
    rule(forum, case(mine[1]), seen_version=2)
    about, *records = told_of(forum)
    assert (about["kind"], about["author"]) == ("about", GONE)
    posts = {str(each["id"]): each for each in records if each["kind"] == "post"}
    assert {key: each["text"] for key, each in posts.items()} == {each.id: each.text for each in mine}
    reported = posts[mine[1].id]
    assert reported["reports_by_others"] == 1
    assert reported["metadata"] == dict(mine[1].metadata)
    assert [each["ruling"] for each in reported["decisions"]] == ["remove"]  # type: ignore[attr-defined]
    assert [each for each in records if each["kind"] == "voice"] == [
        {"kind": "voice", "post": others[0].id, "origin": "report", "at": NOW.isoformat(), "reason": "不实"}
    ]
    assert not [word for word in (STAYS, "小王") if word in str(records)]
    with forum() as work:
        assert [each.event for each in work.audit.after(None, limit=99)][-1] == "author.exported"


def test_a_receipt_that_was_changed_is_told_from_a_true_one(forum: Begin) -> None:
    furnish(forum)
    receipt = erase(forum)
    assert replace(receipt, counts={**receipt.counts, "posts": 1}).expected_hash != receipt.hash


def test_an_author_of_whom_nothing_is_kept_gets_a_receipt_too(forum: Begin) -> None:
    traces = Rewritten()
    receipt = erase_author(GONE, community="forum", actor="cli", begin=forum, clock=lambda: LATER, traces=traces)
    assert set(receipt.counts.values()) == {0}
    assert traces.times == 1


@pytest.mark.parametrize(
    ("community", "author", "error"),
    [
        pytest.param("nowhere", GONE, NotFound, id="no-community"),
        pytest.param("forum", "", InvalidInput, id="no-author"),
    ],
)
def test_who_cannot_be_erased_is_said(forum: Begin, community: str, author: str, error: type[RiskguardError]) -> None:
    for do in (erase, told_of):
        with pytest.raises(error):
            do(forum, author, community)


def test_a_post_that_comes_after_the_call_is_a_new_one(forum: Begin) -> None:
    keep(forum, by(GONE, 1))
    keep(forum, by(GONE, 2), received_at=LATER + SECOND)
    erase(forum)
    with forum() as work:
        assert [work.posts.find("forum", name) is None for name in ("p1", "p2")] == [True, False]


@dataclass
class Thinking:
    """A panel that tells when it has begun and goes on when it is let; it abstains from everything."""

    begun: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    labels: frozenset[str] = frozenset({"abuse"})
    notes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = 0.05) -> list[Reading]:
        self.begun.set()
        assert self.let_go.wait(30)
        return [Reading(abstentions=(Abstention("d", "invented"),)) for _ in posts]

    def explain(
        self, views: Sequence[TextView], readings: Sequence[Reading], labels: Sequence[Collection[str]]
    ) -> list[Reading]:
        return list(readings)


class Reviewing:
    """Whatever comes, a moderator looks at it."""

    def policy_for(self, community: str, scene: Scene) -> Policy:
        return Policy("default", "v1", on_abstention=Action.REVIEW)


def judge(begin: Begin, panel: Thinking, posts: Sequence[Post]) -> None:
    moderate(
        Batch("b1", tuple(each.id for each in posts)),
        begin=begin,
        panel=panel,
        policies=Reviewing(),
        taxonomy=Taxonomy({}),
        clock=lambda: NOW,
        bell=Bell(),
    )


def test_a_verdict_does_not_bring_back_the_post_that_it_was_for(forum: Begin) -> None:
    doomed, other, panel = by(GONE, 1), by(STAYS, 2), Thinking()
    keep(forum, doomed, other)
    worker = threading.Thread(target=judge, args=(forum, panel, [doomed, other]))
    worker.start()
    assert panel.begun.wait(30)
    erase(forum)
    panel.let_go.set()
    worker.join(30)
    with forum() as work:
        assert set(work.verdicts.get_many([doomed.id, other.id])) == {other.id}
        assert work.posts.find("forum", "p1") is None
        assert work.cases.of_post(doomed.id) is None
        assert {each.post_id for each in work.outbox.recent(community="forum", limit=9)} == {other.id}


def test_a_colleague_who_rules_meanwhile_finds_no_case(forum: Begin) -> None:
    keep(forum, by(GONE, 1))
    with forum() as work:
        work.cases.add([case(by(GONE, 1))])
        work.commit()
    erase(forum)
    with pytest.raises(NotFound):
        rule(forum, case(by(GONE, 1)))
    with pytest.raises(NotFound):
        report(forum, STAYS, by(GONE, 1))


def rule(begin: Begin, on: Case, *, seen_version: int = 1) -> None:
    review.decide(
        on.id,
        ruling=Ruling.REMOVE,
        reason="广告",
        by="小王",
        actor="member:w",
        seen_version=seen_version,
        begin=begin,
        clock=lambda: NOW,
        bell=Bell(),
        mask=word_mask(),
    )


def test_a_storm_of_verdicts_rulings_and_reports_leaves_nothing(forum: Begin, database_url: str) -> None:
    mine, others = [by(GONE, number) for number in range(300)], [by(STAYS, number) for number in range(300, 600)]
    mixed = [each for pair in zip(mine, others, strict=True) for each in pair]
    cases = [replace(case(each), id=f"cas_{number}") for number, each in enumerate(mixed[:200])]
    keep(forum, *mixed)
    with forum() as work:
        work.cases.add(cases)
        work.commit()
    panel, broken = Thinking(), list[Exception]()
    panel.let_go.set()

    def guarded(do: Callable[[], object]) -> None:
        try:
            do()
        except (NotFound, StaleVersion):  # what an API answers and a client understands
            pass
        except Exception as error:
            broken.append(error)

    def judging(start: int) -> None:
        for at in range(start, len(mixed), 60):
            guarded(partial(judge, forum, panel, mixed[at : at + 30]))

    def ruling() -> None:
        for each in cases:
            guarded(partial(rule, forum, each))

    def reporting() -> None:
        for each in mixed[100:300]:
            guarded(partial(report, forum, GONE, each))

    load = [threading.Thread(target=judging, args=(start,)) for start in (0, 30)]
    load += [threading.Thread(target=ruling), threading.Thread(target=reporting)]
    for each in load:
        each.start()
    erase(forum)
    for each in load:
        each.join(60)
    last = erase(forum)
    assert broken == []
    assert last.counts == {**dict.fromkeys(last.counts, 0), "voices": last.counts["voices"]}  # reports that came after
    with forum() as work:
        assert len(work.verdicts.get_many([each.id for each in others])) == 300
        assert told_of(forum)[1:] == []
    told = bytes_of(database_url)
    assert others[0].id.encode() in told
    assert not [each.id for each in mine if each.id.encode() in told]
    assert GONE.encode() not in told


def bytes_of(url: str) -> bytes:
    """What a copy of the database tells: the files of SQLite, or what pg_dump writes."""
    if url.startswith("sqlite"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        return b"".join(each.read_bytes() for each in sorted(folder.glob("riskguard.db*")))
    programs = server_programs()
    assert programs is not None
    return subprocess.run([programs / "pg_dump", "--dbname", url], capture_output=True, check=True, timeout=60).stdout
