"""The reference: the OpenAPI document, and one page made of it that loads nothing from anywhere else."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from flask import Blueprint, Response, redirect, render_template
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from riskguard.api.hooks import ABOUT, ANSWERS, HOOKS
from riskguard.api.openapi import document
from riskguard.api.problems import all_kinds
from riskguard.domain.errors import NotFound


def blueprint(*, max_text_chars: int) -> Blueprint:
    """/v1/openapi.json, /v1/docs and where the `type` of a problem leads."""
    routes = Blueprint("reference", __name__, template_folder="templates")
    described = document(max_text_chars=max_text_chars)
    written = json.dumps(described, ensure_ascii=False, indent=1)
    slugs = {kind.slug for kind in all_kinds()}

    routes.add_app_template_filter(coded)

    @routes.get("/v1/openapi.json")
    def openapi() -> Response:
        return Response(written, mimetype="application/json")

    @routes.get("/v1/docs")
    def docs() -> Response:
        return _page(described)

    @routes.get("/v1/problems/<slug>")
    def problem(slug: str) -> AnyResponse:
        if slug not in slugs:
            raise NotFound(f"no problem is called '{slug}'", hint="see /v1/docs")
        return redirect(f"/v1/docs#problem-{slug}")

    return routes


def _page(described: dict[str, Any]) -> Response:
    nonce = secrets.token_urlsafe(16)
    page = render_template(
        "docs.html",
        nonce=nonce,
        info=described["info"],
        groups=_groups(described),
        shapes=[_shape(name, shape) for name, shape in described["components"]["schemas"].items()],
        problems=all_kinds(),
        hooks=HOOKS,
        hooks_about=ABOUT,
        hook_answers=ANSWERS,
    )
    shown = Response(page, mimetype="text/html")
    shown.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    shown.headers["X-Content-Type-Options"] = "nosniff"
    shown.headers["Referrer-Policy"] = "no-referrer"
    return shown


def _groups(described: dict[str, Any]) -> list[dict[str, Any]]:
    """Operations by tag, each with what its part of the page shows."""
    operations = [
        {"method": method.upper(), "path": path, **operation, "bodies": _bodies(operation)}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return [
        {"name": tag["name"], "operations": [each for each in operations if tag["name"] in each["tags"]]}
        for tag in described["tags"]
    ]


def _bodies(operation: dict[str, Any]) -> list[dict[str, str]]:
    content = operation.get("requestBody", {}).get("content", {})
    return [{"media": media, "shape": type_of(each.get("schema", {}))} for media, each in content.items()]


def _shape(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    required = shape.get("required", [])
    fields = [
        {"name": each, "type": type_of(about), "about": _about(about), "required": each in required}
        for each, about in shape.get("properties", {}).items()
    ]
    return {"name": name, "about": shape.get("description", ""), "fields": fields, "words": shape.get("enum", [])}


def coded(text: str) -> Markup:
    """Words between backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped before)


def type_of(schema: dict[str, Any]) -> str:
    """A schema in one short phrase: 'string', 'list of PostIn', 'AuthorIn or null'."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " or ".join(type_of(each) for each in schema["anyOf"])
    if "allOf" in schema:
        return " and ".join(type_of(each) for each in schema["allOf"])
    if "enum" in schema or "const" in schema:
        return " | ".join(str(word) for word in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    kind = str(schema.get("format") or schema.get("type") or "any")
    more = schema.get("additionalProperties")
    return f"map of {type_of(more)}" if kind == "object" and isinstance(more, dict) else kind


def _about(schema: dict[str, Any]) -> str:
    """What a field means and what it may hold."""
    bounds = [
        f"{words} {schema[name]}"
        for name, words in (("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"))
        if name in schema
    ]
    limits = ", ".join(bounds) + (" characters" if "maxLength" in schema or "minLength" in schema else "")
    default = schema.get("default")
    parts = [schema.get("description", ""), limits, f"default: {default}" if default not in (None, "") else ""]
    return ". ".join(part for part in parts if part)
