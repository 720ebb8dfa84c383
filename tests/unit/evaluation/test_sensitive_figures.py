"""What counts as found, as pointed at and as a false alarm, and which goals are missed."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from riskguard.domain.finding import EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.evaluation.sensitive_figures import (
    Ordinary,
    PairOutcome,
    Recall,
    SensitiveFigures,
    TrapOutcome,
    found,
    measure_sensitive,
    pointed,
)
from riskguard.evaluation.sensitive_report import plain, show
from riskguard.evaluation.sensitive_suites import Half, Kind, Pair, Trap
from riskguard.policy.engine import SILENCE

_LOAN = Pair(1, Kind.PINYIN, "fraud.loan", "急用钱贷款", "急用钱daikuan", ((3, 10),))


def _verdict(label: str, score: float = 0.9, action: Action = Action.REVIEW, *, rule: str = "rule") -> Verdict:
    return Verdict("p", action, labels={label: score}, rules=(FiredRule(rule, action, labels=(label,)),))


@pytest.mark.parametrize(
    ("verdict", "counts"),
    [
        pytest.param(_verdict("fraud.loan"), True, id="the-label"),
        pytest.param(_verdict("fraud.prize"), True, id="a-label-of-the-family"),
        pytest.param(_verdict("fraud"), True, id="the-family-itself"),
        pytest.param(_verdict("fraud.loan", 0.3, Action.LIMIT), True, id="weakly-but-acted-on"),
        pytest.param(_verdict("fraud.loan", 0.29), False, id="a-label-that-is-not-said"),
        pytest.param(_verdict("fraud.loan", action=Action.ALLOW), False, id="an-alert-alone"),
        pytest.param(_verdict("ad.contact", action=Action.BLOCK), False, id="another-family"),
        pytest.param(_verdict("fraudster"), False, id="a-name-that-begins-alike"),
        pytest.param(_verdict("fraud.loan", rule=SILENCE), False, id="a-detector-that-failed"),
        pytest.param(Verdict("p", Action.ALLOW, labels={"fraud.loan": 0.9}), False, id="said-and-not-acted-on"),
    ],
)
def test_found_is_an_action_that_rests_on_the_family(verdict: Verdict, counts: bool) -> None:
    assert found(verdict, _LOAN.family) is counts


@pytest.mark.parametrize(
    ("label", "score", "span", "counts"),
    [
        pytest.param("fraud.loan", 0.6, (3, 10), True, id="exactly"),
        pytest.param("fraud", 0.6, (0, 15), True, id="with-as-much-more-as-may-be"),
        pytest.param("fraud.loan", 0.6, (0, 16), False, id="with-one-more"),
        pytest.param("fraud.loan", 0.6, (3, 9), False, id="all-but-the-last"),
        pytest.param("fraud.loan", 0.6, (4, 10), False, id="all-but-the-first"),
        pytest.param("fraud.loan", 0.2, (3, 10), False, id="hardly-said"),
        pytest.param("gambling", 0.6, (3, 10), False, id="another-family"),
        pytest.param("fraud.loan", 0.6, None, False, id="the-whole-text"),
    ],
)
def test_a_term_is_pointed_at_by_a_span_that_holds_it_and_little_more(
    label: str, score: float, span: tuple[int, int] | None, counts: bool
) -> None:
    spans = () if span is None else (EvidenceSpan(*span, "term"),)
    assert pointed(Verdict("p", Action.REVIEW, findings=(Finding(label, score, "d", spans),)), _LOAN) is counts


def test_one_of_several_terms_is_enough() -> None:
    pair = Pair(1, Kind.EMOJI, "gambling", "网赌微信", "网🎲威❤", ((0, 2), (2, 4)))
    finding = Finding("gambling", 0.9, "d", (EvidenceSpan(2, 4, "term"),))
    assert pointed(Verdict("p", Action.REVIEW, findings=(finding,)), pair)


def _outcome(number: int, *, plain: bool, disguised: bool, pointed: bool = False) -> PairOutcome:
    return PairOutcome(Pair(number, Kind.SPLIT, "drugs", "", "", ()), plain, disguised, pointed)


_FIGURES = SensitiveFigures(
    pairs=(
        _outcome(1, plain=True, disguised=True, pointed=True),
        _outcome(3, plain=True, disguised=False, pointed=True),
        _outcome(5, plain=False, disguised=True),
        _outcome(2, plain=True, disguised=True),
    ),
    traps=(
        TrapOutcome(Trap(1001, "food", "菠菜", ((0, 2),)), alarm=True),
        TrapOutcome(Trap(1002, "food", "冰粉", ((0, 2),)), alarm=False),
        TrapOutcome(Trap(1004, "news", "赌球", ((0, 2),)), alarm=True),
    ),
    ordinary=Ordinary(posts=100, blocked=2, reviewed=4),
)


def test_pairs_are_counted_by_half_kind_and_family() -> None:
    assert _FIGURES.recall(Half.TUNE) == Recall(pairs=3, plain=2, disguised=2, kept=1, pointed=1)
    assert _FIGURES.recall(Half.HELD, kind=Kind.SPLIT) == Recall(pairs=1, plain=1, disguised=1, kept=1, pointed=0)
    assert _FIGURES.recall(Half.HELD, kind=Kind.WIDTH).pairs == _FIGURES.recall(Half.HELD, family="abuse").pairs == 0


def test_false_alarms_are_counted_by_half_and_group() -> None:
    assert _FIGURES.alarms() == (2, 3)
    assert (_FIGURES.alarms(Half.TUNE), _FIGURES.alarms(Half.HELD)) == ((1, 1), (1, 2))
    assert (_FIGURES.alarms(group="food"), _FIGURES.alarms(Half.TUNE, group="news")) == ((1, 2), (0, 0))


def test_goals_are_asked_of_the_held_half_and_of_ordinary_posts() -> None:
    """All split pairs of the held half were found; 2 % of ordinary posts are blocked, and 4 % reviewed."""
    assert _FIGURES.missed_goals() == ["benign", "blocked"]


def test_the_ids_that_are_named_are_those_to_tune_on() -> None:
    told = plain(_FIGURES)
    assert (told["missed_tune_ids"], told["false_alarm_tune_ids"]) == ([3], [1001])
    out = io.StringIO()
    show(_FIGURES, Console(file=out, width=160), missed=True)
    assert "split missed (tune): 3\n" in out.getvalue()
    assert "false alarms (tune): 1001 菠菜\n" in out.getvalue()
    assert "1004" not in out.getvalue()
    assert out.getvalue().splitlines()[-1] == "Goals missed: benign, blocked"


def test_each_text_is_judged_once_and_its_verdict_goes_where_it_belongs() -> None:
    said = {
        "急用钱贷款": _verdict("fraud"),
        "骗子": _verdict("fraud"),
        "删帖": _verdict("fraud", action=Action.BLOCK),
        "难过": Verdict("p", Action.ALLOW, alerts=("care",)),
    }
    judged: list[Post] = []
    moves: list[int] = []

    def judge(posts: Sequence[Post]) -> list[Verdict]:
        judged.extend(posts)
        return [
            said.get(post.text) or Verdict("p", Action.ALLOW, alerts=("care",) * ("难过" in post.text))
            for post in posts
        ]

    benign = [Trap(at, "g", text, ()) for at, text in enumerate(["骗子", "难过", "晴天"])]
    ordinary = ["晴天"] * 70 + ["骗子", "删帖", "难过"]
    figures = measure_sensitive([_LOAN], benign, judge, ordinary=ordinary, told=moves.append)
    assert figures.pairs == (PairOutcome(_LOAN, plain=True, disguised=False, pointed=False),)
    assert [each.alarm for each in figures.traps] == [True, True, False]
    assert figures.ordinary == Ordinary(posts=73, blocked=1, reviewed=1)
    assert (
        sum(moves)
        == len(judged)
        == len({post.id for post in judged})
        == len({post.created_at for post in judged})
        == 78
    )
