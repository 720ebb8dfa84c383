"""The description: valid, complete, and the same as the one that was last looked at.

After a change that is meant: python -m tests.unit.api.test_openapi
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from riskguard.api import create_app
from riskguard.api.openapi import document
from riskguard.api.problems import all_kinds
from riskguard.api.reference import type_of
from riskguard.bootstrap import House, open_alerts
from riskguard.delivery.message import rendered
from riskguard.domain.care import Care, Contact
from riskguard.domain.case import Case, Decision, Ruling
from riskguard.domain.member import Community
from riskguard.domain.post import Post
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.services.events import decided, judged
from riskguard.settings import Settings

SNAPSHOT = Path(__file__).parents[2] / "assets" / "openapi.json"


def bare_app() -> Flask:
    """The app over a house whose parts nobody asks here."""
    nobody = cast(Any, None)
    return create_app(
        House(
            settings=Settings(),
            clock=lambda: datetime(2026, 11, 22, tzinfo=UTC),
            begin=nobody,
            line=nobody,
            bell=nobody,
            roll=nobody,
            traces=nobody,
            taxonomy=Taxonomy({}),
            policies=nobody,
            alerts=open_alerts(Settings()),
        )
    )


@pytest.fixture(scope="module")
def app() -> Flask:
    return bare_app()


def test_the_document_is_valid_openapi(app: Flask) -> None:
    served = app.test_client().get("/v1/openapi.json")
    assert served.mimetype == "application/json"
    assert served.json is not None
    assert served.json["openapi"] == "3.1.0"
    validate(served.json)


def test_every_route_of_the_app_is_described_and_nothing_else(app: Flask) -> None:
    routes = {
        (method, re.sub(r"<(?:\w+:)?\w+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, methods in document(max_text_chars=1)["paths"].items()
        for method in methods
    }
    assert described == routes


def test_the_document_is_the_one_last_looked_at() -> None:
    assert document(max_text_chars=20_000) == json.loads(SNAPSHOT.read_text("utf-8")), (
        "the API changed; if it was meant: python -m tests.unit.api.test_openapi"
    )


def test_what_is_sent_to_platforms_is_as_described() -> None:
    described = document(max_text_chars=1)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    community = Community("tide", now, "https://tide.example/hook", "whsec_dGlkZQ==")
    post = Post("pst_1", "tide", "p1", "在吗", now, metadata={"房间": 5})
    rule = FiredRule("r1", Action.BLOCK, "测试")
    care = Care("care", "愿你有人陪", (Contact("某处", "000-1234"),))
    case = Case("cas_1", "pst_1", "tide", 10, now)
    decision = Decision(Ruling.REMOVE, "引流广告", "m1", now)
    sent = [
        judged(post, Verdict("pst_1", Action.BLOCK, labels={"ad": 0.9}, rules=(rule,)), community=community, at=now),
        judged(post, Verdict("pst_1", Action.ALLOW, alerts=("care",), care=care), community=community, at=now),
        decided(case.decide(decision, seen_version=1), decision, post=post, community=community),
    ]
    for event in sent:
        assert event is not None
        content = described["webhooks"][event.type.value]["post"]["requestBody"]["content"]["application/json"]
        whole = content["schema"] | {"components": described["components"]}
        body = json.loads(rendered(event))
        Draft202012Validator(whole).validate(body)
        assert body["data"]["post"]["metadata"] == {"房间": 5}


def test_the_limit_of_the_text_is_the_one_in_force() -> None:
    assert document(max_text_chars=7)["components"]["schemas"]["PostIn"]["properties"]["text"]["maxLength"] == 7


def test_a_problem_is_what_the_schema_says(app: Flask) -> None:
    shapes = document(max_text_chars=1)["components"]["schemas"]
    schema = {"$ref": "#/components/schemas/Problem", "components": {"schemas": shapes}}
    for answer in (app.test_client().get("/nothing"), app.test_client().put("/v1/posts")):
        Draft202012Validator(schema).validate(answer.json)


class Outside(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids.add(named.get("id") or "")
        if tag in {"script", "img", "iframe", "link", "object", "form"}:
            self.found.append(tag)
        self.found += [name for name in named if name.startswith("on") or name in {"src", "style"}]
        href = named.get("href") or ""
        if href.startswith("#"):
            self.anchors.add(href[1:])
        elif href and not href.startswith("/v1/"):
            self.found.append(href)


def test_the_page_names_every_route_and_loads_nothing(app: Flask) -> None:
    served = app.test_client().get("/v1/docs")
    page = served.get_data(as_text=True)
    for path in document(max_text_chars=1)["paths"]:
        assert f"<code>{path}</code>" in page
    for kind in all_kinds():
        assert f'id="problem-{kind.slug}"' in page
    outside = Outside()
    outside.feed(page)
    assert outside.found == []
    assert outside.anchors <= outside.ids
    assert "url(" not in page
    policy = served.headers["Content-Security-Policy"]
    nonce = re.search(r'<style nonce="([^"]+)">', page)
    assert nonce is not None
    assert f"style-src 'nonce-{nonce.group(1)}'" in policy
    assert "default-src 'none'" in policy


def test_two_visits_have_two_nonces(app: Flask) -> None:
    one, two = (app.test_client().get("/v1/docs").headers["Content-Security-Policy"] for _ in range(2))
    assert one != two


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.slug)
def test_the_type_of_a_problem_leads_to_its_place(app: Flask, kind: Any) -> None:
    answer = app.test_client().get(f"/v1/problems/{kind.slug}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/v1/docs#problem-{kind.slug}")


@pytest.mark.parametrize(
    ("schema", "phrase"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"$ref": "#/components/schemas/PostIn"}, "PostIn"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": "array", "items": {"$ref": "#/x/A"}}, "list of A"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "map of number"),
        ({"enum": ["a", "b"], "type": "string"}, "a | b"),
        ({"const": "a"}, "a"),
        ({}, "any"),
    ],
)
def test_a_schema_in_one_phrase(schema: dict[str, Any], phrase: str) -> None:
    assert type_of(schema) == phrase


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(document(max_text_chars=20_000), ensure_ascii=False, indent=1) + "\n", "utf-8")
