"""`riskguard admin`: communities, keys and members, on the database that the service uses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from riskguard.cli.audit import audit, verify_audit
from riskguard.cli.authors import erase_author, export_author
from riskguard.cli.database import begin_here
from riskguard.cli.keys import add_data_key, rotate_keys
from riskguard.cli.opinion import recount_opinion
from riskguard.cli.retention import purge
from riskguard.cli.reveal import reveal
from riskguard.domain.audit import CLI
from riskguard.domain.member import Role

_ONCE = "It is shown this once and kept only as a hash."


@click.group()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the service's database, as given to 'up'.  [default: RISKGUARD_DATA_DIR, else ./data]",
)
@click.pass_context
def admin(ctx: click.Context, data_dir: Path | None) -> None:
    """Make communities, keys and members, see what there is, and who did what."""
    ctx.obj = data_dir


admin.add_command(add_data_key)
admin.add_command(rotate_keys)
admin.add_command(erase_author)
admin.add_command(export_author)
admin.add_command(purge)
admin.add_command(recount_opinion)
admin.add_command(verify_audit)
admin.add_command(audit)
admin.add_command(reveal)


@admin.command("create-community")
@click.argument("name")
def create_community(name: str) -> None:
    """Make a community with its first API key and its webhook secret."""
    from riskguard.services import accounts

    community, key = accounts.create_community(name, begin=begin_here())
    click.echo(f"community:      {community.name}")
    click.echo(f"API key:        {key}    {_ONCE}")
    click.echo(f"webhook secret: {community.webhook_secret}    The platform checks our signatures with it.")
    click.echo(f"next: riskguard admin set-webhook {community.name} https://...")


@admin.command("list-communities")
def list_communities() -> None:
    """Show every community, where its events go, and its keys by their first characters."""
    with begin_here()() as work:
        for community in work.communities.all():
            where = community.webhook_url or "no webhook"
            why = f" (disabled: {community.webhook_disabled_because})" if community.webhook_disabled_because else ""
            click.echo(f"{community.name}  {where}{why}")
            for key in work.keys.of(community.name):
                state = f"revoked {_day(key.revoked_at)}" if key.revoked_at else "valid"
                click.echo(f"  {key.id}  {key.prefix}...  made {_day(key.created_at)}  {state}")


@admin.command("set-webhook")
@click.argument("name")
@click.argument("url")
def set_webhook(name: str, url: str) -> None:
    """Send the events of community NAME to URL; an empty one ("") switches them off."""
    from riskguard.services import accounts

    community = accounts.set_webhook(name, url, begin=begin_here())
    click.echo(f"events of {community.name} go to {url}" if url else f"events of {community.name} go nowhere")
    if url:
        _warn_if_unreachable(url)


@admin.command("create-key")
@click.argument("community")
def create_key(community: str) -> None:
    """Make one more API key for COMMUNITY."""
    from riskguard.services import accounts

    kept, key = accounts.issue_key(community, begin=begin_here())
    click.echo(f"API key: {key}    {_ONCE}")
    click.echo(f"key id:  {kept.id}")


@admin.command("revoke-key")
@click.argument("community")
@click.argument("key")
def revoke_key(community: str, key: str) -> None:
    """Stop a key of COMMUNITY; KEY is its id, its first characters or the key itself."""
    from riskguard.services import accounts

    revoked = accounts.revoke_key(community, key, begin=begin_here())
    click.echo(f"key {revoked.id} ({revoked.prefix}...) works no more; a running service forgets it within 4 seconds")


@admin.command("create-member")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="what they may do")
@click.option("--community", default=None, help="the one community they look after; without it, all")
def create_member(name: str, role: str, community: str | None) -> None:
    """Make a member who may sign in to the console."""
    from riskguard.services import accounts

    member, password = accounts.create_member(name, role=Role(role), community=community, begin=begin_here())
    click.echo(f"member:   {member.name} ({member.role.value}, {member.community or 'all communities'})")
    click.echo(f"password: {password}    {_ONCE}")


@admin.command("set-role")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--community", default=None, help="the one community they look after; without it, all")
def set_role(name: str, role: str, community: str | None) -> None:
    """Give member NAME another ROLE; it counts from their next click."""
    from riskguard.services import accounts

    member = accounts.set_role(name, role=Role(role), community=community, begin=begin_here())
    click.echo(f"{member.name} is {member.role.value} of {member.community or 'all communities'}")


@admin.command("remove-member")
@click.argument("name")
def remove_member(name: str) -> None:
    """Let member NAME sign in no more; open sessions end, decisions stay under their name."""
    from riskguard.services import accounts

    member = accounts.remove_member(name, begin=begin_here())
    click.echo(f"{member.name} is no member any more")


@admin.command("list-members")
def list_members() -> None:
    """Show every member with role and community."""
    with begin_here()() as work:
        for member in work.members.all():
            click.echo(f"{member.name}  {member.role.value}  {member.community or 'all communities'}")


@admin.command("reset-password")
@click.argument("name")
def reset_password(name: str) -> None:
    """Give member NAME a new password; open sessions end."""
    from riskguard.services import accounts

    member, password = accounts.reset_password(name, begin=begin_here())
    click.echo(f"password of {member.name}: {password}    {_ONCE}")


@admin.command("retry-events")
@click.option("--community", default=None, help="only the events of this community")
def retry_events(community: str | None) -> None:
    """Send events again that were given up."""
    from riskguard.services.audit import note

    now = datetime.now(UTC)
    with begin_here()() as work:
        again = work.outbox.revive(community=community, now=now)
        note(work, "events.revived", community or "*", by=CLI, at=now, community=community, events=again)
        work.commit()
    click.echo(f"{again} events that were given up wait to be sent again")


def _warn_if_unreachable(url: str) -> None:
    from riskguard.delivery.guard import Guard, target_of
    from riskguard.domain.errors import ForbiddenAddress
    from riskguard.settings import Settings

    try:
        target = target_of(url)
        Guard(Settings.load().callback_networks).permitted(target.host, target.port)
    except ForbiddenAddress as error:
        click.echo(f"warning: events will not be delivered there: {error}", err=True)
        click.echo(
            "  hint: the service refuses private networks that RISKGUARD_CALLBACK_NETWORKS does not name", err=True
        )
    except OSError as error:
        click.echo(f"warning: the host cannot be found now: {error}", err=True)


def _day(at: datetime) -> str:
    return at.date().isoformat()
