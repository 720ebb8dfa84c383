"""What is left to read of a post before it is revealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from riskguard.bootstrap import word_mask
from riskguard.console.veil import Veil, lifted, veiled
from riskguard.domain.finding import TITLE, Abstention, Cause, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, Verdict

POST = Post(
    "pst_1", "tide", "1", "他叫林小满，电话13900001111。", datetime(2026, 5, 1, tzinfo=UTC), title="找13900001111"
)
MASKED = "他叫林小满，电话139****1111。"
NAME = Finding("pii.name", 0.9, "encoder", (EvidenceSpan(2, 5, "姓名"),))
PHONE = Finding("pii.mobile", 1.0, "pii", (EvidenceSpan(8, 19, "手机号"),))
VERDICT = Verdict("pst_1", Action.MASK, findings=(PHONE,), masked_text=MASKED)


def over(post: Post, verdict: Verdict | None) -> Veil:
    return veiled(post, verdict, mask=word_mask())


def test_what_the_verdict_hides_is_hidden_in_text_and_title_and_in_what_is_said_of_it() -> None:
    veil = over(POST, VERDICT)
    assert (veil.text, veil.title, veil.whole) == (MASKED, "找139****1111", False)
    assert veil.over("疑似号码 13900001111") == "疑似号码 139****1111"
    assert veil.over_talk("他还有13900002222") == "他还有139****2222"


def test_hidden_names_are_hidden_in_the_title_too() -> None:
    named = replace(VERDICT, findings=(NAME,), masked_text=POST.text.replace("林小满", "***"))
    assert over(replace(POST, title="谁认识林小满"), named).title == "谁认识***"


def test_a_title_with_a_finding_that_nobody_can_place_is_hidden_whole() -> None:
    named = replace(VERDICT, findings=(Finding("pii.name", 0.9, "encoder", facts=TITLE),), masked_text=POST.text)
    assert over(replace(POST, title="谁认识 林小满"), named).title == "*** ***"


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        pytest.param("他叫林小满，电话<手机号>。", "他叫林小满，电话***********。", id="a-word-in-its-place"),
        pytest.param("他叫林小满，电话。", "他叫林小满，电话***********。", id="cut-out"),
        pytest.param("他叫<姓名>，电话<手机号:c2VhbGVk>。", "他叫***，电话***********。", id="two-places"),
        pytest.param("他叫***，电话。", "他叫***，电话***********。", id="one-masked-and-one-cut-out"),
        pytest.param("<称呼>，电话<手机号>。", "*******************。", id="more-than-was-found-and-all-between"),
        pytest.param("他叫林小满。", "他叫林小满**************。", id="less-than-was-found-and-all-between"),
    ],
)
def test_a_masked_text_of_another_length_hides_at_least_what_it_hides(masked: str, shown: str) -> None:
    assert over(POST, replace(VERDICT, masked_text=masked, findings=(PHONE, NAME))).text == shown


@pytest.mark.parametrize(
    "verdict",
    [
        pytest.param(None, id="not-judged"),
        pytest.param(Verdict("pst_1", Action.REVIEW), id="judged-without-being-read"),
        pytest.param(
            replace(VERDICT, abstentions=(Abstention("pii", "timed out", Cause.FAILED),)), id="its-reader-failed"
        ),
    ],
)
def test_where_nobody_knows_what_is_personal_all_is_hidden(verdict: Verdict | None) -> None:
    veil = over(replace(POST, text="第一行\n第二行"), verdict)
    assert (veil.text, veil.title, veil.whole) == ("***\n***", "************", True)


def test_an_empty_text_hides_nothing() -> None:
    assert not over(replace(POST, text="", title=""), replace(VERDICT, masked_text="", findings=())).whole


def test_a_lifted_veil_shows_all() -> None:
    veil = lifted(POST)
    assert (veil.text, veil.title, veil.over_talk("13900002222")) == (POST.text, POST.title, "13900002222")
