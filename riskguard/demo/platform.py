"""A make-believe platform: takes the demo community's webhooks, checks their signatures and shows them on one page."""

from __future__ import annotations

import html
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SHOWN = 200
MOST_BYTES = 64 * 1024
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>演示平台</title>
<style>body{{font:15px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}
td,th{{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884}}
</style><h1>演示平台收到的回调</h1><p>共 {count} 条，签名全部核对；不合签名的 {refused} 条。</p>
<table><tr><th>事件<th>帖子<th>结果<th>规则</tr>{rows}</table></html>"""


@dataclass(slots=True)
class Arrivals:
    """What has come so far, each event counted once by its id; the newest first."""

    verifier: Webhook
    ids: set[str] = field(default_factory=set)
    newest: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=SHOWN))
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: bytes, headers: dict[str, str]) -> bool:
        """Whether the signature is good; a repeat is taken and not counted again."""
        try:
            event = self.verifier.verify(body.decode("utf-8"), headers)
        except (WebhookVerificationError, UnicodeDecodeError):
            with self.lock:
                self.refused += 1
            return False
        with self.lock:
            if headers["webhook-id"] not in self.ids:
                self.ids.add(headers["webhook-id"])
                self.newest.appendleft(event)
        return True

    def page(self) -> str:
        """All that is shown, as HTML."""
        with self.lock:
            rows = "".join(_row(event) for event in self.newest)
            return PAGE.format(count=len(self.ids), refused=self.refused, rows=rows)


def _row(event: dict[str, object]) -> str:
    data = event["data"]
    assert isinstance(data, dict)
    outcome = data.get("verdict") or data.get("decision") or {}
    rules = "、".join(str(rule["because"] or rule["id"]) for rule in outcome.get("rules", []))
    about = data["post"]["post_id"] if "post" in data else f"{data['campaign']['accounts']} 个账号的近似内容"
    cells = (event["type"], about, outcome.get("action") or outcome.get("ruling"), rules or "无")
    return "<tr>" + "".join(f"<td>{html.escape(str(cell))}" for cell in cells)


def serve_platform(port: int, secret: str) -> None:
    """Listen on this machine until ended."""
    arrivals = Arrivals(Webhook(secret))

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length") or 0), MOST_BYTES)
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(204 if arrivals.take(self.rfile.read(length), headers) else 401, "")

        def do_GET(self) -> None:
            self._answer(200, arrivals.page())

        def _answer(self, status: int, page: str) -> None:
            body = page.encode()
            self.send_response(status)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet: the page shows what came."""

    with ThreadingHTTPServer(("127.0.0.1", port), Door) as server:
        server.serve_forever()
