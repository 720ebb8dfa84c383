"""Who is at the console: signing in and out, the session, and the limit on failed attempts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from riskguard.bootstrap import House
from riskguard.domain.errors import InvalidInput, NotAllowed, NotAuthenticated, TooManyRequests
from riskguard.domain.member import Member, Role
from riskguard.services import accounts

SESSION = timedelta(hours=12)
ATTEMPTS: RateLimitItem = RateLimitItemPerMinute(5, 5)
"""Failed sign-ins that one address may make for one name."""
REDIS_TIMEOUT_S = 0.5
RULING_ROLES = frozenset({Role.MODERATOR, Role.OPERATOR})
OPEN_PAGES = frozenset({"entrance.sign_in", "static"})


class Doorkeeper:
    """Counts sign-in attempts per name and address; shared between processes where there is a Redis."""

    def __init__(self, redis_url: str, prefix: str) -> None:
        self._spare = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(_shared_memory(redis_url, prefix)) if redis_url else self._spare

    def attempt(self, name: str, address: str) -> None:
        """Count one attempt; TooManyRequests when there were too many."""
        try:
            admitted = self._shared.hit(ATTEMPTS, name, address)
        except StorageError:
            admitted = self._spare.hit(ATTEMPTS, name, address)
        if not admitted:
            raise TooManyRequests("登录失败次数过多，请 5 分钟后再试。", retry_after_s=ATTEMPTS.get_expiry())

    def forget(self, name: str, address: str) -> None:
        """A good password clears what was counted."""
        self._spare.clear(ATTEMPTS, name, address)
        try:
            self._shared.clear(ATTEMPTS, name, address)
        except StorageError:
            return


class Entrance:
    """The sign-in and account pages, and the check that stands before every other page."""

    def __init__(self, house: House, *, key: str) -> None:
        self._house = house
        self._key = key.encode()
        self._doorkeeper = Doorkeeper(house.settings.redis_url, house.settings.redis_prefix)

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
        session.clear()
        if request.method == "GET" and request.endpoint:
            session["wanted"] = request.path
        return redirect(url_for("entrance.sign_in"))

    def sign_in(self) -> ResponseReturnValue:
        """The first page. A good name and password start a new session."""
        if request.method == "GET":
            return redirect(url_for("desk.queue")) if g.member else render_template("sign_in.html", name="")
        name, password = request.form.get("name", "").strip(), request.form.get("password", "")
        try:
            self._doorkeeper.attempt(name, request.remote_addr or "")
            member = accounts.sign_in(name, password, begin=self._house.begin)
        except TooManyRequests as error:
            page = render_template("sign_in.html", name=name, fault=str(error))
            return page, 429, {"Retry-After": str(int(error.retry_after_s))}
        except NotAuthenticated:
            return render_template("sign_in.html", name=name, fault="名称或密码不正确，请重新输入。"), 401
        self._doorkeeper.forget(name, request.remote_addr or "")
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
            self._doorkeeper.attempt(g.member.name, request.remote_addr or "")
            member = accounts.change_password(g.member.id, old=old, new=new, begin=self._house.begin)
        except NotAuthenticated:
            return render_template("account.html", fault="当前密码不正确。"), 400
        except (InvalidInput, TooManyRequests) as error:
            return render_template("account.html", fault=str(error)), 400
        self._doorkeeper.forget(member.name, request.remote_addr or "")
        self._open(member)
        flash("密码已更改，其他设备上的登录已失效。")
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
        raise InvalidInput("两次输入的新密码不一致。", field="again")
    if len(new) < accounts.MIN_PASSWORD_CHARS:
        raise InvalidInput(f"新密码至少要有 {accounts.MIN_PASSWORD_CHARS} 个字符。", field="new")


def may_rule(member: Member) -> bool:
    """Moderators and operators decide; compliance officers see."""
    return member.role in RULING_ROLES


def require_ruling(member: Member) -> None:
    """NotAllowed for whoever may only look."""
    if not may_rule(member):
        raise NotAllowed("合规官可以查看案件，裁定由审核员或运维作出。")


def _shared_memory(redis_url: str, prefix: str) -> RedisStorage:
    url = "redis+" + redis_url if redis_url.startswith("unix:") else redis_url
    return RedisStorage(
        url,
        key_prefix=f"{prefix}:sign-in",
        wrap_exceptions=True,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
    )
