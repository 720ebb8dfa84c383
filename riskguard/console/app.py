"""The console as a WSGI application: server-rendered pages, nothing loaded from elsewhere."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, Response, g, render_template, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, InternalServerError

from riskguard.bootstrap import House, secret_key, word_mask
from riskguard.console import wording
from riskguard.console.alerts import AlertPages
from riskguard.console.auditing import AuditPages
from riskguard.console.campaigns import Campaigns
from riskguard.console.desk import Desk
from riskguard.console.entrance import SESSION, Entrance, may_audit, may_rule
from riskguard.console.opinion import OpinionDesk
from riskguard.console.sheet import bare
from riskguard.domain.errors import Gone, InvalidInput, KeyMissing, NotAllowed, NotFound, RiskguardError, SealBroken

MOUNT = "/console"
MAX_FORM_BYTES = 64 * 1024
STATUS: dict[type[RiskguardError], int] = {Gone: 410, NotFound: 404, NotAllowed: 403, InvalidInput: 400}
FACES = {
    400: ("这次提交没有成功", "页面可能放置太久，或者地址有误。请返回后刷新页面再试一次。"),
    403: ("您没有这项权限", "裁定和查看原文由审核员或运维进行，审计日志由合规官或运维查看。如需调整角色，请联系运维。"),
    404: ("没有找到这个页面", "它可能不存在，或不属于您所在的社区。"),
    405: ("没有找到这个页面", "请从案件队列重新进入。"),
    410: (
        "内容已被删除",
        "作者要求删除其个人信息后，帖子、研判和案件一并删除，不再保留，也无法恢复；警报、通知里的链接因此失效。这不是出错，无需处理。",
    ),
    413: ("提交的内容太长", "请缩短理由后再试。"),
    500: ("服务出了点问题", "这不是您的操作造成的，内容没有丢失。请稍后重试，若反复出现请联系运维。"),
}
UNREADABLE = (
    "这条内容无法解读",
    "它在数据库里的密文被改动过，或者缺少它的密钥。其他内容不受影响，请联系运维核查数据库，必要时从备份恢复。",
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(house: House) -> Flask:
    """The pages for moderators, compliance officers and operators, to be mounted at MOUNT.

    NotReady where no secret key is set and none can be kept: a session that anyone could sign is none.
    """
    settings = house.settings
    key = secret_key(settings)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="riskguard_console",
        SESSION_COOKIE_PATH=MOUNT,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=SESSION,
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    AlertPages(house).join(app)
    CSRFProtect(app)
    app.register_blueprint(Entrance(house, key=key).blueprint())
    app.register_blueprint(Desk(house, mask=word_mask()).blueprint())
    app.register_blueprint(AuditPages(house).blueprint())
    app.register_blueprint(Campaigns(house, mask=word_mask()).blueprint())
    app.register_blueprint(OpinionDesk(house).blueprint())
    app.after_request(_guarded)
    _teach(app, house)
    _comfort(app)
    return app


def _guarded(response: Response) -> Response:
    response.headers.extend(HEADERS)
    if "member" in session:
        response.headers["Cache-Control"] = "no-store"
    return response


def _teach(app: Flask, house: House) -> None:
    """What every template may say."""

    def age(at: datetime) -> str:
        return wording.age(at, now=house.clock())

    app.jinja_env.filters.update(
        age=age,
        actor=wording.actor,
        told=wording.told,
        written_moment=wording.written_moment,
        moment=wording.moment,
        urgency=wording.urgency,
        trust=wording.trust,
        detector=wording.detector,
    )
    app.jinja_env.globals.update(say=wording, may_rule=may_rule, may_audit=may_audit, bare=bare)


def _comfort(app: Flask) -> None:
    """Every error is a page in the same style, never a stack of lines."""

    @app.errorhandler(RiskguardError)
    def explained(error: RiskguardError) -> tuple[str, int]:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
        if status == 500:
            app.logger.error("console: %s", error, exc_info=error)
        return _page(status, face=UNREADABLE if isinstance(error, (SealBroken, KeyMissing)) else None)

    @app.errorhandler(CSRFError)
    def expired(_: CSRFError) -> tuple[str, int]:
        return _page(400)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response | tuple[str, int]:
        if error.response is not None or error.code is None or error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        return _page(error.code)

    @app.errorhandler(InternalServerError)
    def broken(_: InternalServerError) -> tuple[str, int]:
        return _page(500)


def _page(status: int, *, face: tuple[str, str] | None = None) -> tuple[str, int]:
    g.setdefault("member", None)
    title, advice = face or FACES.get(status, FACES[500] if status >= 500 else FACES[400])
    return render_template("error.html", status=status, title=title, advice=advice), status
