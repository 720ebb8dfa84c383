"""Communities and their keys, members and their passwords. Secrets are given back once and kept only as hashes.

Every change is audited: `by` is the actor; who names none is the command line.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from riskguard.domain.audit import CLI, SYSTEM, Scalar, named_key, named_member
from riskguard.domain.errors import InvalidInput, NotAuthenticated, NotFound
from riskguard.domain.member import ApiKey, Community, Member, Role
from riskguard.services.audit import note
from riskguard.services.identity import new_id
from riskguard.services.password import NOBODY, hashed, matches, one_time_password
from riskguard.services.ports import Begin, Clock, UnitOfWork

MIN_PASSWORD_CHARS = 10
_COMMUNITY_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MEMBER_NAME = re.compile(r"[\w.@-]{1,64}")
_SHOWN_CHARS = 9
"""How much of a key is kept to tell keys apart: 'rg_' and six characters of 43."""


def _now() -> datetime:
    return datetime.now(UTC)


def create_community(name: str, *, begin: Begin, clock: Clock = _now, by: str = CLI) -> tuple[Community, str]:
    """A new community with a fresh webhook secret, and its first API key, which is kept nowhere.

    Conflict when the name is taken.
    """
    if not _COMMUNITY_NAME.fullmatch(name):
        raise InvalidInput(f"'{name}' is no name for a community", field="name", hint="1-64 of A-Z a-z 0-9 - _")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    community = Community(name=name, created_at=clock(), webhook_secret=secret)
    with begin() as work:
        work.communities.add(community)
        note(work, "community.made", name, by=by, at=clock(), community=name)
        _, key = _new_key(name, work, clock, by)
        work.commit()
    return community, key


def set_webhook(community: str, url: str, *, begin: Begin, clock: Clock = _now, by: str = CLI) -> Community:
    """Events of this community go to `url`, undelivered ones too, also if they were disabled; empty means nowhere."""
    if url and not _is_web_address(url):
        raise InvalidInput(f"'{url}' is no web address", field="url", hint="write it as https://host/path")
    with begin() as work:
        before = _community(community, work)
        changed = replace(before, webhook_url=url, webhook_disabled_because="")
        work.communities.save(changed)
        if url and before.webhook_url:
            work.outbox.redirect(community, before.webhook_url, url)
        host = urlsplit(url).hostname  # the rest of an address may hold a secret
        note(work, "community.webhook-changed", community, by=by, at=clock(), community=community, host=host)
        work.commit()
    return changed


def issue_key(community: str, *, begin: Begin, clock: Clock = _now, by: str = CLI) -> tuple[ApiKey, str]:
    """One more API key: as kept, and the key itself."""
    with begin() as work:
        _community(community, work)
        kept, key = _new_key(community, work, clock, by)
        work.commit()
    return kept, key


def revoke_key(community: str, name: str, *, begin: Begin, clock: Clock = _now, by: str = CLI) -> ApiKey:
    """The key with this id, these first characters, or this very key stops working. Again is harmless."""
    with begin() as work:
        named = [key for key in work.keys.of(community) if name in {key.id, key.prefix} or digest(name) == key.digest]
        if len(named) != 1:
            fault = "more than one key" if named else "no key"
            raise NotFound(f"{fault} of '{community}' is called that", hint="name it by its id")
        revoked = replace(named[0], revoked_at=named[0].revoked_at or clock())
        work.keys.save(revoked)
        note(work, "key.revoked", named_key(revoked.prefix), by=by, at=clock(), community=community, id=revoked.id)
        work.commit()
    return revoked


def community_of(key: str, *, begin: Begin) -> str:
    """The name of the community whose key this is. NotAuthenticated for a key that is unknown or revoked."""
    with begin() as work:
        kept = work.keys.by_digest(digest(key))
    if kept is None or kept.revoked_at is not None:
        raise NotAuthenticated("this API key is not valid", hint="riskguard admin create-key NAME makes a new one")
    return kept.community


def digest(key: str) -> str:
    """What is kept of an API key: it is 256 random bits, so a plain SHA-256 cannot be searched."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_member_name(name: str) -> bool:
    """Whether a member may be called so: 1-64 letters, digits or . @ - _"""
    return _MEMBER_NAME.fullmatch(name) is not None


def create_member(
    name: str, *, role: Role, begin: Begin, community: str | None = None, clock: Clock = _now, by: str = CLI
) -> tuple[Member, str]:
    """A new member, of one community or of all, and their first password, which is kept nowhere.

    Conflict when the name is taken.
    """
    if not is_member_name(name):
        raise InvalidInput(f"'{name}' is no name to sign in with", field="name", hint="1-64 letters, digits, . @ - _")
    password = one_time_password()
    member = Member(new_id("mbr"), name, role, hashed(password), clock(), community)
    with begin() as work:
        if community is not None:
            _community(community, work)
        work.members.add(member)
        _note_member(work, "member.made", member, by=by, clock=clock, role=role.value)
        work.commit()
    return member, password


