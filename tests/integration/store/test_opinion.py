"""Opinion in a real store: each verdict is counted once, whoever counts, and what is kept comes back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Thread

from click.testing import CliRunner
from sqlalchemy import Engine, event

from riskguard.cli.admin import admin
from riskguard.domain.alert import AlertStatus, KeptAlert
from riskguard.domain.opinion import Bucket, Gauge, Grain, Mark, Series, SeriesKind, Surge, TopicDay
from riskguard.domain.post import Author, Post, Scene
from riskguard.policy.opinion import OpinionRules, SamenessRules
from riskguard.services.alerting import resolve_alerts
from riskguard.services.opinion.counting import count_new, forget_opinion
from riskguard.services.opinion.daily import measure_day
from riskguard.services.opinion.headcount import count
from riskguard.services.opinion.watching import Told, Watcher, key_of, usual_of
from riskguard.services.ports import Begin, UnitOfWork
from tests.fixtures.database import spoil
from tests.fixtures.keys import KEY
from tests.integration.store.samples import NOW, keep, post, settle, verdict

RULES = OpinionRules()
SURGE = Surge(
    id="srg_1",
    community="forum",
    series=Series(SeriesKind.TOPIC, "停水", Scene.COMMENT),
    started_at=NOW - timedelta(minutes=9),
    raised_at=NOW,
    last_at=NOW,
    window_min=15,
    accounts=12,
    expected=0.5,
    surprise=11.25,
    posts=14,
    copies=3,
    topics=("停水", "停水 通知"),
    mood="angry",
    mood_before=0.125,
    mood_now=0.5,
    exemplars=("pst_1", "pst_2"),
)


def rules() -> OpinionRules:
    return RULES


def said(number: int, *, ago: timedelta = timedelta(0), author: str = "", text: str = "小区又停水了") -> Post:
    """A post written some time before now, by an author of its own unless one is named."""
    return replace(post(number, text=text), created_at=NOW - ago, author=Author(author or f"a{number}"), title="")


def judged(begin: Begin, posts: Sequence[Post]) -> None:
    keep(begin, *posts)
    with begin() as work:
        work.verdicts.add([replace(verdict(each), masked_text=each.text) for each in posts], at=NOW)
        work.commit()


def counted(begin: Begin, grain: Grain = Grain.HOUR) -> list[Bucket]:
    with begin() as work:
        far = timedelta(days=10_000)
        return work.opinion.timeline("forum", grain, since=NOW - far, until=NOW + far)


def test_what_was_changed_is_counted_as_saying_nothing_and_holds_up_no_other(begin: Begin, database_url: str) -> None:
    settle(begin, "forum")
    judged(begin, [said(1), said(2), said(3)])
    spoil(database_url, f"verdicts SET body = 'plain' WHERE post_id = '{post(1).id}'")
    spoil(database_url, "posts SET author_id = 'plain' WHERE post_id = 'p2'")
    assert count_new(begin=begin, rules=rules, clock=lambda: NOW) == 3
    spoil(database_url, f"opinion_marks SET topics = 'plain' WHERE post_id = '{post(3).id}'")
    with begin() as work:
        marks = work.opinion.marks("forum", since=NOW - timedelta(hours=1), until=NOW)
    assert {mark.post_id: mark.topics for mark in marks} == {post(at).id: () for at in (1, 2, 3)}
    assert count_new(begin=begin, rules=rules, clock=lambda: NOW) == 0


def test_each_verdict_is_counted_once_at_every_width(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(1), said(2, author="a1"), said(3, ago=timedelta(hours=3))])
    assert count_new(begin=begin, rules=rules, clock=lambda: NOW) == 3
    assert count_new(begin=begin, rules=rules, clock=lambda: NOW) == 0
    for grain in Grain:
        assert sum(bucket.posts for bucket in counted(begin, grain)) == 3
    newest = counted(begin)[-1]
    assert (newest.posts, count(newest.heads[""])) == (2, 1)
    assert newest.tallies["action"] == {"review": 2}
    judged(begin, [said(4)])
    assert count_new(begin=begin, rules=rules, clock=lambda: NOW) == 1
    assert counted(begin)[-1].posts == 3


def test_two_who_count_at_once_count_nothing_twice(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(number) for number in range(60)])
    both = [
        Thread(
            target=lambda: [count_new(begin=begin, rules=rules, clock=lambda: NOW, limit=20) for _ in range(3)],
        )
        for _ in range(2)
    ]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    while count_new(begin=begin, rules=rules, clock=lambda: NOW):
        pass
    assert sum(bucket.posts for bucket in counted(begin)) == 60
    with begin() as work:
        assert len(work.opinion.marks("forum", since=NOW - timedelta(days=1), until=NOW)) == 60


def test_what_is_counted_can_be_counted_anew(begin: Begin, database_url: str) -> None:
    settle(begin, "forum")
    judged(begin, [said(1), said(2)])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    before = counted(begin)
    env = {"RISKGUARD_DATABASE_URL": database_url, "RISKGUARD_DATA_KEYS": KEY}
    asked = CliRunner(env=env).invoke(admin, ["recount-opinion", "--yes"], catch_exceptions=False)
    assert asked.output == "2 posts wait to be counted by the scheduler\n"
    assert counted(begin) == []
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    assert counted(begin) == before


def test_a_post_from_the_future_counts_when_it_came(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(1, ago=-timedelta(days=3))])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    assert [bucket.start for bucket in counted(begin)] == [Grain.HOUR.start(NOW)]


def test_a_mark_comes_back_as_it_was_and_what_is_masked_is_no_topic(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, said(1, text="林小满家又停水了"))
    with begin() as work:
        work.verdicts.add([replace(verdict(said(1)), masked_text="林**的小区又停水了")], at=NOW)
        work.commit()
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    with begin() as work:
        (kept,) = work.opinion.marks("forum", since=NOW - timedelta(hours=1), until=NOW)
    assert kept == Mark("pst_forum_1_1", "forum", Scene.COMMENT, NOW, kept.account, "review", topics=("小区", "停水"))


def test_surges_topics_and_figures_come_back_as_they_were(begin: Begin) -> None:
    settle(begin, "forum")
    over = replace(SURGE, id="srg_0", ended_at=NOW)
    topic, gauge = TopicDay("forum", NOW, "停水", 5, 4, 6), Gauge("forum", "sameness", NOW, {"index": 0.25})
    with begin() as work:
        work.opinion.take()
        work.opinion.keep_surges([SURGE, over])
        work.opinion.keep_topic_day("forum", NOW, [topic])
        work.opinion.keep_gauge(replace(gauge, values={}))
        work.opinion.keep_gauge(gauge)
        work.commit()
    hour = timedelta(hours=1)
    with begin() as work:
        assert work.opinion.open_surges("forum") == [SURGE]
        assert work.opinion.surges("forum", since=NOW - hour, until=NOW + hour) == [over, SURGE]
        assert work.opinion.surges("forum", since=NOW + hour, until=NOW + 2 * hour) == [SURGE]
        assert (work.opinion.surge("srg_0"), work.opinion.surge("srg_9")) == (over, None)
        assert work.opinion.topic_days("forum", since=NOW, until=NOW + hour) == [topic]
        assert work.opinion.gauges("forum", "sameness", since=NOW, until=NOW + hour) == [gauge]


def test_a_crowd_raises_one_alert_that_is_over_with_it(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(number, ago=timedelta(seconds=10 * number)) for number in range(12)])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    now = NOW
    watcher = Watcher(begin=begin, rules=rules, clock=lambda: now)
    (opened,), ended = watcher.look()
    assert (opened.series.kind, set(opened.topics), ended) == (SeriesKind.TOPIC, {"小区", "停水"}, [])
    assert watcher.look() == ([], [])
    with begin() as work:
        kept = work.alerts.standing([key_of(opened)])[key_of(opened)]
    assert (kept.alert.community, kept.alert.page) == ("forum", f"opinion/surges/{opened.id}")
    assert (kept.count, "12 个账号, 平时几乎没有; " in kept.alert.summary) == (1, True)
    now = NOW + timedelta(hours=2)
    assert [surge.id for surge in watcher.look()[1]] == [opened.id]
    with begin() as work:
        assert work.alerts.standing([key_of(opened)]) == {}
        assert work.alerts.get(kept.id).status is AlertStatus.RESOLVED  # type: ignore[union-attr]


def test_what_a_member_resolved_is_not_raised_again_while_the_surge_goes_on(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(number, ago=timedelta(seconds=10 * number)) for number in range(12)])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    watcher = Watcher(begin=begin, rules=rules, clock=lambda: NOW + timedelta(minutes=1))
    (opened,), _ = watcher.look()
    with begin() as work:
        resolve_alerts([key_of(opened)], work=work, now=NOW, by="member:li")
        work.commit()
    assert watcher.look() == ([], [])
    with begin() as work:
        assert ([each.id for each in work.opinion.open_surges("forum")], work.alerts.standing([key_of(opened)])) == (
            [opened.id],
            {},
        )


def test_a_figure_of_the_day_is_raised_once_and_not_again_after_a_member_resolved_it(begin: Begin) -> None:
    settle(begin, "forum")
    varied = {"clustered": 0.0, "kinds": 1.0, "packing": 0.2, "topics": 0.05, "variety": 0.9}
    today = Grain.DAY.start(NOW)
    with begin() as work:
        work.opinion.take()
        for back in range(1, 15):
            work.opinion.keep_gauge(Gauge("forum", "sameness", today - timedelta(days=back), varied))
        work.commit()
    strict = replace(RULES, sameness=SamenessRules(least_posts=20))

    def measured(posts: Sequence[Post], after: timedelta) -> list[KeptAlert]:
        judged(begin, posts)
        count_new(begin=begin, rules=lambda: strict, clock=lambda: NOW)
        measure_day(begin=begin, rules=lambda: strict, clock=lambda: NOW + after)
        with begin() as work:
            return work.alerts.listed(community="forum", statuses=(), kind="health", limit=9)

    same, minute = [said(number) for number in range(24)], timedelta(minutes=1)
    (first,) = measured(same, minute)
    assert "内容同质化" in first.alert.summary
    assert measured([], 2 * minute) == [first], "nothing changed"
    (changed,) = measured([said(24, text="今天的晚霞很好看，操场上许多人在拍照")], 3 * minute)
    assert (changed.id, changed.count, changed.alert.summary != first.alert.summary) == (first.id, 2, True)
    with begin() as work:
        resolve_alerts([first.alert.key], work=work, now=NOW + 4 * minute, by="member:li")
        work.commit()
    (over,) = measured([said(25, text="图书馆三楼的灯修好了")], 5 * minute)
    assert (over.id, over.status, over.count) == (first.id, AlertStatus.RESOLVED, 2)


def test_posts_are_read_and_thought_about_before_the_turn_to_write(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(number, ago=timedelta(seconds=10 * number)) for number in range(12)])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    transactions: list[list[str]] = []

    def watched() -> UnitOfWork:
        transactions.append([])
        return begin()

    def note(_link: object, _cursor: object, statement: str, *_: object) -> None:
        transactions[-1].append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        opened, _ = Watcher(begin=watched, rules=rules, clock=lambda: NOW).look()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    (writing,) = [all_ for each in transactions if "INSERT INTO opinion_surges" in (all_ := "; ".join(each))]
    assert len(opened) == 1
    assert "opinion_marks" not in writing


def test_a_look_that_another_process_overtook_keeps_nothing(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(number, ago=timedelta(seconds=10 * number)) for number in range(12)])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    faster = Watcher(begin=begin, rules=rules, clock=lambda: NOW)
    steps, saw = iter(["names", "read", "write"]), list[Told]()

    def overtaken() -> UnitOfWork:
        if next(steps) == "write":
            saw.append(faster.look())
        return begin()

    assert Watcher(begin=overtaken, rules=rules, clock=lambda: NOW).look() == ([], [])
    (((opened,), ended),) = saw
    with begin() as work:
        assert (work.opinion.open_surges("forum"), ended) == ([opened], [])
        assert work.alerts.standing([key_of(opened)])[key_of(opened)].count == 1


def test_history_that_comes_late_is_usual_and_no_surge(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(number, ago=timedelta(hours=24 + number % 96)) for number in range(200)])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    assert Watcher(begin=begin, rules=rules, clock=lambda: NOW).look() == ([], [])
    with begin() as work:
        usual = usual_of("forum", now=NOW, rules=RULES, work=work)
    assert usual.settled


def test_what_is_old_is_forgotten_and_no_older_is_written(begin: Begin) -> None:
    settle(begin, "forum")
    judged(begin, [said(1), said(2, ago=timedelta(days=5)), said(3, ago=timedelta(days=30))])
    count_new(begin=begin, rules=rules, clock=lambda: NOW)
    assert [len(counted(begin, grain)) for grain in Grain] == [2, 3, 3]
    assert forget_opinion(begin=begin, rules=rules, clock=lambda: NOW) == 1, "the mark of five days ago"
    far = NOW + timedelta(days=200)
    forget_opinion(begin=begin, rules=rules, clock=lambda: far)
    assert [len(counted(begin, grain)) for grain in Grain] == [0, 0, 3]
