"""The OpenAPI 3.1 document, made from the schemas and the table of routes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from riskguard import __version__
from riskguard.api import schemas
from riskguard.api.hooks import ABOUT, ANSWERS, HOOKS, Hook
from riskguard.api.problems import KINDS, MEDIA_TYPE
from riskguard.api.route import Parameter, Route
from riskguard.api.routes import ROUTES

_TITLES = {kind.status: kind.title for kind in reversed(KINDS.values())}
"""The first kind of each status stands for it."""

_REFERENCE = "#/components/schemas/{model}"


def document(*, max_text_chars: int) -> dict[str, Any]:
    """The description of the whole API, as it is served."""
    shapes = _shapes()
    shapes["PostIn"]["properties"]["text"]["maxLength"] = max_text_chars
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "riskguard",
            "version": __version__,
            "summary": "Moderation and risk control for Chinese online communities",
            "description": "Send posts, get verdicts, rule on cases. Errors are RFC 9457 problem details. "
            "Spans count code points, end exclusive.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in dict.fromkeys(route.group for route in ROUTES)],
        "paths": _paths(),
        "webhooks": {hook.name: {"post": _hook(hook)} for hook in HOOKS},
        "components": {
            "schemas": shapes,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "The API key of the community: rg_..."}
            },
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


def _hook(hook: Hook) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model=hook.shape.__name__)}
    return {
        "operationId": hook.name.replace(".", "_"),
        "summary": hook.summary,
        "description": ABOUT,
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {status: {"description": meaning} for status, meaning in ANSWERS.items()},
    }


def _operation(route: Route) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.group],
        "summary": route.summary,
        "description": route.about,
        "responses": _responses(route),
    }
    if route.parameters:
        shown["parameters"] = [_parameter(each) for each in route.parameters]
    if route.takes:
        shown["requestBody"] = {"required": True, "content": _content(route)}
    if route.keyless:
        shown["security"] = []
    if route.example:
        shown["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": route.example}]
    return shown


def _content(route: Route) -> dict[str, Any]:
    assert route.takes is not None
    one = {"$ref": _REFERENCE.format(model=route.takes.__name__)}
    if not route.many:
        return {"application/json": {"schema": one}}
    array = {"type": "array", "items": one, "minItems": 1, "maxItems": schemas.MAX_BATCH}
    lines = {"type": "string", "description": "One post a line"}
    return {"application/json": {"schema": array}, "application/x-ndjson": {"schema": lines}}


def _responses(route: Route) -> dict[str, Any]:
    shown = {str(status): _answer(shape, about) for status, (shape, about) in sorted(route.answers.items())}
    for status in route.problems:
        shown[str(status)] = {
            "description": _TITLES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
        }
    if 429 in route.problems:
        about = "Seconds after which it is worth trying again"
        shown["429"]["headers"] = {"Retry-After": {"description": about, "schema": {"type": "integer"}}}
    return shown


def _answer(shape: type[BaseModel] | str, about: str) -> dict[str, Any]:
    if isinstance(shape, str):
        return {"description": about} | ({"content": {shape: {}}} if shape else {})
    schema = {"$ref": _REFERENCE.format(model=shape.__name__)}
    return {"description": about, "content": {"application/json": {"schema": schema}}}


def _parameter(each: Parameter) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": each.name, "in": each.where, "description": each.about, "schema": each.shape}
    return shown | ({"required": True} if each.required else {})


def _shapes() -> dict[str, Any]:
    """JSON Schemas of every shape that a route takes or gives."""
    taken = {route.takes for route in ROUTES if route.takes}
    given = {shape for route in ROUTES for shape, _ in route.answers.values() if not isinstance(shape, str)}
    given |= {hook.shape for hook in HOOKS}
    given |= {schemas.Problem, schemas.Accepted, schemas.Refused}
    inputs = models_json_schema([(shape, "validation") for shape in _named(taken)], ref_template=_REFERENCE)[1]["$defs"]
    outputs = models_json_schema([(shape, "serialization") for shape in _named(given)], ref_template=_REFERENCE)[1][
        "$defs"
    ]
    return dict(sorted((inputs | outputs).items()))


def _named(shapes: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(shapes, key=lambda shape: shape.__name__)
