"""Findings with more places than a verdict keeps."""

from __future__ import annotations

from riskguard.domain.finding import EvidenceSpan, Finding, brief


def found(label: str, places: int, score: float = 0.9, **facts: int) -> Finding:
    """A finding with so many places."""
    return Finding(label, score, "pii", tuple(EvidenceSpan(at, at + 1, "why") for at in range(places)), facts)


def test_a_few_places_are_kept_as_they_are() -> None:
    findings = (found("a", 3), found("b", 0), found("c", 1))
    assert brief(findings, most=3) == findings


def test_of_many_places_the_first_are_kept_and_the_others_counted() -> None:
    first, second = brief([found("a", 5), found("b", 2)], most=3)
    assert (len(first.spans), dict(first.facts), first.places) == (3, {"more": 2}, 5)
    assert second == found("b", 2)


def test_what_a_detector_left_out_is_counted_too() -> None:
    (short,) = brief([found("a", 5, more=10)], most=3)
    assert (len(short.spans), short.places) == (3, 15)


def test_the_likeliest_of_a_label_comes_first_and_none_loses_all_its_places() -> None:
    unlikely, likely, rest = brief([found("a", 5, 0.3), found("a", 3, 0.9), found("a", 1, 0.2)], most=3)
    assert [len(each.spans) for each in (unlikely, likely, rest)] == [1, 3, 1]
    assert (unlikely.places, likely.places, rest.places) == (5, 3, 1)
