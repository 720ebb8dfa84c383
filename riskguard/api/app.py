"""The Flask app of the API."""

from __future__ import annotations

from flask import Flask, request

from riskguard.api import (
    alerts,
    authors,
    campaigns,
    cases,
    health,
    opinion,
    posts,
    problems,
    redaction,
    reference,
)
from riskguard.api.door import Door
from riskguard.bootstrap import House
from riskguard.domain.errors import InvalidInput


def create_app(house: House) -> Flask:
    """The API of `house`: routes by resource, and errors as problem details. Opens no connection by itself."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = house.settings.max_body_bytes
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    door = Door(house)
    problems.install(app)
    door.meters.watch(app)
    app.before_request(_refuse_nul)
    app.register_blueprint(posts.blueprint(door))
    app.register_blueprint(cases.blueprint(door))
    app.register_blueprint(alerts.blueprint(door))
    app.register_blueprint(redaction.blueprint(door))
    app.register_blueprint(authors.blueprint(door))
    app.register_blueprint(campaigns.blueprint(door))
    app.register_blueprint(opinion.blueprint(door))
    app.register_blueprint(health.blueprint(door))
    app.register_blueprint(reference.blueprint(max_text_chars=house.settings.max_text_chars))
    return app


def _refuse_nul() -> None:
    """No name in the store has a NUL, and PostgreSQL refuses to be asked for one."""
    if "\x00" in request.path:
        raise InvalidInput("the path has a NUL character")
