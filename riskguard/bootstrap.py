"""WIRING: the only room that knows every part. Each part is built by the process that uses it, and only there."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from riskguard.domain.errors import NotReady
from riskguard.domain.finding import NOTABLE
from riskguard.domain.post import Post
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Verdict
from riskguard.keyring import Keyring, kept_secret, load_keyring
from riskguard.process import DiscreetFormatter
from riskguard.services.ports import AlertBook, Begin, Bell, Clock, Line, Mask, Panel, PolicyBook, Roll, Sender, Traces
from riskguard.services.ports import Keyring as Seals
from riskguard.settings import PREFIX, Settings, environment_value

if TYPE_CHECKING:
    from limits.storage import Storage

    from riskguard.policy.alerts.model import Receiver
    from riskguard.policy.opinion import OpinionRules
    from riskguard.policy.retention import Retentions

KEY_FILE = "secret.key"
SHORTEST_KEY = 32
COUNT_WITHIN_S = 0.5


@dataclass(frozen=True, slots=True)
class House:
    """The wired parts that every door is handed."""

    settings: Settings
    clock: Clock
    begin: Begin
    line: Line
    bell: Bell
    roll: Roll
    traces: Traces
    taxonomy: Taxonomy
    policies: PolicyBook
    alerts: AlertBook
    keys: Seals | None = None

    @property
    def console_url(self) -> str:
        """Where people reach the console; only its path where nobody said where that is."""
        return self.settings.console_url


def now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


def log_to_stderr(level: str) -> None:
    """Our lines, and what libraries warn of: RQ tells of each job at INFO, which nobody would read.
    Errors are told without what they quote."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for noisy in ("alembic", "rq.worker", "rq.job", "rq.queue", "rq.registry"):
        logging.getLogger(noisy).setLevel(logging.DEBUG if level.upper() == "DEBUG" else logging.WARNING)