def set_role(
    name: str, *, role: Role, community: str | None, begin: Begin, clock: Clock = _now, by: str = CLI
) -> Member:
    """The member in another role, and in charge of this community; None: of all. It counts from their next click."""
    with begin() as work:
        if community is not None:
            _community(community, work)
        before = _named(name, work)
        changed = replace(before, role=role, community=community)
        work.members.save(changed)
        _note_member(work, "member.role-changed", changed, by=by, clock=clock, role=role.value, was=before.role.value)
        work.commit()
    return changed


def remove_member(name: str, *, begin: Begin, clock: Clock = _now, by: str = CLI) -> Member:
    """The member who was: their sessions end with the next click. What they decided stays under their name."""
    with begin() as work:
        member = _named(name, work)
        work.members.remove(member.id)
        _note_member(work, "member.removed", member, by=by, clock=clock, role=member.role.value)
        work.commit()
    return member


def sign_in(name: str, password: str, *, begin: Begin, clock: Clock = _now) -> Member:
    """The member with this name and password, whose coming is audited, and so is a failure.

    NotAuthenticated, after the same time, whichever of them is wrong. A name that nobody has is not written down:
    people type their passwords and telephone numbers there.
    """
    known, right = _tried(name, password, begin)
    with begin() as work:
        if known is None:
            note(work, "member.sign-in-failed", named_member("?"), by=SYSTEM, at=clock())
        elif right:
            _note_member(work, "member.signed-in", known, by=named_member(name), clock=clock)
        else:
            _note_member(work, "member.sign-in-failed", known, by=SYSTEM, clock=clock)
        work.commit()
    if known is None or not right:
        raise NotAuthenticated("name or password is wrong")
    return known


def holds(name: str, password: str, *, begin: Begin) -> bool:
    """Whether a member has this name and password. Nobody signs in."""
    return _tried(name, password, begin)[1]


def _tried(name: str, password: str, begin: Begin) -> tuple[Member | None, bool]:
    """The member of that name, and whether it is their password; as slow for a name that nobody has."""
    with begin() as work:
        member = work.members.by_name(name)
    right = matches(password, member.password_hash if member else NOBODY)
    return member, right and member is not None


def change_password(member_id: str, *, old: str, new: str, begin: Begin, clock: Clock = _now) -> Member:
    """The member with the password of their choice. NotAuthenticated when `old` is wrong."""
    if len(new) < MIN_PASSWORD_CHARS:
        raise InvalidInput(f"a password needs at least {MIN_PASSWORD_CHARS} characters", field="new")
    with begin() as work:
        member = work.members.get(member_id)
    right = matches(old, member.password_hash if member else NOBODY)
    if member is None or not right:
        raise NotAuthenticated("the old password is wrong")
    with begin() as work:
        changed = _with_password(member.name, hashed(new), work)
        _note_member(work, "member.password-changed", changed, by=named_member(changed.name), clock=clock)
        work.commit()
    return changed


def reset_password(name: str, *, begin: Begin, clock: Clock = _now, by: str = CLI) -> tuple[Member, str]:
    """The member with a new first password, which is kept nowhere. Open sessions end."""
    password = one_time_password()
    with begin() as work:
        changed = _with_password(name, hashed(password), work)
        _note_member(work, "member.password-reset", changed, by=by, clock=clock)
        work.commit()
    return changed, password


def _with_password(name: str, password_hash: str, work: UnitOfWork) -> Member:
    changed = replace(_named(name, work), password_hash=password_hash)
    work.members.save(changed)
    return changed


def _named(name: str, work: UnitOfWork) -> Member:
    member = work.members.by_name(name)
    if member is None:
        raise NotFound(f"no member '{name}'", hint="riskguard admin list-members shows them")
    return member


def _note_member(work: UnitOfWork, event: str, member: Member, *, by: str, clock: Clock, **details: Scalar) -> None:
    note(work, event, named_member(member.name), by=by, at=clock(), community=member.community, **details)


def prefix_of(key: str) -> str:
    """What is shown of a key."""
    return key[:_SHOWN_CHARS]


def _new_key(community: str, work: UnitOfWork, clock: Clock, by: str) -> tuple[ApiKey, str]:
    key = "rg_" + secrets.token_urlsafe(32)
    kept = ApiKey(new_id("key"), community, digest(key), prefix_of(key), clock())
    work.keys.add(kept)
    note(work, "key.made", named_key(kept.prefix), by=by, at=kept.created_at, community=community, id=kept.id)
    return kept, key


def _community(name: str, work: UnitOfWork) -> Community:
    community = work.communities.get(name)
    if community is None:
        raise NotFound(f"no community '{name}'", hint="riskguard admin list-communities shows them")
    return community


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
