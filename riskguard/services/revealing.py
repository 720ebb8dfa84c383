"""Sealed tokens in redacted texts turned back, for members who may, and never unseen."""

from __future__ import annotations

from riskguard.domain.audit import named_member
from riskguard.domain.errors import InvalidInput, NotAllowed
from riskguard.domain.member import Role
from riskguard.services.accounts import sign_in
from riskguard.services.audit import note
from riskguard.services.ports import Begin, Clock, Keyring
from riskguard.text.mask import Revealed, reveal

MAY_REVEAL = (Role.COMPLIANCE, Role.OPERATOR)


def revealed(
    text: str, member: str, password: str, *, reason: str, keys: Keyring, begin: Begin, clock: Clock
) -> Revealed:
    """The text with its tokens turned back, once the audit log tells who asked and why.

    NotAuthenticated for a wrong name or password, NotAllowed for a moderator or a member of one community: a token does
    not tell whose it is. InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput("a reason is needed", field="reason", hint="it is kept in the audit log")
    who = sign_in(member, password, begin=begin, clock=clock)
    if who.role not in MAY_REVEAL or who.community is not None:
        raise NotAllowed(
            f"{who.name} may not turn tokens back", hint="compliance officers and operators of all communities may"
        )
    told = reveal(text, keys)
    with begin() as work:
        by, at = named_member(who.name), clock()
        note(
            work,
            "redaction.revealed",
            "text",
            by=by,
            at=at,
            reason=reason.strip(),
            opened=told.opened,
            closed=told.closed,
        )
        work.commit()
    return told
