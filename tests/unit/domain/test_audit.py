"""What an audit entry may say, and how a row is hashed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from riskguard.domain.audit import AuditEntry, AuditRecord, chained, verify
from riskguard.domain.errors import InvalidInput

AT = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
ENTRY = AuditEntry(AT, "member:小王", "case.decided", "cas_1", "tide", {"ruling": "remove", "version": 2})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("at", datetime(2026, 11, 27), id="no-zone"),  # noqa: DTZ001 (that is the fault)
        pytest.param("actor", "小王", id="actor-of-no-kind"),
        pytest.param("actor", "member:", id="nobody"),
        pytest.param("actor", "cli:root", id="cli-has-no-name"),
        pytest.param("event", "decided", id="event-of-nothing"),
        pytest.param("event", "Case.Decided", id="event-in-capitals"),
        pytest.param("subject", "一句话\n又一句话", id="lines"),
        pytest.param("subject", "字" * 301, id="as-long-as-content"),
        pytest.param("details", {"reason": "x" * 301}, id="detail-as-long-as-content"),
        pytest.param("details", {"bad\x00": 1}, id="detail-with-nul"),
    ],
)
def test_what_cannot_be_an_entry_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidInput):
        replace(ENTRY, **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("actor", ["cli", "system", "member:a@b.example", "key:rg_abcdef"])
def test_actors(actor: str) -> None:
    assert replace(ENTRY, actor=actor).actor == actor


def test_the_hash_can_be_made_again_by_anyone() -> None:
    [record] = chained([ENTRY], last=None)
    columns = (
        r'{"actor":"member:\u5c0f\u738b","at":"2026-11-27T08:30:00.000000+00:00","community":"tide",'
        r'"details":"{\"ruling\":\"remove\",\"version\":2}","event":"case.decided",'
        r'"previous":"0000000000000000000000000000000000000000000000000000000000000000","sequence":1,"subject":"cas_1"}'
    )
    assert record.hash == hashlib.sha256(columns.encode()).hexdigest()


def test_a_column_of_another_type_is_a_broken_row() -> None:
    [record] = chained([ENTRY], last=None)
    odd: AuditRecord = replace(record, subject=b"cas_1")  # type: ignore[arg-type]
    assert (verify([odd]).broken_at, verify([odd]).rows) == (1, 0)
