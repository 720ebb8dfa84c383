"""The alerts' pages: what stands, one alert with whom it was told, and what somebody does about it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from riskguard.bootstrap import House
from riskguard.console import alert_wording as wording
from riskguard.console.desk import chosen_page, communities_of, scope
from riskguard.domain.alert import AlertStatus
from riskguard.domain.audit import named_member
from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.services import alert_desk
from riskguard.services.outlook import outlook

FILTERS: dict[str, tuple[AlertStatus, ...]] = {
    "open": (AlertStatus.OPEN,),
    "acknowledged": (AlertStatus.ACKNOWLEDGED,),
    "silenced": (AlertStatus.SILENCED,),
    "resolved": (AlertStatus.RESOLVED,),
    "all": (),
}
SPANS = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
}


class AlertPages:
    """Each method is one page: it calls one or two use cases and fills a template."""

    def __init__(self, house: House) -> None:
        self._house = house

    def join(self, app: Flask) -> None:
        """Its routes, and what every page may say of alerts."""
        app.register_blueprint(self.blueprint())
        app.jinja_env.globals.update(open_alerts=self.open_count, say_alert=wording)

    def blueprint(self) -> Blueprint:
        """Its routes."""
        pages = Blueprint("alerts", __name__)
        pages.add_url_rule("/alerts", view_func=self.listed)
        pages.add_url_rule("/alerts/<alert_id>", view_func=self.alert)
        pages.add_url_rule("/alerts/<alert_id>/acknowledge", view_func=self.acknowledge, methods=["POST"])
        pages.add_url_rule("/alerts/<alert_id>/resolve", view_func=self.resolve, methods=["POST"])
        pages.add_url_rule("/alerts/<alert_id>/silence", view_func=self.silence, methods=["POST"])
        pages.add_url_rule("/silences/<silence_id>/end", view_func=self.end_silence, methods=["POST"])
        return pages

    def open_count(self) -> int:
        """How many alerts wait for somebody, among those that the member may see."""
        with self._house.begin() as work:
            tally = work.alerts.tally(g.member.community)
        return sum(count for (status, _), count in tally.items() if status == AlertStatus.OPEN.value)

    def listed(self) -> ResponseReturnValue:
        """Alerts, gravest first."""
        status = request.args.get("status", "open")
        if status not in FILTERS:
            raise NotFound(f"no filter '{status}'")
        begin, community, kind = self._house.begin, scope(), request.args.get("kind") or None
        with begin() as work:
            tally = work.alerts.tally(community)
        return render_template(
            "alerts.html",
            leaf=alert_desk.listed(
                begin=begin, community=community, statuses=FILTERS[status], kind=kind, page=chosen_page()
            ),
            status=status,
            kind=kind,
            tally=tally,
            silences=alert_desk.silences(begin=begin, clock=self._house.clock, community=g.member.community),
            community=community,
            communities=communities_of(begin),
        )

    def alert(self, alert_id: str) -> ResponseReturnValue:
        """One alert."""
        return self._alert(alert_id)

    def acknowledge(self, alert_id: str) -> ResponseReturnValue:
        """Take it up, then see it again."""
        return self._handle(alert_id, alert_desk.acknowledge, wording.TAKEN)

    def resolve(self, alert_id: str) -> ResponseReturnValue:
        """End it, then see what else stands."""
        return self._handle(alert_id, alert_desk.resolve, wording.ENDED)

    def silence(self, alert_id: str) -> ResponseReturnValue:
        """Keep its like quiet for a while."""
        house = self._house
        seen = alert_desk.file(alert_id, begin=house.begin, clock=house.clock, community=g.member.community)
        span = SPANS.get(request.form.get("span", ""))
        because = request.form.get("because", "").strip()
        if span is None or not because:
            return self._alert(alert_id, fault=wording.NO_SILENCE, typed=because), 400
        try:
            alert_desk.silence(
                alert_desk.match_of(seen.kept),
                until=house.clock() + span,
                because=because,
                by=g.member.name,
                actor=named_member(g.member.name),
                begin=house.begin,
                clock=house.clock,
            )
        except InvalidInput:
            return self._alert(alert_id, fault=wording.LONG_NOTE, typed=because), 400
        flash(wording.SILENCE_MADE)
        return redirect(url_for("alerts.alert", alert_id=alert_id))

    def end_silence(self, silence_id: str) -> ResponseReturnValue:
        """Let its alerts be heard again."""
        house = self._house
        alert_desk.end_silence(
            silence_id,
            actor=named_member(g.member.name),
            begin=house.begin,
            clock=house.clock,
            community=g.member.community,
        )
        flash(wording.SILENCE_ENDED)
        return redirect(url_for("alerts.listed"))

    def _handle(self, alert_id: str, handle: alert_desk.Handle, said: str) -> ResponseReturnValue:
        note = request.form.get("note", "").replace("\r\n", "\n")
        try:
            handle(
                alert_id,
                by=g.member.name,
                actor=named_member(g.member.name),
                note=note,
                begin=self._house.begin,
                clock=self._house.clock,
                community=g.member.community,
            )
        except InvalidInput:
            return self._alert(alert_id, fault=wording.LONG_NOTE, typed=note), 400
        flash(said)
        return redirect(url_for("alerts.alert", alert_id=alert_id))

    def _alert(self, alert_id: str, *, fault: str = "", typed: str = "") -> str:
        house = self._house
        file = alert_desk.file(alert_id, begin=house.begin, clock=house.clock, community=g.member.community)
        seen = outlook(file, plan=house.alerts.now(), begin=house.begin, clock=house.clock)
        return render_template("alert.html", file=file, seen=seen, spans=SPANS, fault=fault, typed=typed)
