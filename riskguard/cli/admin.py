"""`riskguard admin`: communities, keys and members, on the database that the service uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskguard.domain.member import Role

if TYPE_CHECKING:
    from riskguard.services.ports import Begin

_ONCE = "It is shown this once and kept only as a hash."


@click.group()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the service's database, as given to 'up'.  [default: RISKGUARD_DATA_DIR, else ./data]",
)
@click.pass_context
def admin(ctx: click.Context, data_dir: Path | None) -> None:
    """Make communities, keys and members, and see what there is."""
    ctx.obj = data_dir


@admin.command("create-community")
@click.argument("name")
def create_community(name: str) -> None:
    """Make a community with its first API key and its webhook secret."""
    from riskguard.services import accounts

    community, key = accounts.create_community(name, begin=_begin())
    click.echo(f"community:      {community.name}")
    click.echo(f"API key:        {key}    {_ONCE}")
    click.echo(f"webhook secret: {community.webhook_secret}    The platform checks our signatures with it.")
    click.echo(f"next: riskguard admin set-webhook {community.name} https://...")


@admin.command("list-communities")
def list_communities() -> None:
    """Show every community, where its events go, and its keys by their first characters."""
    with _begin()() as work:
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

    community = accounts.set_webhook(name, url, begin=_begin())
    click.echo(f"events of {community.name} go to {url}" if url else f"events of {community.name} go nowhere")
    if url:
        _warn_if_unreachable(url)


@admin.command("create-key")
@click.argument("community")
def create_key(community: str) -> None:
    """Make one more API key for COMMUNITY."""
    from riskguard.services import accounts

    kept, key = accounts.issue_key(community, begin=_begin())
    click.echo(f"API key: {key}    {_ONCE}")
    click.echo(f"key id:  {kept.id}")


@admin.command("revoke-key")
@click.argument("community")
@click.argument("key")
def revoke_key(community: str, key: str) -> None:
    """Stop a key of COMMUNITY; KEY is its id, its first characters or the key itself."""
    from riskguard.services import accounts

    revoked = accounts.revoke_key(community, key, begin=_begin())
    click.echo(f"key {revoked.id} ({revoked.prefix}...) works no more; a running service forgets it within 4 seconds")


@admin.command("create-member")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="what they may do")
@click.option("--community", default=None, help="the one community they look after; without it, all")
def create_member(name: str, role: str, community: str | None) -> None:
    """Make a member who may sign in to the console."""
    from riskguard.services import accounts

    member, password = accounts.create_member(name, role=Role(role), community=community, begin=_begin())
    click.echo(f"member:   {member.name} ({member.role.value}, {member.community or 'all communities'})")
    click.echo(f"password: {password}    {_ONCE}")


@admin.command("list-members")
def list_members() -> None:
    """Show every member with role and community."""
    with _begin()() as work:
        for member in work.members.all():
            click.echo(f"{member.name}  {member.role.value}  {member.community or 'all communities'}")


@admin.command("reset-password")
@click.argument("name")
def reset_password(name: str) -> None:
    """Give member NAME a new password; open sessions end."""
    from riskguard.services import accounts

    member, password = accounts.reset_password(name, begin=_begin())
    click.echo(f"password of {member.name}: {password}    {_ONCE}")


@admin.command("retry-events")
@click.option("--community", default=None, help="only the events of this community")
def retry_events(community: str | None) -> None:
    """Send events again that were given up."""
    with _begin()() as work:
        again = work.outbox.revive(community=community, now=datetime.now(UTC))
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


def _begin() -> Begin:
    """Transactions on the database of the settings, brought to the newest schema first and closed with the command."""
    from riskguard.settings import Settings
    from riskguard.store import migrate, open_store

    context = click.get_current_context()
    settings = Settings.load(data_dir=context.obj) if context.obj else Settings.load()
    settings = replace(settings, data_dir=settings.data_dir.expanduser().resolve())
    if not settings.database_url and not settings.data_dir.is_dir():
        click.echo(f"note: nothing was in {settings.data_dir}; a new database is made there", err=True)
        click.echo("  hint: name the folder that 'riskguard up' uses: riskguard admin --data-dir DIR ...", err=True)
    migrate(settings.effective_database_url)
    store = open_store(settings.effective_database_url)
    context.call_on_close(store.close)
    return store.begin


def _day(at: datetime) -> str:
    return at.date().isoformat()
