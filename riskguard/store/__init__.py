"""HANDS: the database. SQLite or PostgreSQL, the same promises on both."""

from riskguard.store.migrate import migrate
from riskguard.store.work import SqlWork, Store, open_store

__all__ = ["SqlWork", "Store", "migrate", "open_store"]
