"""One transaction over all tables, and the store that starts it."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolExhausted

from riskguard.keyring import Keyring
from riskguard.store.address import parsed_url
from riskguard.store.alerts import SqlAlerts
from riskguard.store.audit import SqlAudit
from riskguard.store.authors import SqlAuthors
from riskguard.store.campaigns import SqlCampaigns
from riskguard.store.cases import SqlCases
from riskguard.store.engine import make_engine, not_ready
from riskguard.store.keys import SqlSealing
from riskguard.store.link import Link
from riskguard.store.notices import SqlNotices
from riskguard.store.opinion import SqlOpinion
from riskguard.store.outbox import SqlAnswers, SqlOutbox
from riskguard.store.people import SqlCommunities, SqlKeys, SqlMembers
from riskguard.store.posts import SqlPosts, SqlVerdicts
from riskguard.store.retention import SqlRetention
from riskguard.store.sealing import Seals


class SqlWork:
    """A UnitOfWork on one database connection. Leaving the block without `commit()` rolls back."""

    communities: SqlCommunities
    keys: SqlKeys
    members: SqlMembers
    posts: SqlPosts
    verdicts: SqlVerdicts
    cases: SqlCases
    campaigns: SqlCampaigns
    outbox: SqlOutbox
    answers: SqlAnswers
    alerts: SqlAlerts
    audit: SqlAudit
    opinion: SqlOpinion
    sealing: SqlSealing
    authors: SqlAuthors
    retention: SqlRetention
    notices: SqlNotices

    def __init__(self, engine: Engine, turn: threading.Lock, seals: Seals) -> None:
        self._engine = engine
        self._turn = turn
        self._seals = seals
        self._link: Link

    def __enter__(self) -> Self:
        """NotReady when the database cannot be reached or all connections stay busy."""
        try:
            connection = self._engine.connect()
        except PoolExhausted as error:
            raise not_ready(self._engine.url, error) from error
        self._link = link = Link(connection, self._turn, self._seals)
        self.communities = SqlCommunities(link)
        self.keys = SqlKeys(link)
        self.members = SqlMembers(link)
        self.posts = SqlPosts(link)
        self.verdicts = SqlVerdicts(link)
        self.cases = SqlCases(link)
        self.campaigns = SqlCampaigns(link)
        self.outbox = SqlOutbox(link)
        self.answers = SqlAnswers(link)
        self.alerts = SqlAlerts(link)
        self.audit = SqlAudit(link)
        self.opinion = SqlOpinion(link)
        self.sealing = SqlSealing(link)
        self.authors = SqlAuthors(link)
        self.retention = SqlRetention(link)
        self.notices = SqlNotices(link)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def commit(self) -> None:
        """Make the writes so far last. What is audited is chained now, so that no one waits for the log's lock longer
        than a commit takes, and no one holds it while asking for another."""
        self.audit.chain()
        self._link.commit()


class Store:
    """The database. Thread-safe; every process opens its own."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._seals = Seals(keyring)
        self._turn = threading.Lock()

    def begin(self) -> SqlWork:
        """A transaction, to be used in one `with` block of one thread."""
        return SqlWork(self._engine, self._turn, self._seals)

    def close(self) -> None:
        """Close the idle connections."""
        self._engine.dispose()


def open_store(url: str, *, keyring: Keyring) -> Store:
    """The store behind a SQLite or PostgreSQL URL. Connects at the first `begin`; `migrate` makes its tables."""
    return Store(make_engine(parsed_url(url)), keyring)
