"""`riskguard policy`: what compliance officers do with policies before they are in force."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from riskguard.domain.errors import Fault
from riskguard.domain.finding import NOTABLE, EvidenceSpan
from riskguard.domain.post import Author, Post, Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Verdict
from riskguard.settings import Settings

if TYPE_CHECKING:
    from riskguard.policy.alerts.testing import AlertOutcome
    from riskguard.policy.testing import Outcome

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_SCENES = click.Choice([scene.value for scene in Scene])


@click.group()
def policy() -> None:
    """Check, test, compare and try out policies."""


@policy.command()
@click.argument("folder", required=False, metavar="[DIR]", type=_FOLDER)
def check(folder: Path | None) -> None:
    """Say everything that is wrong with a policy folder.

    Looks at the taxonomy, default.yaml, communities/, lexicons/, alerts.yaml, opinion.yaml, retention.yaml,
    copypasta.yaml and tests/; a test that fails is a fault, and so is a threshold or rule of default.yaml that no test
    fires. Ends with exit code 1 on any fault.
    """
    from riskguard.detectors.similar.copypasta import FILE as COPYPASTA
    from riskguard.detectors.similar.copypasta import copypasta_faults
    from riskguard.policy.book import read_shelf
    from riskguard.policy.check import check as faults_of

    folder = folder or Settings.load().policy_dir
    faults = [*faults_of(folder), *_lexicon_faults(folder), *copypasta_faults(folder / COPYPASTA)]
    if faults:
        _refuse(faults)
    shelf = read_shelf(folder)
    click.echo(
        f"policies are sound: {shelf.default.name} version {shelf.default.version}, "
        f"{len(shelf.communities)} community policies, {len(shelf.taxonomy.labels)} labels"
    )


@policy.command()
@click.argument("folder", required=False, metavar="[DIR]", type=_FOLDER)
@click.option("-v", "--verbose", is_flag=True, help="Name the cases that pass, too.")
def test(folder: Path | None, verbose: bool) -> None:
    """Run the tests of a policy folder: of policies in tests/*.yaml, of alerts in tests/alerts/*.yaml.

    Ends with exit code 1 if one fails.
    """
    from riskguard.policy.alerts.testing import run_alert_tests
    from riskguard.policy.book import TAXONOMY
    from riskguard.policy.taxonomy import load_taxonomy
    from riskguard.policy.testing import run_tests

    folder = folder or Settings.load().policy_dir
    about_policies, about_alerts = run_tests(folder, load_taxonomy(folder / TAXONOMY)), run_alert_tests(folder)
    outcomes: list[Outcome | AlertOutcome] = [*about_policies, *about_alerts]
    failed = [outcome for outcome in outcomes if outcome.complaints]
    for outcome in outcomes:
        if outcome.complaints:
            place = outcome.case.place
            click.echo(f"FAILED  {outcome.case.name}  ({place.file}:{place.line}:{place.column})")
            for complaint in outcome.complaints:
                click.echo(f"        {complaint}")
        elif verbose:
            click.echo(f"passed  {outcome.case.name}")
    alerts = f", {len(about_alerts)} alert tests" if about_alerts else ""
    click.echo(f"{len(about_policies)} policy tests{alerts}, {len(failed)} failed")
    if failed or not outcomes:
        sys.exit(1)


@policy.command()
@click.argument("old", metavar="A", type=_FILE)
@click.argument("new", metavar="B", type=_FILE)
def diff(old: Path, new: Path) -> None:
    """Show what changes from policy file A to policy file B, with all that they extend."""
    from riskguard.policy.book import single
    from riskguard.policy.diff import diff as changes

    policy_dir = Settings.load().policy_dir
    one, other = (single(file, policy_dir=policy_dir).edition for file in (old, new))
    found = changes(one, other)
    if not found:
        click.echo("the two policies say the same")
        return
    table = Table("what", "before", "after", "scenes", box=None, pad_edge=False)
    for change in found:
        table.add_row(*(Text(cell) for cell in (change.id, change.before or "-", change.after or "-", change.where)))
    Console().print(table)
    click.echo(f"{len(found)} changes, version {one.version} -> {other.version}")


@policy.command()
@click.argument("text")
@click.option("--policy", "file", type=_FILE, help="Policy file to judge by.  [default: those in force]")
@click.option("--community", default="", help="Community of the post.")
@click.option("--scene", type=_SCENES, default=Scene.POST.value, show_default=True)
@click.option("--trust", type=click.IntRange(0, 4), default=0, show_default=True, help="Trust tier of the author.")
@click.option("--age-days", type=click.FloatRange(0), help="Age of the author's account.  [default: unknown]")
@click.option("--all-scores", is_flag=True, help="Show the low scores, too.")
def explain(
    text: str, file: Path | None, community: str, scene: str, trust: int, age_days: float | None, all_scores: bool
) -> None:
    """Judge TEXT offline and show why: findings with their places in the text, rules, alerts, care. Stores nothing.

    \b
    What the `when:` of a rule may ask:
      score("ad.contact")  score("ad.*")     highest score of a label; of a label and its children
      count("pii.mobile")                    how many places of the text carry the label
      fact("similar.near_duplicate", "accounts", 0)
      risk("pii.*") >= high                  how bad if public: low, medium, high, critical
      whose("pii.*", "other")                self, other, business, public, unknown
      author.trust  author.age_days  author.age_known  scene  community  text.length
      and  or  not  ==  !=  <  <=  >  >=  +  in  not in
    """
    from riskguard.bootstrap import offline_reader

    settings = Settings.load()
    now = datetime.now(UTC)
    author = Author("explain", trust, None if age_days is None else now - timedelta(days=age_days))
    post = Post("explain", community, "explain", text, now, author, Scene(scene))
    verdict = offline_reader(settings, policy_file=file).judge([post])[0]
    console = Console(soft_wrap=True, highlight=False)
    console.print(_marked(text, [span for f in verdict.findings for span in f.spans]))
    _tell(console, verdict, _names(file, settings), floor=0.0 if all_scores else NOTABLE)


def _lexicon_faults(folder: Path) -> list[Fault]:
    """Faults of the lexicon files, whose labels are checked only where the taxonomy itself can be read."""
    from riskguard.detectors.lexicon.files import lexicon_faults
    from riskguard.domain.errors import PolicyInvalid
    from riskguard.policy.book import TAXONOMY
    from riskguard.policy.taxonomy import load_taxonomy

    if not (folder / "lexicons").is_dir():
        return []
    try:
        labels = {label.id for label in load_taxonomy(folder / TAXONOMY)}
        return lexicon_faults(folder / "lexicons", known=labels)
    except PolicyInvalid:
        return lexicon_faults(folder / "lexicons")


def _refuse(faults: Iterable[Fault]) -> None:
    listed = list(faults)
    for fault in listed:
        click.echo(str(fault), err=True)
    click.echo(f"{len(listed)} faults" if len(listed) > 1 else "1 fault", err=True)
    sys.exit(1)


def _names(file: Path | None, settings: Settings) -> Taxonomy:
    from riskguard.policy.book import TAXONOMY, taxonomy_for
    from riskguard.policy.taxonomy import load_taxonomy

    return load_taxonomy(taxonomy_for(file, policy_dir=settings.policy_dir) if file else settings.policy_dir / TAXONOMY)


def _marked(text: str, spans: Iterable[EvidenceSpan]) -> Text:
    """The text with the evidence between ⟦ ⟧, underlined where the terminal can."""
    inside = [False] * (len(text) + 2)
    for span in spans:
        inside[span.start + 1 : span.end + 1] = [True] * (span.end - span.start)
    marked = Text()
    for at, char in enumerate(f"{text} ", start=1):
        if inside[at] != inside[at - 1]:
            marked.append("⟦" if inside[at] else "⟧", style="bold")
        if at <= len(text):
            marked.append(_visible(char), style="underline" if inside[at] else "")
    return marked


def _visible(char: str) -> str:
    """The character, or its escape when a terminal would obey it or turn the line around rather than show it."""
    return char if char == "\n" or not category(char).startswith("C") else ascii(char)[1:-1]


def _cell(words: str) -> Text:
    return Text("".join(map(_visible, words)))


def _tell(console: Console, verdict: Verdict, names: Taxonomy, *, floor: float) -> None:
    findings = Table("label", "", "score", "detector", "where", box=None, pad_edge=False)
    for finding in sorted(verdict.findings, key=lambda f: -f.score):
        if finding.score >= floor:
            where = "; ".join(f"{s.start}-{s.end} {s.reason}" for s in finding.spans) or "whole text"
            name = names.label(finding.label).zh if finding.label in names else ""
            row = (finding.label, name, f"{finding.score:.2f}", finding.detector, where)
            findings.add_row(*map(_cell, row))
    console.print(f"\naction: {verdict.action.word}    policy version {verdict.policy_version}")
    for rule in verdict.rules:
        basis = f"  ({rule.basis})" if rule.basis else ""
        console.print(_cell(f"  {rule.id} -> {rule.action.word}: {rule.because}{basis}"))
    if verdict.alerts:
        console.print(_cell(f"alerts: {', '.join(verdict.alerts)}"))
    if verdict.care:
        console.print(_cell(f"care ({verdict.care.alert}): {verdict.care.text}"))
        for contact in verdict.care.contacts:
            console.print(_cell(f"  {contact.name} {contact.phone} {contact.hours}".rstrip()))
    if findings.row_count:
        console.print()
        console.print(findings)
    for abstention in verdict.abstentions:
        console.print(Text(f"silent: {abstention.detector}, {abstention.reason}"))
