"""What each type of receiver must be told in alerts.yaml. Whatever lets one send in somebody's name is a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from yaml.nodes import Node

from riskguard.policy.alerts.model import PLATFORM, Receiver, Secret, Value
from riskguard.policy.document import Document
from riskguard.policy.entry import value_of

ENV = "env:"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[\w-]{1,64}")


class Kind(Enum):
    """What an option takes."""

    SECRET = "secret"  # noqa: S105 (the kind, not one)
    ADDRESS = "address"
    TEXT = "text"
    TEXTS = "texts"
    PORT = "port"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a type."""

    kind: Kind
    required: bool = True


_MAY = {"required": False}
TYPES: dict[str, dict[str, Option]] = {
    PLATFORM: {},
    "webhook": {"url": Option(Kind.ADDRESS), "secret": Option(Kind.SECRET)},
    "email": {
        "host": Option(Kind.TEXT),
        "port": Option(Kind.PORT, **_MAY),
        "tls": Option(Kind.TLS, **_MAY),
        "user": Option(Kind.TEXT, **_MAY),
        "password": Option(Kind.SECRET, **_MAY),
        "from": Option(Kind.TEXT),
        "to": Option(Kind.TEXTS),
    },
    "wecom": {"url": Option(Kind.SECRET)},
    "dingtalk": {"url": Option(Kind.SECRET), "secret": Option(Kind.SECRET, **_MAY)},
    "feishu": {"url": Option(Kind.SECRET), "secret": Option(Kind.SECRET, **_MAY)},
    "slack": {"url": Option(Kind.SECRET)},
    "alertmanager": {"url": Option(Kind.ADDRESS), "token": Option(Kind.SECRET, **_MAY)},
    "apprise": {"url": Option(Kind.SECRET)},
}
TLS = ("starttls", "tls", "none")


def read_receivers(document: Document, node: Node | None) -> dict[str, Receiver]:
    """The receivers by name."""
    found: dict[str, Receiver] = {}
    for name, (key, value) in document.table(node, "'receivers'").items():
        if not _NAME.fullmatch(name):
            document.fault(key, f"'{name}' cannot name a receiver", "use letters, digits, - and _")
            continue
        receiver = _receiver(document, name, key, value)
        if receiver is not None:
            found[name] = receiver
    return found


def _receiver(document: Document, name: str, key: Node, node: Node) -> Receiver | None:
    typed = document.table(node, f"receiver '{name}'", required=("type",)).get("type")
    kind = document.choice(typed[1], "type of receiver", tuple(TYPES)) if typed else None
    if kind is None:
        return None
    known = TYPES[kind]
    required = [option for option, each in known.items() if each.required]
    entries = document.table(node, f"receiver '{name}' of type {kind}", ("type", *known), required)
    options: dict[str, Value] = {}
    for option, each in known.items():
        given = value_of(entries, option)
        value = _value(document, given, option, each.kind) if given is not None else None
        if value is not None:
            options[option] = value
    return Receiver(name, kind, options, document.place(key))


def _value(document: Document, node: Node, option: str, kind: Kind) -> Value | None:
    if kind is Kind.TEXTS:
        return tuple(document.texts(node, f"'{option}'")) or None
    if kind is Kind.PORT:
        port = document.number(node, f"'{option}'", low=1, high=65_535)
        return None if port is None else int(port)
    if kind is Kind.TLS:
        return document.choice(node, f"'{option}'", TLS)
    text = document.text(node, f"'{option}'")
    if text is None:
        return None
    if text.startswith(ENV):
        return _secret(document, node, text.removeprefix(ENV))
    if kind is Kind.SECRET:
        hint = f"name an environment variable that holds it: {option}: env:ALERT_{option.upper()}"
        document.fault(node, f"'{option}' is a secret and must not stand in this file", hint)
        return None
    if kind is Kind.ADDRESS and not text.startswith(("http://", "https://")):
        document.fault(node, f"'{option}' must be a web address or env:NAME", "https://host/path")
        return None
    return text


def _secret(document: Document, node: Node, variable: str) -> Secret | None:
    if _VARIABLE.fullmatch(variable):
        return Secret(variable)
    document.fault(node, f"'{variable}' cannot name an environment variable", "env:ALERT_URL")
    return None
