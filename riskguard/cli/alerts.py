"""`riskguard alerts`: see who hears of what, try a receiver out, keep something quiet."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskguard.console.wording import moment_abroad
from riskguard.domain.alert import Alert, KeptAlert, Severity
from riskguard.domain.audit import CLI
from riskguard.domain.event import RECEIVER, Event, EventType, Outcome
from riskguard.domain.notice import FIELDS, LABEL, Group, Match, Notice, Reason, trait
from riskguard.policy.alerts.model import PLATFORM, AlertPlan, Receiver, Route
from riskguard.policy.alerts.routes import explained, routes_for
from riskguard.policy.alerts.times import parsed_duration, written_duration
from riskguard.policy.alerts.timing import hushed, is_silenced
from riskguard.settings import Settings, environment_value

if TYPE_CHECKING:
    from riskguard.services.ports import Sender

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_SUMMARY = "这是一条测试通知，收到即可，无需处理"
_ANSWER_WITHIN_S = 60.0


@click.group()
def alerts() -> None:
    """See who hears of which alert, send a test, keep something quiet.

    The file is alerts.yaml in the policy folder (RISKGUARD_POLICY_DIR).
    """


@alerts.command()
@click.argument("folder", required=False, metavar="[DIR]", type=_FOLDER)
def show(folder: Path | None) -> None:
    """Show the receivers and the tree of routes of alerts.yaml, and which secrets are not set here."""
    plan = _plan(folder or Settings.load().policy_dir)
    click.echo(f"alerts.yaml version {plan.version}")
    click.echo(
        "\nreceivers" if plan.receivers else "\nno receivers: alerts are shown in the console and told to nobody"
    )
    for receiver in plan.receivers.values():
        click.echo(f"  {receiver.name}  {receiver.type}{_missing(receiver)}")
    click.echo("\nroutes")
    for depth, route in _branches(plan.root):
        click.echo(f"{'  ' * (depth + 1)}{route.name}  [{route.match}] -> {_to(route)}")
        click.echo(f"{'  ' * (depth + 3)}{_timing(route)}")
    for rule in plan.inhibitions:
        equal = f" with the same {', '.join(rule.equal)}" if rule.equal else ""
        click.echo(f"\nwhile [{rule.source}] stands, nobody hears of [{rule.muted}]{equal}")
    for silence in plan.silences:
        click.echo(f"\nsilent until {moment_abroad(silence.ends_at)}: [{silence.match}] ({silence.because})")


@alerts.command()
@click.argument("folder", required=False, metavar="[DIR]", type=_FOLDER)
@click.option("--receiver", "names", multiple=True, help="Send to this one, whatever the routes say; may be repeated.")
@click.option(
    "--kind", default="verdict", show_default=True, help="verdict, campaign, surge, health or one of your own."
)
@click.option("--name", default="test", show_default=True, help="Name of the alert, such as care-urgent.")
@click.option(
    "--severity", type=click.Choice([s.word for s in Severity]), default="warning", show_default=True, help="How grave."
)
@click.option("--community", help="Community of the alert.  [default: none]")
@click.option("--scene", help="Scene of the alert.  [default: none]")
@click.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="A label of the alert; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Show the routes and send nothing.")
def test(
    folder: Path | None,
    names: tuple[str, ...],
    kind: str,
    name: str,
    severity: str,
    community: str | None,
    scene: str | None,
    labels: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Show which routes an alert takes and why, send a notification that is marked as a test, and tell each answer.

    The alert is made up and kept nowhere. Ends with exit code 1 if a receiver did not take it.
    """
    from riskguard.bootstrap import build_sender

    settings = Settings.load(policy_dir=folder) if folder else Settings.load()
    plan, now = _plan(settings.policy_dir), datetime.now(UTC)
    told = dict(_pair(each) for each in labels)
    alert = Alert("riskguard:test", kind, name, Severity.parse(severity), community, scene, _SUMMARY, "", told, now)
    kept = KeptAlert("alr_test", alert, now, now)
    _tell_routes(kept, plan, now)
    wanted = names or tuple(dict.fromkeys(to for route in routes_for(alert, plan.root) for to in route.to))
    unknown = [each for each in wanted if each not in plan.receivers]
    if unknown:
        known = ", ".join(plan.receivers) or "none at all"
        raise click.BadParameter(f"alerts.yaml has no receiver '{unknown[0]}', but {known}", param_hint="--receiver")
    if dry_run or not wanted:
        return
    sender = build_sender(settings)
    taken = [_try(plan.receivers[each], kept, sender, now) for each in wanted]
    sender.close()
    sys.exit(0 if all(taken) else 1)


