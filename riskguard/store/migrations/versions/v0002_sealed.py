"""What is said of people is sealed, and authors are found by a digest.

Revision 0002, after 0001. All in one transaction: who interrupts it begins anew.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from rich.console import Console
from rich.progress import track

from riskguard.store.sealing import Seals, context_of
from riskguard.store.types import UtcTime, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BATCH = 500
KEYS = {
    "posts": ["id"],
    "verdicts": ["post_id"],
    "cases": ["id"],
    "outbox": ["id"],
    "kept_answers": ["community", "key"],
}
SEALED = {
    "posts": ["text", "author_id", "title", "url", "metadata"],
    "verdicts": ["body"],
    "cases": ["decisions", "grievances"],
    "outbox": ["data"],
    "kept_answers": ["body_digest", "body"],
}
NOTHING = {"metadata": "{}", "decisions": "[]", "grievances": "[]", "data": "{}"}
"""How the plain columns write what needs no seal."""

Row = sa.RowMapping
Change = Callable[[Seals, str, Row], dict[str, Any]]


def upgrade() -> None:
    op.add_column("posts", sa.Column("author_digest", Words(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("post_id", Words(), nullable=False, server_default=""))
    op.create_table(
        "sealing_keys",
        sa.Column("id", Words(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_keys")),
    )
    _change_all(_sealed)
    op.create_index("ix_posts_author", "posts", ["community", "author_digest"], unique=False)
    op.create_index(op.f("ix_outbox_post_id"), "outbox", ["post_id"], unique=False)


def downgrade() -> None:
    _change_all(_plain)
    op.drop_index(op.f("ix_outbox_post_id"), "outbox")
    op.drop_index("ix_posts_author", "posts")
    op.drop_table("sealing_keys")
    op.drop_column("outbox", "post_id")
    op.drop_column("posts", "author_digest")


def _sealed(seals: Seals, table: str, row: Row) -> dict[str, Any]:
    place = [str(row[name]) for name in KEYS[table]]
    new = {name: _closed(seals, context_of(table, name, place), row[name], NOTHING.get(name)) for name in SEALED[table]}
    if table == "posts":
        new["author_digest"] = seals.author_digest(row["author_id"], row["community"])
    if table == "outbox":
        new["post_id"] = json.loads(row["data"]).get("post", {}).get("id", "")
    return new


def _closed(seals: Seals, place: str, plain: str, nothing: str | None) -> str:
    return seals.keyring.seal(plain, context=place) if plain and plain != nothing else ""


def _plain(seals: Seals, table: str, row: Row) -> dict[str, Any]:
    place = [str(row[name]) for name in KEYS[table]]
    return {
        name: seals.keyring.open(row[name], context=context_of(table, name, place))
        if row[name]
        else NOTHING.get(name, "")
        for name in SEALED[table]
    }


def _change_all(change: Change) -> None:
    """Every row, with its progress on stderr; says nothing where there is nothing to change."""
    connection, attributes = op.get_bind(), context.config.attributes
    count = sum(
        connection.execute(sa.select(sa.func.count()).select_from(_table(name))).scalar_one() for name in SEALED
    )
    if not count:
        return
    attributes["replaced"] = True
    batches = (batch for name in SEALED for batch in _changed(connection, name, change, Seals(attributes["keyring"])))
    said = track(batches, "sealing what is kept", total=-(-count // BATCH), console=Console(stderr=True))
    for _ in said:
        pass


def _changed(connection: sa.Connection, name: str, change: Change, seals: Seals) -> Iterator[int]:
    """Changes the rows of a table in batches; how many each had."""
    table = _table(name)
    key = [table.c[each] for each in KEYS[name]]
    ordered = sa.select(table).order_by(*key).limit(BATCH)
    rows = connection.execute(ordered).mappings().all()
    while rows:
        changed = [change(seals, name, row) for row in rows]
        this = [column == sa.bindparam(f"of_{column.name}") for column in key]
        values: dict[str, Any] = {column: sa.bindparam(f"new_{column}") for column in changed[0]}
        connection.execute(
            sa.update(table).where(*this).values(values),
            [
                {f"of_{each.name}": row[each.name] for each in key}
                | {f"new_{each}": value for each, value in new.items()}
                for row, new in zip(rows, changed, strict=True)
            ],
        )
        yield len(rows)
        last = sa.tuple_(*[sa.literal(rows[-1][each.name], Words) for each in key])
        rows = connection.execute(ordered.where(sa.tuple_(*key) > last)).mappings().all()


def _table(name: str) -> sa.TableClause:
    extra = {"posts": ["community", "author_digest"], "outbox": ["post_id"]}.get(name, [])
    return sa.table(name, *[sa.column(each, Words) for each in (*KEYS[name], *SEALED[name], *extra)])
