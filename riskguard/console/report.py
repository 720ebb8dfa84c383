"""The daily report for compliance officers: one page that prints well and needs nothing else, and tables as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from jinja2 import Environment, PackageLoader

from riskguard.console import wording
from riskguard.console.chart import timeline
from riskguard.console.opinion import HEALTH, SAMENESS, SHOWN_CAMPAIGNS, figures
from riskguard.console.wording import BEIJING
from riskguard.domain.campaign import Campaign
from riskguard.domain.opinion import Grain
from riskguard.policy.opinion import OpinionRules
from riskguard.services.opinion.daily import verdict_of
from riskguard.services.opinion.naming import EMOTIONS, further, mood, subject, usually
from riskguard.services.opinion.picture import Picture, exemplars, picture
from riskguard.services.portrait import Spell, spells
from riskguard.services.ports import Begin

SHOWN_SURGES = 12
_NO_FORMULA = "=+-@\t\r"


@dataclass(frozen=True, slots=True)
class _Campaigns:
    """Those of the day, and where people reach the console, in whose pages each can be looked at."""

    spells: Sequence[Spell]
    console_url: str

    def link_of(self, campaign: Campaign) -> str:
        return f"{self.console_url}/campaigns/{campaign.id}"


def daily_report(
    community: str, day: date, *, begin: Begin, rules: OpinionRules, made_at: datetime, console_url: str = "/console"
) -> dict[str, str]:
    """The files of the report on a day (Beijing) by name. NotFound for a community that is not known.

    Words of posts are masked; no author is in it. `console_url` is where people reach the console; with no more than
    its path, campaigns are named but not linked.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    until = min(start + timedelta(days=1), max(made_at, start + timedelta(minutes=5)))
    shown = picture(community, since=start, until=until, grain=Grain.FIVE_MINUTES, begin=begin, rules=rules)
    if not shown.posts:  # five-minute buckets are forgotten first
        shown = picture(community, since=start, until=until, grain=Grain.HOUR, begin=begin, rules=rules)
    campaigns = _Campaigns(spells(community, since=start, until=until, begin=begin), console_url)
    name = f"{community}-{day:%Y-%m-%d}"
    return {
        f"{name}.html": _page(shown, campaigns, day, made_at, begin),
        f"{name}-timeline.csv": _timeline(shown),
        f"{name}-topics.csv": _topics(shown),
        f"{name}-surges.csv": _surges(shown),
        f"{name}-campaigns.csv": _campaigns(campaigns),
    }


def write_report(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the files into the folder; CSV begins with a mark by which Excel knows UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files.items():
        file = folder / name
        file.write_text(content, encoding="utf-8-sig" if file.suffix == ".csv" else "utf-8", newline="")
        written.append(file)
    return written


def _page(shown: Picture, campaigns: _Campaigns, day: date, made_at: datetime, begin: Begin) -> str:
    surges = [(surge, exemplars(surge, begin=begin)) for surge in shown.surges[:SHOWN_SURGES]]
    return (
        _environment()
        .get_template("daily_report.html")
        .render(
            picture=shown,
            day=day,
            made_at=made_at,
            chart=timeline(replace(shown, surges=shown.surges[:SHOWN_SURGES])),
            surges=surges,
            spells=campaigns.spells,
            shown_spells=SHOWN_CAMPAIGNS,
            link_of=campaigns.link_of,
            linked=campaigns.console_url.startswith("http"),
            emotions=EMOTIONS,
            actions=[(name, shown.tallies["action"].get(action.word, 0)) for action, name in wording.ACTIONS.items()],
            sameness=figures(shown.sameness, SAMENESS),
            sameness_words=verdict_of(shown.sameness.departures),
            health=figures(shown.health, HEALTH),
        )
    )


def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("riskguard.console"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    found.filters["moment"] = wording.moment
    found.globals.update(say=wording, mood=mood, series_name=subject, further=further, usually=usually, state_of=_state)
    return found


def _timeline(shown: Picture) -> str:
    rows = ((_local(p.start), p.posts, p.accounts, p.negative, p.copies) for p in shown.points if p.posts)
    return _csv(("时间（北京）", "帖子", "不同账号", "负面", "近似内容"), rows)


def _topics(shown: Picture) -> str:
    rows = (
        (topic.name, "、".join(topic.words[1:]), topic.accounts, topic.posts, topic.negative, topic.copies)
        for topic in shown.topics
    )
    return _csv(("话题", "相关词", "不同账号", "帖子", "负面", "近似内容"), rows)


def _surges(shown: Picture) -> str:
    rows = (
        (
            surge.id,
            subject(surge),
            _local(surge.started_at),
            _local(surge.raised_at),
            _local(surge.ended_at) if surge.ended_at else "",
            surge.accounts,
            f"{surge.expected:.1f}",
            surge.window_min,
            surge.posts,
            surge.copies,
            mood(surge.mood),
            "、".join(surge.topics),
        )
        for surge in shown.surges
    )
    head = ("编号", "什么", "开始", "告警", "平息", "账号", "平时", "窗口（分钟）", "帖子", "近似内容", "情绪", "话题")
    return _csv(head, rows)


def _campaigns(campaigns: _Campaigns) -> str:
    rows = (
        (
            each.line.campaign.id,
            _state(each.line.campaign),
            each.accounts,
            each.posts,
            each.line.extent.accounts,
            each.line.extent.posts,
            _local(each.line.extent.first_at),
            _local(each.line.extent.last_at),
            wording.UNREADABLE if each.line.unreadable else each.line.words,
            campaigns.link_of(each.line.campaign),
        )
        for each in campaigns.spells
    )
    head = ("编号", "状态", "当日账号", "当日帖子", "账号", "帖子", "最早", "最近", "例帖（已打码）", "页面")
    return _csv(head, rows)


def _state(campaign: Campaign) -> str:
    """How it stands when the report is made."""
    if campaign.unreadable:
        return wording.UNREADABLE_RULING
    standing = campaign.standing
    return wording.RULINGS[standing.ruling] if standing else wording.STATUSES[campaign.status]


def _local(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV; what a spreadsheet would take for a formula gets a quote in front."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return sheet.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] and cell[0] in _NO_FORMULA else cell