@alerts.command()
@click.option("--match", "matches", multiple=True, metavar="KEY=PATTERN", help="What is kept quiet; may be repeated.")
@click.option("--for", "lasting", metavar="DURATION", help="How long, such as 90m or 2h.")
@click.option("--because", help="Why; everybody sees it.")
@click.option("--end", metavar="ID", help="End the silence with this id instead.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the service's database.")
@click.pass_context
def silence(
    ctx: click.Context,
    matches: tuple[str, ...],
    lasting: str | None,
    because: str | None,
    end: str | None,
    data_dir: Path | None,
) -> None:
    """Keep alerts quiet for a while: nobody is told of those that fit. Without options, list what is silent now.

    \b
    riskguard alerts silence --match kind=surge --match community=demo --for 2h --because 大促
    KEY is kind, name, severity, community, scene or label.NAME; * and ? stand for anything.
    Times are Beijing's, as in the console.
    """
    from riskguard.cli.database import begin_here
    from riskguard.services import alert_desk

    ctx.obj = data_dir
    begin = begin_here()
    if end:
        alert_desk.end_silence(end, actor=CLI, begin=begin, clock=_now)
        click.echo(f"{end} has ended")
        return
    if not matches:
        standing = alert_desk.silences(begin=begin, clock=_now)
        for each in standing:
            click.echo(f"{each.id}  [{each.match}]  until {moment_abroad(each.ends_at)}  {each.by}: {each.because}")
        click.echo("" if standing else "nothing is silent")
        return
    duration = parsed_duration(lasting or "")
    if duration is None:
        raise click.BadParameter("how long? such as 30m, 2h or 1d", param_hint="--for")
    made = alert_desk.silence(
        _match(matches), until=_now() + duration, because=because or "", by="cli", actor=CLI, begin=begin, clock=_now
    )
    click.echo(f"{made.id}  [{made.match}] is silent until {moment_abroad(made.ends_at)}")


def _now() -> datetime:
    return datetime.now(UTC)


def _plan(folder: Path) -> AlertPlan:
    from riskguard.policy.alerts.load import plan_of

    return plan_of(folder)


def _unset(receiver: Receiver) -> list[str]:
    """The variables of its secrets that have no value here."""
    return [variable for variable in receiver.secrets if environment_value(variable) is None]


def _missing(receiver: Receiver) -> str:
    unset = _unset(receiver)
    return f"  (not set here: {', '.join(unset)})" if unset else ""


def _branches(route: Route, depth: int = 0) -> Iterator[tuple[int, Route]]:
    yield depth, route
    for branch in route.routes:
        yield from _branches(branch, depth + 1)


def _to(route: Route) -> str:
    told = ", ".join(route.to) or "the console only"
    later = (
        f", after {written_duration(route.escalate.after)} also {', '.join(route.escalate.to)}"
        if route.escalate
        else ""
    )
    return told + later + (", and goes on" if route.goes_on else "")


def _timing(route: Route) -> str:
    grouped = ", ".join(route.group_by) or "all together"
    quiet = f"; quiet in {', '.join(hours.name for hours in route.quiet)}" if route.quiet else ""
    wait, interval, repeat = map(written_duration, (route.group_wait, route.group_interval, route.repeat_interval))
    waits = f"wait {wait}, then every {interval}, repeated after {repeat}"
    return f"by {grouped}; {waits}{quiet}"


def _tell_routes(kept: KeptAlert, plan: AlertPlan, now: datetime) -> None:
    traits = [f"{key}={value}" for key in FIELDS if (value := trait(kept.alert, key))]
    click.echo(f"alert   {' '.join([*traits, *(f'{LABEL}{k}={v}' for k, v in kept.alert.labels.items())])}")
    taken = routes_for(kept.alert, plan.root)
    for depth, route, fits in explained(kept.alert, plan.root):
        mark = "->" if any(route is each for each in taken) else "  "
        why = "fits" if fits else "does not fit"
        click.echo(
            f"{mark} {'  ' * depth}{route.name}  [{route.match}] {why}" + (f" -> {_to(route)}" if mark == "->" else "")
        )
    if is_silenced(kept, plan.silences, now):
        click.echo("note: a silence in alerts.yaml keeps such an alert quiet now")
    if any(hushed(kept, route, now) for route in taken):
        click.echo("note: these are quiet hours; such an alert would wait for their end")
    if not any(route.to for route in taken):
        click.echo("nobody is told; the alert is shown in the console")


def _try(receiver: Receiver, kept: KeptAlert, sender: Sender, now: datetime) -> bool:
    """Whether the receiver took it; what it answered is told."""
    from riskguard.services.identity import new_id
    from riskguard.services.notices import notice_data

    if receiver.type == PLATFORM:
        click.echo(f"{receiver.name} ({receiver.type}): not tried, since each community has its own address")
        return True
    if unset := _unset(receiver):
        click.echo(f"{receiver.name} ({receiver.type}): not tried, {', '.join(unset)} is not set here")
        return False
    notice = Notice(Group(receiver.name), Reason.TEST, Route("test").repeat_interval, raised=(kept,))
    data = notice_data(notice, notice.alerts, now, "/console")
    event = Event(new_id("msg"), EventType.ALERT_RAISED, None, RECEIVER + receiver.name, data, now, now)
    answer = sender.submit(event, secret="", start_within_s=_ANSWER_WITHIN_S).result(_ANSWER_WITHIN_S)
    arrived = answer.outcome is Outcome.DELIVERED
    again = "" if arrived else "; another try may help" if answer.retry_in else "; another try does not help"
    click.echo(f"{receiver.name} ({receiver.type}): {answer.outcome.value}, {answer.text}{again}")
    return arrived


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key or not value:
        raise click.BadParameter(f"'{text}' is not KEY=VALUE")
    return key, value


def _match(pairs: Iterable[str]) -> Match:
    patterns: dict[str, tuple[str, ...]] = {}
    for key, value in map(_pair, pairs):
        if key not in FIELDS and not key.startswith(LABEL):
            raise click.BadParameter(
                f"alerts have no '{key}', but {', '.join(FIELDS)}, {LABEL}NAME", param_hint="--match"
            )
        patterns[key] = (*patterns.get(key, ()), value)
    return Match(patterns)
