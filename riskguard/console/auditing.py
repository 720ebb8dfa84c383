"""The pages of the audit log: who did what, whether the chain holds, and a table to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from riskguard.bootstrap import House
from riskguard.console import wording
from riskguard.console.entrance import require_auditing
from riskguard.domain.audit import AuditFilter, AuditRecord, named_member
from riskguard.services import audit

ROWS = 50
CHECKED_ROWS = 5_000
"""So many of the newest rows are checked whenever the page is opened; the command line checks all."""
_CRITERIA = ("since", "until", "actor", "event", "subject")
_MOST_CHARS = 100
_COLUMNS = ("sequence", "at", "actor", "event", "subject", "community", "details", "previous", "hash")


class AuditPages:
    """For compliance officers and operators; who looks after one community sees the acts in that one."""

    def __init__(self, house: House) -> None:
        self._house = house

    def blueprint(self) -> Blueprint:
        """Its routes."""
        pages = Blueprint("auditing", __name__)
        pages.add_url_rule("/audit", view_func=self.log)
        pages.add_url_rule("/audit/export", view_func=self.export, methods=["POST"])
        return pages

    def log(self) -> ResponseReturnValue:
        """The newest rows that fit, and whether the chain holds."""
        require_auditing(g.member)
        begin, chosen = self._house.begin, _chosen(request.args)
        before = request.args.get("before", type=int)
        rows = audit.page_of(self._filter(chosen), begin=begin, limit=ROWS + 1, before=before)
        more = len(rows) > ROWS
        return render_template(
            "audit.html",
            rows=rows[:ROWS],
            older=rows[ROWS - 1].sequence if more else None,
            before=before,
            chosen=chosen,
            check=audit.checked(CHECKED_ROWS, begin=begin),
        )

    def export(self) -> ResponseReturnValue:
        """All rows that fit as CSV; the export is an act of its own."""
        require_auditing(g.member)
        begin, chosen = self._house.begin, _chosen(request.form)
        with begin() as work:
            audit.note(
                work,
                "audit.exported",
                "audit",
                by=named_member(g.member.name),
                at=self._house.clock(),
                community=g.member.community,
                narrowed_by=", ".join(chosen),  # not what by: people type names and numbers there
            )
            work.commit()
        name = f"riskguard-audit-{self._house.clock().astimezone(wording.BEIJING):%Y%m%d-%H%M}.csv"
        return Response(
            _table(audit.found(self._filter(chosen), begin=begin)),
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _filter(self, chosen: dict[str, str]) -> AuditFilter:
        until = _day(chosen.get("until", ""))
        return AuditFilter(
            since=_day(chosen.get("since", "")),
            until=until + timedelta(days=1) if until else None,
            actor=chosen.get("actor"),
            event=chosen.get("event"),
            subject=chosen.get("subject"),
            community=g.member.community,
        )


def _chosen(form: dict[str, str]) -> dict[str, str]:
    """What was asked for, without empty fields; a name alone means the member of that name."""
    given = {name: form.get(name, "").strip()[:_MOST_CHARS] for name in _CRITERIA}
    kept = {name: word for name, word in given.items() if word.isprintable() and word}
    if "actor" in kept and ":" not in kept["actor"] and kept["actor"] not in {"cli", "system"}:
        kept["actor"] = named_member(kept["actor"])
    return {name: word for name, word in kept.items() if name not in {"since", "until"} or _day(word)}


def _day(word: str) -> datetime | None:
    """The beginning of a day in Beijing; None for what is no date."""
    try:
        return datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=wording.BEIJING)
    except ValueError:
        return None


def _table(records: Iterator[AuditRecord]) -> Iterator[str]:
    """CSV, with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + _line(_COLUMNS)
    for record in records:
        yield _line([getattr(record, column) for column in _COLUMNS])


def _line(cells: object) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)  # type: ignore[arg-type]
    return out.getvalue()
