"""The moderator's desk: the queue, one case, the ruling, and what left for the platforms."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from riskguard.bootstrap import House
from riskguard.console import wording
from riskguard.console.entrance import require_ruling
from riskguard.console.sheet import Sheet
from riskguard.console.veil import Veil, lifted, veiled
from riskguard.domain.audit import named_member
from riskguard.domain.case import CaseFile, CaseStatus, Ruling
from riskguard.domain.errors import InvalidInput, NotFound, StaleVersion
from riskguard.services import overview, review
from riskguard.services.ports import Begin, Mask

FILTERS: dict[str, CaseStatus | None] = {
    "open": CaseStatus.OPEN,
    "decided": CaseStatus.DECIDED,
    "all": None,
}
PLACE = ("status", "page", "community")
"""What tells where in the queue somebody was, so that they come back there from a case."""
RECENT_EVENTS = 100
RAW_FOR = timedelta(minutes=3)
"""After so long a page with raw words goes back to the masked ones by itself."""
LAST_PAGE = 40_000
"""Further down nobody reads, and a database counts no further than 64 bits."""


class Desk:
    """Each method is one page: it calls one or two use cases and fills a template."""

    def __init__(self, house: House, *, mask: Mask) -> None:
        self._house = house
        self._mask = mask
        self._overview = overview.Overview(house.begin)

    def blueprint(self) -> Blueprint:
        """Its routes."""
        pages = Blueprint("desk", __name__)
        pages.add_url_rule("/", view_func=self.queue)
        pages.add_url_rule("/cases/<case_id>", view_func=self.case)
        pages.add_url_rule("/cases/<case_id>/raw", view_func=self.reveal, methods=["POST"])
        pages.add_url_rule("/cases/<case_id>/next", view_func=self.after)
        pages.add_url_rule("/cases/<case_id>/decisions", view_func=self.decide, methods=["POST"])
        pages.add_url_rule("/deliveries", view_func=self.deliveries)
        return pages

    def queue(self) -> ResponseReturnValue:
        """Cases, most urgent first."""
        status = request.args.get("status", "open")
        if status not in FILTERS:
            raise NotFound(f"no filter '{status}'")
        begin, community = self._house.begin, scope()
        with begin() as work:
            alike = work.campaigns.tally(community).get(CaseStatus.OPEN.value, 0)
        leaf = review.queue(begin=begin, community=community, status=FILTERS[status], page=chosen_page())
        session["place"] = {name: word for name, word in request.args.items() if name in PLACE and len(word) <= 64}
        return render_template(
            "queue.html",
            sheets=[self._sheet(file) for file in leaf.files],
            leaf=leaf,
            status=status,
            community=community,
            communities=communities_of(self._house.begin),
            tallies=self._overview.tallies(community),
            alike=alike,
        )

    def case(self, case_id: str) -> ResponseReturnValue:
        """One case."""
        return self._case(case_id)

    def after(self, case_id: str) -> ResponseReturnValue:
        """On to the next open case, leaving this one as it is."""
        return self._onward(review.following(case_id, begin=self._house.begin, community=g.member.community))

    def decide(self, case_id: str) -> ResponseReturnValue:
        """Rule, then on to the next open case; a stale form comes back, with what was typed."""
        require_ruling(g.member)
        reason = request.form.get("reason", "").replace("\r\n", "\n")  # browsers send breaks as two characters
        begin, community = self._house.begin, g.member.community
        ahead = review.following(case_id, begin=begin, community=community)
        try:
            check_reason(reason)
            case = review.decide(
                case_id,
                ruling=chosen_ruling(),
                reason=reason,
                by=g.member.name,
                actor=named_member(g.member.name),
                seen_version=seen_version(),
                begin=begin,
                clock=self._house.clock,
                bell=self._house.bell,
                mask=self._mask,
                community=community,
            )
        except StaleVersion:
            return self._case(case_id, typed=reason, stale=True), 409
        except InvalidInput as error:
            return self._case(case_id, typed=reason, fault=str(error)), 400
        flash(case.id, "decided")
        return self._onward(ahead)

    def reveal(self, case_id: str) -> ResponseReturnValue:
        """One case with its raw words, in this answer only: looking again is asking again."""
        require_ruling(g.member)
        note = request.form.get("note", "")
        try:
            file = review.reveal(
                case_id,
                need=_need(note),
                note=note,
                actor=named_member(g.member.name),
                begin=self._house.begin,
                clock=self._house.clock,
                mask=self._mask,
                community=g.member.community,
            )
        except InvalidInput as error:
            return self._case(case_id, refused=str(error)), 400
        return self._page(self._sheet(file, veil=lifted(file.post)), raw=True)

    def deliveries(self) -> ResponseReturnValue:
        """What left for the platforms lately; no post text is in it."""
        begin, community = self._house.begin, scope()
        return render_template(
            "deliveries.html",
            events=overview.deliveries(begin=begin, community=community, limit=RECENT_EVENTS),
            disconnected=overview.disconnected(begin=begin, community=community),
            tallies=self._overview.tallies(community),
            community=community,
            communities=communities_of(self._house.begin),
        )

    def _case(self, case_id: str, **more: object) -> str:
        """The page of a case; `more` is what went wrong with what was sent from there."""
        return self._page(
            self._sheet(review.file(case_id, begin=self._house.begin, community=g.member.community)), **more
        )

    def _page(self, sheet: Sheet, **more: object) -> str:
        return render_template("case.html", sheet=sheet, place=session.get("place", {}), raw_for=RAW_FOR, **more)

    def _onward(self, case_id: str | None) -> ResponseReturnValue:
        return redirect(url_for("desk.case", case_id=case_id) if case_id else url_for("desk.queue"))

    def _sheet(self, file: CaseFile, *, veil: Veil | None = None) -> Sheet:
        veil = veil or veiled(file.post, file.verdict, mask=self._mask)
        return Sheet(file, taxonomy=self._house.taxonomy, now=self._house.clock(), veil=veil)


def scope() -> str | None:
    """Whose matters to show: those of a member's own community, else of the one chosen, else of all."""
    community: str | None = g.member.community
    return community or request.args.get("community") or None