def settle_in() -> None:
    """Leave what is loaded by now out of the garbage collector's rounds, since it stays as long as the process, and
    give back the memory that loading took beyond it. From here on the collector works, if it did not."""
    gc.collect()
    gc.freeze()
    gc.enable()
    with suppress(AttributeError, OSError, TypeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def open_begin(settings: Settings) -> Begin:
    """Transactions on the database of these settings, which must have been migrated."""
    from riskguard.store import open_store

    return open_store(settings.effective_database_url, keyring=keyring(settings)).begin


def build_house(settings: Settings, *, patience_s: float | None = None) -> House:
    """Everything but the detectors, on a database brought to the newest schema.

    Who names a `patience_s` asks a Redis that hangs once, for as long. NotReady, with a hint, when database or Redis
    cannot be reached.
    """
    from riskguard.queue import RedisLine, RedisRoll, RedisTraces, RqBell, connect
    from riskguard.store import migrate

    migrate(settings.effective_database_url, keyring=keyring(settings))
    url = _redis_url(settings)
    connection = connect(url) if patience_s is None else connect(url, patience_s=patience_s, ask_again=False)
    return House(
        settings=settings,
        clock=now,
        begin=open_begin(settings),
        line=RedisLine(connection, prefix=settings.redis_prefix),
        bell=RqBell(connection, prefix=settings.redis_prefix),
        roll=RedisRoll(connection, prefix=settings.redis_prefix),
        traces=RedisTraces(connection),
        taxonomy=_taxonomy(settings),
        policies=policies(settings),
        keys=LateKeyring(settings),
        alerts=open_alerts(settings),
    )


def retentions(settings: Settings) -> Retentions:
    """How long posts keep their words, as the policy folder says now. PolicyInvalid with every fault."""
    from riskguard.policy.retention import load_retention

    return load_retention(settings.policy_dir, _taxonomy(settings))


def traces_of(settings: Settings) -> Traces:
    """The log of the Redis that a command works beside: the one that is named, else the embedded one while it runs."""
    from riskguard.queue import NoTraces, RedisTraces, connect
    from riskguard.queue.embedded import running_url

    url = settings.redis_url or running_url(settings.data_dir / "redis")
    return RedisTraces(connect(url, ask_again=False)) if url else NoTraces()


def build_panel(settings: Settings) -> Panel:
    """The detectors of a worker: look-alikes are remembered in Redis, shared by all workers."""
    from riskguard.detectors.registry import build_panel
    from riskguard.detectors.similar import RedisLookAlikes
    from riskguard.queue import connect

    look_alikes = RedisLookAlikes(
        connect(_redis_url(settings)), prefix=settings.redis_prefix, window_s=settings.similar_window_s
    )
    return build_panel(
        policy_dir=settings.policy_dir,
        model_dir=settings.model_dir,
        look_alikes=look_alikes,
        look_alike_key=keyring(settings).digest("look-alikes", context="similar").encode(),
        extra=settings.extra_detectors,
        engine=settings.encoder_engine,
        memory=settings.data_dir,
        hub=Path(settings.hub_models).expanduser() if settings.hub_models else None,
    )


def build_sender(settings: Settings) -> Sender:
    """What delivers events to platforms, and to the receivers of alerts.yaml as that is when they are sent."""
    from riskguard.delivery import Messenger

    book = open_alerts(settings)

    def directory(name: str) -> Receiver | None:
        return book.now().receivers.get(name)

    return Messenger(
        directory,
        environment_value,
        networks_allowed=settings.callback_networks,
        timeout_s=settings.webhook_timeout_s,
    )


def open_alerts(settings: Settings) -> AlertBook:
    """The alerts.yaml of the policy folder. PolicyInvalid carries every fault."""
    from riskguard.policy.alerts.book import FolderAlertBook

    return FolderAlertBook(settings.policy_dir)


def opinion_rules(settings: Settings) -> Callable[[], OpinionRules]:
    """The rules of opinion.yaml in force, whenever asked."""
    from riskguard.policy.opinion import OpinionBook

    return OpinionBook(settings.policy_dir).rules


def open_counter(settings: Settings, purpose: str) -> Storage:
    """Where a limiter counts: in Redis, shared by all processes; without one, in this process.

    Connects when it counts. A Redis that does not answer soon is a StorageError of `limits`, so nobody waits for it.
    """
    from limits.storage import MemoryStorage, RedisStorage
    from redis import BlockingConnectionPool
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    if not settings.redis_url:
        return MemoryStorage()
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=16,
        timeout=COUNT_WITHIN_S,
        socket_timeout=COUNT_WITHIN_S,
        socket_connect_timeout=COUNT_WITHIN_S,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisStorage(
        "redis://", connection_pool=pool, key_prefix=f"{settings.redis_prefix}:{purpose}", wrap_exceptions=True
    )


@cache
def word_mask() -> Mask:
    """Hides numbers, addresses and accounts in what moderators and members type, which no panel reads."""
    from riskguard.detectors.pii import PiiDetector
    from riskguard.text.mask import LIKELY, mask
    from riskguard.text.view import fold

    detector = PiiDetector()

    def masked(words: str) -> str:
        [found] = detector.read((), [fold(words)], floor=LIKELY)
        return mask(words, found)

    return masked


def callback_check(settings: Settings) -> Callable[[str], None]:
    """Raises ForbiddenAddress for a callback address that could never be delivered to, without asking for its name."""
    from riskguard.delivery import refusing

    return refusing(settings.callback_networks)


@dataclass(frozen=True, slots=True)
class OfflineReader:
    """Judges without a server, Redis or database; look-alikes are remembered as long as it lives."""

    panel: Panel
    policies: PolicyBook
    keys: Seals | None = None

    def judge(self, posts: Sequence[Post], *, every_label: bool = False) -> list[Verdict]:
        """One verdict per post, in order. Stores nothing."""
        from riskguard.services.moderate import judge

        floor = 0.0 if every_label else NOTABLE
        return judge(
            posts, panel=self.panel, policies=self.policies, keys=self.keys, floor=floor, every_label=every_label
        )


def offline_reader(settings: Settings, *, policy_file: Path | None = None) -> OfflineReader:
    """A reader under the policies in force, or under one policy file."""
    from riskguard.detectors.registry import build_panel
    from riskguard.detectors.similar import MemoryLookAlikes
    from riskguard.policy.book import single

    panel = build_panel(
        policy_dir=settings.policy_dir,
        model_dir=settings.model_dir,
        look_alikes=MemoryLookAlikes(window_s=settings.similar_window_s),
        extra=settings.extra_detectors,
        engine=settings.encoder_engine,
        memory=settings.data_dir,
        hub=Path(settings.hub_models).expanduser() if settings.hub_models else None,
    )
    own = single(policy_file, policy_dir=settings.policy_dir) if policy_file else None
    return OfflineReader(panel, own or policies(settings), LateKeyring(settings))


def personal_panel(settings: Settings, *, models: bool) -> Panel:
    """The detectors of personal information alone: quick and small, or with `models` also the encoder, which finds
    more names and addresses than the rules."""
    from riskguard.detectors.panel import Panel as Personal
    from riskguard.detectors.person import PersonDetector
    from riskguard.detectors.pii import PiiDetector

    if not models:
        return Personal([PiiDetector(), PersonDetector()])
    from riskguard.detectors.registry import encoder

    folder = settings.model_dir
    own = encoder(folder, settings.encoder_engine, settings.data_dir)
    return Personal([PiiDetector(), PersonDetector(), own])


def check_policies(settings: Settings) -> None:
    """PolicyInvalid, with all faults, unless policies, taxonomy, lexicons and copypasta can be used."""
    from riskguard.detectors.lexicon import load_lexicon
    from riskguard.detectors.similar.copypasta import FILE, load_copypasta

    policies(settings)
    load_lexicon(settings.policy_dir / "lexicons")
    load_copypasta(settings.policy_dir / FILE)


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: as set, else made once and kept in the data folder for its owner only.

    NotReady when the folder cannot be written, or the key is too short to trust.
    """
    key = settings.secret_key or kept_secret(
        settings.data_dir / KEY_FILE, token_urlsafe(48), variable=f"{PREFIX}SECRET_KEY"
    )
    if len(key) < SHORTEST_KEY:
        raise NotReady(
            f"the secret key has {len(key)} characters, {SHORTEST_KEY} are needed",
            hint=f"set {PREFIX}SECRET_KEY to a long random text, or remove {settings.data_dir / KEY_FILE}",
        )
    return key


def keyring(settings: Settings) -> Keyring:
    """The keys that seal what is kept: as set, else one that is made once and kept in the data folder. NotReady."""
    return load_keyring(settings.data_keys, folder=settings.data_dir)


@dataclass(frozen=True, slots=True)
class LateKeyring:
    """The keyring of these settings, opened when something is first sealed, opened or digested: who needs no key makes
    none."""

    settings: Settings
    _opened: list[Keyring] = field(default_factory=list)

    def seal(self, plain: str, *, context: str) -> str:
        """As the keyring does."""
        return self._ring().seal(plain, context=context)

    def open(self, sealed: str, *, context: str) -> str:
        """As the keyring does."""
        return self._ring().open(sealed, context=context)

    def digest(self, text: str, *, context: str) -> str:
        """As the keyring does."""
        return self._ring().digest(text, context=context)

    def _ring(self) -> Keyring:
        if not self._opened:
            self._opened.append(keyring(self.settings))
        return self._opened[0]


def _redis_url(settings: Settings) -> str:
    if not settings.redis_url:
        raise NotReady(
            "no Redis is named", hint=f"set {PREFIX}REDIS_URL, or use 'riskguard up', which brings one of its own"
        )
    return settings.redis_url


def _taxonomy(settings: Settings) -> Taxonomy:
    from riskguard.policy.taxonomy import load_taxonomy

    return load_taxonomy(settings.policy_dir / "taxonomy.yaml")


def policies(settings: Settings) -> PolicyBook:
    """The policies in force. PolicyInvalid carries every fault of their files."""
    from riskguard.policy.book import open_book

    return open_book(settings.policy_dir)
