"""The only reader of the environment. Every setting is `RISKGUARD_` + its name in capitals."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Self, TypeVar

from riskguard.domain.errors import InvalidInput

PREFIX = "RISKGUARD_"
DAY_S = 86_400.0
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


T = TypeVar("T")


def _setting(
    default: T, purpose: str, *, secret: bool = False, bounds: tuple[float, float] | None = None, hint: str = ""
) -> T:
    """A field that `load` reads; `bounds` are the least and the most that it may be."""
    return field(default=default, metadata={"help": purpose, "secret": secret, "bounds": bounds, "hint": hint})


_NONE: tuple[str, ...] = ()


def _shipped(name: str) -> Path:
    """`policies` or `models`: inside an installed wheel, or beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / name


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may set. Sizes are in characters, bytes or posts, times in seconds, as each name says."""

    data_dir: Path = _setting(Path("data"), "folder of the embedded database, Redis, secret key and data keys")
    database_url: str = _setting("", "SQLAlchemy URL; empty: SQLite (WAL) in the data folder", secret=True)
    redis_url: str = _setting("", "Redis URL; empty: an embedded redis-server in the data folder", secret=True)
    redis_prefix: str = _setting("rg", "first part of every Redis key")
    secret_key: str = _setting("", "signs console sessions; empty: made once and kept in the data folder", secret=True)
    data_keys: tuple[str, ...] = _setting(
        _NONE,
        "keys that seal post text at rest, separated by commas, the newest first; "
        "empty: one made once and kept in the data folder",
        secret=True,
    )
    policy_dir: Path = _setting(_shipped("policies"), "folder of policies, lexicons and taxonomy")
    model_dir: Path = _setting(_shipped("models"), "folder of the models")
    extra_detectors: tuple[str, ...] = _setting(
        _NONE, "detectors of your own, each 'module:factory', separated by commas"
    )
    encoder_engine: str = _setting(
        "auto",
        "what runs the encoder: openvino-bf16, openvino-f32, onnxruntime-int8, onnxruntime-fp32 or torch; "
        "auto: the fastest here that agrees with the trained model",
    )
    hub_models: str = _setting(
        "", "list of models of others (see models/hub.yaml); empty: hub.yaml in the folder of the models"
    )
    public_url: str = _setting("", "address that people reach the console at; https makes cookies secure-only")
    trusted_proxies: int = _setting(
        0,
        "reverse proxies in front that set X-Forwarded-For; sign-in attempts are counted by the address it tells",
        bounds=(0, 8),
        hint="count the proxies that every request passes; 0 when clients reach this service directly",
    )
    max_text_chars: int = _setting(20_000, "longest text of one post, in characters", bounds=(1, 100_000))
    max_body_bytes: int = _setting(8 * 2**20, "largest request body, in bytes", bounds=(1024, 2**30))
    rate_posts_per_minute: int = _setting(
        120_000, "posts that one community may send in a minute; more is answered 429", bounds=(1, 10**9)
    )
    max_waiting: int = _setting(
        500_000, "posts that may wait in line before new ones are answered 429", bounds=(1, 10**8)
    )
    max_wait_s: float = _setting(10.0, "longest time that 'Prefer: wait=N' holds a request open", bounds=(0, 300))
    batch_posts: int = _setting(256, "most posts that a worker judges in one batch", bounds=(1, 1000))
    sweep_after_s: float = _setting(
        20.0, "age at which an accepted post without a verdict is queued again", bounds=(0.1, DAY_S)
    )
    similar_window_s: float = _setting(
        DAY_S, "time for which a post is remembered for near-duplicates", bounds=(1, 30 * DAY_S)
    )
    webhook_timeout_s: float = _setting(15.0, "time that a platform has to answer a webhook", bounds=(0.1, 300))
    callback_networks: tuple[str, ...] = _setting(
        _NONE, "private networks that callbacks may reach, such as 127.0.0.0/8"
    )
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    training_data: Path = _setting(
        Path("training-data"), "folder of labelled data, stream and corpus (training and evaluation only)"
    )

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: object) -> Self:
        """Settings from the environment; `overrides` (from the command line) win. InvalidInput names a bad variable."""
        source = os.environ if environ is None else environ
        values: dict[str, object] = {}
        for each in fields(cls):
            raw = source.get(variable(each))
            if raw is not None and raw.strip():
                values[each.name] = _parse(each, raw.strip())
        return cls(**(values | overrides))  # type: ignore[arg-type]

    @property
    def console_url(self) -> str:
        """Where people reach the console; only its path where nobody said where that is."""
        return f"{self.public_url.rstrip('/')}/console"

    @property
    def effective_database_url(self) -> str:
        """The database as set, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'riskguard.db'}"

    def __post_init__(self) -> None:
        for each in fields(self):
            _check_bounds(each, getattr(self, each.name))
        if self.log_level.upper() not in LEVELS:
            raise InvalidInput(f"{PREFIX}LOG_LEVEL={self.log_level!r} is not one of {', '.join(LEVELS)}")
        for network in self.callback_networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise InvalidInput(f"{PREFIX}CALLBACK_NETWORKS: {error}", hint="write it as 10.0.0.0/8") from None


def environment_value(name: str) -> str | None:
    """The value of a variable that is no setting, such as one that alerts.yaml names for a secret; None where it is not
    set or empty."""
    return os.environ.get(name) or None


def variable(setting: Field[object]) -> str:
    """The environment variable of a setting."""
    return PREFIX + setting.name.upper()


def _check_bounds(setting: Field[object], value: float) -> None:
    """NaN is within no bounds."""
    bounds = setting.metadata["bounds"]
    if bounds is not None and not bounds[0] <= value <= bounds[1]:
        raise InvalidInput(
            f"{variable(setting)}={value} is not from {bounds[0]:.15g} to {bounds[1]:.15g}",
            hint=str(setting.metadata["hint"] or setting.metadata["help"]),
        )


def _parse(setting: Field[object], raw: str) -> object:
    kind = type(setting.default)
    try:
        if kind is tuple:
            return tuple(part.strip() for part in raw.split(",") if part.strip())
        if isinstance(setting.default, Path):
            return Path(raw).expanduser()
        return int(raw) if kind is int else float(raw) if kind is float else raw
    except ValueError:
        raise InvalidInput(
            f"{variable(setting)}={raw!r} is not {'a whole number' if kind is int else 'a number'}",
            hint=str(setting.metadata["help"]),
        ) from None
