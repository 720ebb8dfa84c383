"""Who is at the console: signing in and out, and the session."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from riskguard.bootstrap import House, open_counter
from riskguard.console import wording
from riskguard.console.doorkeeper import Doorkeeper
from riskguard.domain.errors import InvalidInput, NotAllowed, NotAuthenticated, TooManyRequests
from riskguard.domain.member import Member, Role
from riskguard.services import accounts

SESSION = timedelta(hours=12)
AUDITING_ROLES = frozenset({Role.COMPLIANCE, Role.OPERATOR})
RULING_ROLES = frozenset({Role.MODERATOR, Role.OPERATOR})
OPEN_PAGES = frozenset({"entrance.sign_in", "static"})


class Entrance:
    """The sign-in and account pages, and the check that stands before every other page."""

    def __init__(self, house: House, *, key: str) -> None:
        self._house = house
        self._key = key.encode()
        self._doorkeeper = Doorkeeper(open_counter(house.settings, "sign-in"))

    def blueprint(self) -> Blueprint:
        """Its routes; the check covers the whole application."""
        pages = Blueprint("entrance", __name__)
        pages.before_app_request(self.check)
        pages.add_url_rule("/sign-in", view_func=self.sign_in, methods=["GET", "POST"])
        pages.add_url_rule("/sign-out", view_func=self.sign_out, methods=["POST"])
        pages.add_url_rule("/account", view_func=self.account, methods=["GET", "POST"])
        return pages

    def check(self) -> ResponseReturnValue | None:
        """Sets `g.member`; whoever has no session is sent to the sign-in page."""
        g.member = self._recalled()
        if g.member or request.endpoint in OPEN_PAGES:
            return None
        sought = request.full_path.removesuffix("?") if request.method == "GET" and request.endpoint else ""
        wanted = sought or session.get("wanted")  # a stray request must not make the browser forget
        session.clear()
        if wanted:
            session["wanted"] = wanted
        return redirect(url_for("entrance.sign_in"))

    def sign_in(self) -> ResponseReturnValue:
        """The first page. A good name and password start a new session."""
        if request.method == "GET":
            return redirect(url_for("desk.queue")) if g.member else render_template("sign_in.html", name="")
        name, password = request.form.get("name", "").strip(), request.form.get("password", "")
        try:
            if not accounts.is_member_name(name):
                raise NotAuthenticated("nobody can have this name")
            with self._doorkeeper.attempt(name, request.remote_addr or ""):
                member = accounts.sign_in(name, password, begin=self._house.begin, clock=self._house.clock)
        except TooManyRequests as error:
            page = render_template("sign_in.html", name=name, fault=str(error))
            return page, 429, {"Retry-After": str(int(error.retry_after_s))}
        except NotAuthenticated:
            return render_template("sign_in.html", name=name, fault=wording.WRONG_SIGN_IN), 401
        wanted = session.get("wanted", "/")
        self._open(member)
        return redirect(request.script_root + wanted)

    def sign_out(self) -> ResponseReturnValue:
        """Ends the session in this browser."""
        session.clear()
        return redirect(url_for("entrance.sign_in"))

    def account(self) -> ResponseReturnValue:
        """One's own name, role and password. A new password ends all other sessions."""
        if request.method == "GET":
            return render_template("account.html")
        old, new, again = (request.form.get(field, "") for field in ("old", "new", "again"))
        try:
            _check_choice(new, again)
            with self._doorkeeper.attempt(g.member.name, request.remote_addr or ""):
                member = accounts.change_password(
                    g.member.id, old=old, new=new, begin=self._house.begin, clock=self._house.clock
                )
        except NotAuthenticated:
            return render_template("account.html", fault=wording.WRONG_PASSWORD), 400
        except (InvalidInput, TooManyRequests) as error:
            return render_template("account.html", fault=str(error)), 400
        self._open(member)
        flash(wording.PASSWORD_CHANGED)
        return redirect(url_for("entrance.account"))

    def _open(self, member: Member) -> None:
        session.clear()
        session.permanent = True
        session["id"] = secrets.token_urlsafe(16)
        session["member"] = member.id
        session["stamp"] = self._stamp(member)
        session["since"] = self._house.clock().timestamp()

    def _recalled(self) -> Member | None:
        """The member of this session, unless it is too old or the password changed since."""
        if request.endpoint == "static" or "member" not in session:
            return None
        if self._house.clock().timestamp() - session.get("since", 0.0) > SESSION.total_seconds():
            return None
        with self._house.begin() as work:
            member = work.members.get(session["member"])
        same = member and hmac.compare_digest(str(session.get("stamp")), self._stamp(member))
        return member if same else None

    def _stamp(self, member: Member) -> str:
        return hmac.new(self._key, member.password_hash.encode(), hashlib.sha256).hexdigest()[:24]


def _check_choice(new: str, again: str) -> None:
    if new != again:
        raise InvalidInput(wording.PASSWORDS_DIFFER, field="again")
    if len(new) < accounts.MIN_PASSWORD_CHARS:
        raise InvalidInput(wording.SHORT_PASSWORD.format(accounts.MIN_PASSWORD_CHARS), field="new")


def may_rule(member: Member) -> bool:
    """Moderators and operators decide; compliance officers see."""
    return member.role in RULING_ROLES


def may_audit(member: Member) -> bool:
    """Compliance officers and operators read the audit log."""
    return member.role in AUDITING_ROLES


def require_auditing(member: Member) -> None:
    """NotAllowed for whoever may not read the audit log."""
    if not may_audit(member):
        raise NotAllowed(wording.MAY_NOT_AUDIT)


def require_ruling(member: Member) -> None:
    """NotAllowed for whoever may only look."""
    if not may_rule(member):
        raise NotAllowed(wording.MAY_NOT_RULE)
