"""Which keys the database is sealed with, and how all of it comes under the newest."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from riskguard.domain.errors import NotReady
from riskguard.keyring import Keyring
from riskguard.store.tables import SEALING_KEYS


def admit(connection: Connection, keyring: Keyring) -> None:
    """Note that from now on the newest key of the ring seals here. NotReady when the ring lacks a key that something
    here may be sealed with: better no start than posts that nobody can read. Needs the lock of `migrate`."""
    known = set(connection.execute(select(SEALING_KEYS.c.id)).scalars())
    missing = sorted(known.difference(keyring.ids))
    if missing:
        raise NotReady(
            f"what is kept here is sealed with the key '{missing[0]}', and this process has {', '.join(keyring.ids)}",
            hint="name the same keys in RISKGUARD_DATA_KEYS everywhere, also the old ones until 'riskguard admin "
            "rotate-keys' has run; where the variable is not set the key lies in the data folder, in data.keys",
        )
    if keyring.ids[0] not in known:
        connection.execute(insert(SEALING_KEYS).values(id=keyring.ids[0], since=datetime.now(UTC)))
