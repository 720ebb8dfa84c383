"""What a run of the stream showed, as figures, as tables, and as PASS or FAIL."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

WAIT_S = 5
"""How long a sampled post waits for its verdict."""

LIKELY = 0.5
"""A label counts for a post from this score on."""


@dataclass(slots=True)
class Report:
    """What one run showed. Rates count from the first request on; no text of any post is in it."""

    posts: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    throttled: int = 0
    without_verdict: int = 0
    verdicts: int = 0
    webhooks_received: int = 0
    webhook_ids: int = 0
    webhook_repeats: int = 0
    bad_signatures: int = 0
    posts_without_webhook: int = 0
    posts_with_several_webhooks: int = 0
    killed: str = ""
    longest_pause_s: float = 0.0
    accepted_per_s: float = 0.0
    judged_per_s: float = 0.0
    called_back_per_s: float = 0.0
    accept_ms: dict[str, float] = field(default_factory=dict)
    verdict_ms: dict[str, float] = field(default_factory=dict)
    not_judged_in_time: int = 0
    actions: dict[str, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """What was promised and not kept, in words."""
        return [
            said
            for wrong, said in (
                (not self.posts, "no post was accepted"),
                (self.refused, f"posts refused: {self.refused}"),
                (self.without_verdict, f"posts without a verdict: {self.without_verdict}"),
                (self.verdicts != self.posts, f"{self.verdicts} verdicts for {self.posts} posts"),
                (self.bad_signatures, f"bad signatures: {self.bad_signatures}"),
                (self.webhook_repeats, f"webhooks received again: {self.webhook_repeats}"),
                (self.posts_without_webhook, f"posts without webhook: {self.posts_without_webhook}"),
                (self.posts_with_several_webhooks, f"posts judged twice: {self.posts_with_several_webhooks}"),
            )
            if wrong
        ]


def show(report: Report, console: Console) -> None:
    """Print the tables and the last line."""
    console.print(_shares("action", report.actions, report.posts))
    console.print(_shares(f"label (score ≥ {LIKELY})", report.labels, report.posts))
    figures = Table("figure", "value", title="the run")
    for name, value in _figures(report):
        figures.add_row(name, value)
    console.print(figures)
    faults = report.faults()
    console.print(f"FAIL: {'; '.join(faults)}" if faults else "PASS", soft_wrap=True, highlight=False)


def _shares(what: str, counts: dict[str, int], total: int) -> Table:
    table = Table(what, "posts", "share")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}", f"{count / max(total, 1):.2%}")
    return table


def _figures(report: Report) -> list[tuple[str, str]]:
    def spread(times: dict[str, float]) -> str:
        return ", ".join(f"{name} {value:.1f} ms" for name, value in times.items()) or "none"

    return [
        (
            "posts accepted",
            f"{report.posts:,} ({report.accepted_per_s:,.0f} a second; told to wait {report.throttled}x)",
        ),
        (
            "posts judged",
            f"{report.posts - report.without_verdict:,} ({report.judged_per_s:,.0f} a second, end to end)",
        ),
        ("posts without a verdict", f"{report.without_verdict:,}"),
        ("verdicts in the database", f"{report.verdicts:,}"),
        ("webhooks received", f"{report.webhooks_received:,} ({report.called_back_per_s:,.0f} a second, end to end)"),
        ("distinct webhook ids", f"{report.webhook_ids:,}"),
        ("received again", f"{report.webhook_repeats:,}"),
        ("bad signatures", f"{report.bad_signatures:,}"),
        ("posts without webhook", f"{report.posts_without_webhook:,}"),
        ("single post, accepted", spread(report.accept_ms)),
        (f"single post, verdict (wait={WAIT_S})", f"{spread(report.verdict_ms)}; late {report.not_judged_in_time}"),
        ("longest time without a new verdict", f"{report.longest_pause_s:.1f} s after all were sent"),
        ("killed", report.killed or "nothing"),
    ]