def communities_of(begin: Begin) -> list[str]:
    """What a member of all communities may choose from."""
    if g.member.community:
        return []
    with begin() as work:
        return [community.name for community in work.communities.all()]


def chosen_page() -> int:
    """The page that is asked for, from 1."""
    return min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)


def check_reason(reason: str) -> None:
    """InvalidInput, in the words of the page, for a reason that is missing or too long."""
    if not reason.strip():
        raise InvalidInput(wording.NO_REASON, field="reason")
    if len(reason) > review.MAX_REASON_CHARS:
        raise InvalidInput(wording.LONG_REASON.format(review.MAX_REASON_CHARS), field="reason")


def _need(note: str) -> review.Need:
    try:
        need = review.Need(request.form.get("need", ""))
    except ValueError:
        raise InvalidInput(wording.NO_NEED, field="need") from None
    if need is review.Need.OTHER and not note.strip():
        raise InvalidInput(wording.NO_NOTE, field="note")
    if len(note) > review.MAX_NOTE_CHARS:
        raise InvalidInput(wording.LONG_NOTE.format(review.MAX_NOTE_CHARS), field="note")
    return need


def chosen_ruling() -> Ruling:
    """What the form rules."""
    try:
        return Ruling(request.form.get("ruling", ""))
    except ValueError:
        raise InvalidInput(wording.NO_RULING, field="ruling") from None


def seen_version() -> int:
    """The version that the form was made from."""
    try:
        return int(request.form.get("seen_version", ""))
    except ValueError:
        raise InvalidInput(wording.NO_VERSION, field="seen_version") from None
