"""Authors: what is kept of one, and its end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response

from riskguard.api.door import Door, answer
from riskguard.services.dossier import Record, dossier
from riskguard.services.erasure import erase_author


def blueprint(door: Door) -> Blueprint:
    """The routes under /v1/authors."""
    routes = Blueprint("authors", __name__, url_prefix="/v1/authors")
    house = door.house

    @routes.delete("/<path:name>")
    def erase(name: str) -> Response:
        receipt = erase_author(
            name,
            community=door.community(),
            actor=door.actor(),
            begin=house.begin,
            clock=house.clock,
            traces=house.traces,
        )
        return answer(
            {
                "id": receipt.id,
                "community": receipt.community,
                "author": receipt.author,
                "at": receipt.at.isoformat(),
                "erased": dict(receipt.counts),
                "hash": receipt.hash,
            }
        )

    @routes.get("/<path:name>/export")
    def export(name: str) -> Response:
        records = dossier(name, community=door.community(), actor=door.actor(), begin=house.begin, clock=house.clock)
        return Response(_lines(records), mimetype="application/x-ndjson")

    return routes


def _lines(records: Iterable[Record]) -> Iterator[str]:
    """A record a line, and a last one that counts them: an answer that breaks off is told from a whole one by it."""
    count = 0
    for record in records:
        count += 1
        yield json.dumps(record, ensure_ascii=False) + "\n"
    yield json.dumps({"kind": "end", "records": count}) + "\n"
