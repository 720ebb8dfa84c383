"""The law of the audit log: an untouched one is good, and whatever is done to its rows afterwards is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from hypothesis import assume, given
from hypothesis import strategies as st

from riskguard.domain.audit import GENESIS, AuditEntry, AuditRecord, chained, verify

words = st.text(st.characters(categories=["L", "N", "P"]), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
entries = st.builds(
    AuditEntry,
    at=st.datetimes(timezones=st.just(UTC)),
    actor=st.sampled_from(["cli", "system", "member:小王", "key:rg_abcdef"]),
    event=st.sampled_from(["case.decided", "author.erased", "member.signed-in"]),
    subject=words,
    community=st.none() | words,
    details=st.dictionaries(words, scalars, max_size=3),
)
logs = st.lists(entries, min_size=1, max_size=8).map(lambda each: list(chained(each, last=None)))
columns = st.sampled_from(["sequence", "at", "actor", "event", "subject", "community", "details", "previous", "hash"])


@given(logs)
def test_an_untouched_log_is_good_and_tells_its_head(log: list[AuditRecord]) -> None:
    found = verify(log)
    assert (found.intact, found.rows, found.head) == (True, len(log), log[-1].hash)
    assert all(verify(log, head=record.hash).intact for record in log)


@given(st.lists(entries, max_size=4), st.lists(entries, max_size=4))
def test_it_does_not_matter_in_how_many_turns_it_was_written(first: list[AuditEntry], then: list[AuditEntry]) -> None:
    begun = list(chained(first, last=None))
    assert begun + list(chained(then, last=begun[-1] if begun else None)) == list(chained(first + then, last=None))


@given(logs, st.data(), columns, words)
def test_an_edit_of_any_column_is_found_at_its_row(
    log: list[AuditRecord], data: st.DataObject, column: str, word: str
) -> None:
    spot = data.draw(st.integers(0, len(log) - 1))
    value: object = 10**6 + len(word) if column == "sequence" else word
    assume(getattr(log[spot], column) != value)
    changed = [*log[:spot], replace(log[spot], **{column: value}), *log[spot + 1 :]]  # type: ignore[arg-type]
    assert verify(changed).broken_at == spot + 1


@given(logs, st.data(), words)
def test_an_edit_with_a_hash_made_anew_is_found_at_the_next_row(
    log: list[AuditRecord], data: st.DataObject, word: str
) -> None:
    assume(len(log) > 1)
    spot = data.draw(st.integers(0, len(log) - 2))
    assume(log[spot].subject != word)
    forged = replace(log[spot], subject=word)
    forged = replace(forged, hash=forged.sealed())
    assert verify([*log[:spot], forged, *log[spot + 1 :]]).broken_at == spot + 2


@given(logs, st.data())
def test_a_removed_row_is_found(log: list[AuditRecord], data: st.DataObject) -> None:
    assume(len(log) > 1)
    spot = data.draw(st.integers(0, len(log) - 2))
    assert verify([*log[:spot], *log[spot + 1 :]]).broken_at == spot + 1


@given(logs, st.data())
def test_rows_in_another_order_are_found(log: list[AuditRecord], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(log))
    assume(shuffled != log)
    assert not verify(shuffled).intact


@given(logs, st.data())
def test_rows_cut_off_the_end_are_found_by_who_noted_a_head(log: list[AuditRecord], data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(log) - 1))
    noted = log[data.draw(st.integers(kept, len(log) - 1))].hash
    assert verify(log[:kept], head=noted).broken_at == kept + 1
    assert verify(log[:kept]).intact  # without a note nobody can tell


@given(logs, entries)
def test_a_log_written_anew_is_found_by_who_noted_a_head(log: list[AuditRecord], other: AuditEntry) -> None:
    anew = list(chained([other], last=None))
    assume(anew[0].hash != log[0].hash)
    assert not verify(anew, head=log[0].hash).intact


def test_an_empty_log_is_good() -> None:
    assert (verify([]).intact, verify([]).head) == (True, GENESIS)
