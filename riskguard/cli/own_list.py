"""`riskguard lexicon import`: a deployer's own list becomes one of the house's."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskguard.cli.outfile import written
from riskguard.detectors.lexicon.files import Lexicon, Tier, load_lexicon
from riskguard.domain.errors import Conflict, InvalidInput, NotFound
from riskguard.settings import Settings

if TYPE_CHECKING:
    from riskguard.detectors.lexicon.own import OwnList
    from riskguard.policy.book import Shelf

_MOST = 10


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--label", required=True, metavar="custom.NAME", help="What the list finds, such as custom.rivals.")
@click.option(
    "--tier",
    type=click.Choice([tier.value for tier in Tier]),
    default=Tier.MEDIUM.value,
    show_default=True,
    help="How much a term says that has no tier of its own.",
)
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Policy folder; else RISKGUARD_POLICY_DIR.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that holds labelled/: also tell which terms ordinary posts hold often.",
)
@click.option("--skip-faulty", is_flag=True, help="Leave out lines that cannot be taken, rather than refuse the file.")
@click.option("--force", is_flag=True, help="Overwrite the list of this label, if there is one.")
def import_(
    file: Path, label: str, tier: str, into: Path | None, data: Path | None, *, skip_faulty: bool, force: bool
) -> None:
    """Make a list of your own from FILE: lexicons/LABEL.yaml in the policy folder.

    FILE holds one term a line, or is a table (.csv, .tsv) of the columns term, tier (or level) and note, with or
    without a first line that names them; in UTF-8 or GB18030. Lines of '# ...' are remarks. A tier is strong, medium or
    weak (强 中 弱, 高 中 低). Terms that fold to the same are taken once. A running service takes the list over within
    seconds.
    """
    from riskguard.detectors.lexicon.own import as_lexicon, read_own, rendered
    from riskguard.policy.book import read_shelf

    folder = into or Settings.load().policy_dir
    _check_label(label)
    target = _target(folder, label, force=force)
    shelf = read_shelf(folder)
    allowed = load_lexicon(target.parent).allowed if target.parent.is_dir() else frozenset[str]()
    own = read_own(file)
    _check_lines(file, own, skip_faulty=skip_faulty)
    text = rendered(own, label=label, tier=Tier(tier))
    terms = as_lexicon(text)
    _tell_taken(own, terms)
    _warn(terms, allowed, data)
    target.parent.mkdir(exist_ok=True)
    with written(target) as sink:
        sink.write(text)
    click.echo(f"wrote {target}, version {load_lexicon(target.parent).version} of all lists")
    _tell_next(label, folder, shelf)


def _check_label(label: str) -> None:
    from riskguard.policy.taxonomy import LABEL_ID

    if not label.startswith("custom.") or not LABEL_ID.fullmatch(label):
        raise InvalidInput(
            f"'{label}' cannot be the label of a list of your own",
            hint="it is custom.NAME, of small letters, digits, _ and dots: custom.rivals",
        )


def _target(folder: Path, label: str, *, force: bool) -> Path:
    from riskguard.policy.book import DEFAULT, TAXONOMY

    lacking = [name for name in (TAXONOMY, DEFAULT) if not (folder / name).is_file()]
    if lacking:
        raise NotFound(f"{folder} is no policy folder: it has no {lacking[0]}", hint="copy the folder 'policies' first")
    if folder == Settings().policy_dir:
        click.echo(f"note: {folder} holds the policies as shipped; an update may replace them", err=True)
        click.echo("  hint: copy the folder, and point RISKGUARD_POLICY_DIR or --into at the copy", err=True)
    target = folder / "lexicons" / f"{label}.yaml"
    if target.exists() and not force:
        raise Conflict(f"{target} is there already", hint="choose another label, or overwrite it with --force")
    return target


def _check_lines(file: Path, own: OwnList, *, skip_faulty: bool) -> None:
    if own.faults and not skip_faulty:
        listed = "\n".join(map(str, own.faults))
        raise InvalidInput(
            f"nothing was written, {_lines(len(own.faults))} of {file} cannot be taken\n{listed}",
            hint="mend them, or leave them out with --skip-faulty",
        )
    if not own.entries:
        raise InvalidInput(f"{file} has no term that can be taken", hint="one term a line, or columns term,tier,note")
    _list([f"left out: {fault}" for fault in own.faults])


def _tell_taken(own: OwnList, terms: Lexicon) -> None:
    tiers = Counter(term.tier for term in terms.terms)
    counts = ", ".join(f"{tiers[tier]} {tier}" for tier in Tier if tiers[tier])
    click.echo(f"took {len(terms.terms)} terms of {own.source} ({own.encoding}): {counts}")
    if own.ignored:
        click.echo(f"left out the columns {', '.join(own.ignored)}", err=True)
    _list(
        [
            f"left out: line {again.line}, '{again.term}' is searched like '{first.term}' of line {first.line}"
            for again, first in own.repeated
        ]
    )


def _warn(own: Lexicon, allowed: frozenset[str], data: Path | None) -> None:
    benign = [term.written for term in own.terms if term.key in allowed]
    _list([f"warning: '{term}' is a benign phrase of allow.yaml and will never be found" for term in benign])
    if data is None:
        return
    from riskguard.evaluation.ordinary import everyday

    often = everyday(own, data, allowed=allowed)
    _list(
        [
            f"warning: '{each.term.written}' ({each.term.tier}) stands in {each.share:.2%} of ordinary posts "
            f"({each.hits} of {each.posts})"
            for each in often
        ]
    )
    if often:
        click.echo(
            "  hint: make such terms longer, give them tier weak, or list what is benign in allow.yaml", err=True
        )
    else:
        click.echo("no term stands in ordinary posts often")


def _tell_next(label: str, folder: Path, shelf: Shelf) -> None:
    """What the policy in force does with the list, and what to write where if that is not what is wanted."""
    from riskguard.detectors.lexicon.together import SCORE
    from riskguard.domain.finding import Finding, Reading
    from riskguard.domain.post import Post, Scene
    from riskguard.policy.engine import evaluate

    policy = shelf.default.policy_for(Scene.POST)
    post = Post("lexicon", "", "lexicon", "", datetime.now(UTC))
    acts = {t: evaluate(policy, post, Reading((Finding(label, SCORE[t], "lexicon"),))).action.word for t in Tier}
    told = ", ".join(f"{tier} ({SCORE[tier]:g}) -> {action}" for tier, action in acts.items())
    click.echo(f"what the policy '{shelf.default.name}' does with a post that holds one term: {told}")
    name = label.removeprefix("custom.")
    click.echo(
        f"next: riskguard policy check {folder}\n"
        f"if it should do something else, give it a line of its own in {folder / 'default.yaml'}:\n"
        f"  thresholds:\n    {label}: {{review: 0.30, block: 0.90}}\n"
        f"and a test that fires it, in a file of {folder / 'tests'}:\n"
        f"  cases:\n    - {{name: {name}, scores: {{{label}: 0.90}}, expect: {{action: block}}}}\n"
        f"{label} needs no entry in taxonomy.yaml; one gives it a name and a severity in the console:\n"
        f"  labels:\n    {label}: {{zh: {name}, en: {name}, family: custom, severity: 2}}"
    )


def _lines(count: int) -> str:
    return f"{count} lines" if count > 1 else "1 line"


def _list(remarks: list[str]) -> None:
    """On standard error, the first of them."""
    for remark in remarks[:_MOST]:
        click.echo(remark, err=True)
    if len(remarks) > _MOST:
        click.echo(f"... and {len(remarks) - _MOST} more like this", err=True)
