"""Keys that seal what is kept, and the keyed digests that it is found by. Stands on nothing but `cryptography`."""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from riskguard.domain.errors import KeyMissing, NotReady, SealBroken

FORM = "rg1"
"""Begins every sealed value, `rg1:KEY:...`: KEY names the key, the rest is nonce, words and tag in base64url."""

KEYS_FILE = "data.keys"
SHORTEST = 32
_NONCE_BYTES = 12
_HINT = "RISKGUARD_DATA_KEYS needs every key that something is still sealed with, the newest first"


def load_keyring(keys: Sequence[str], *, folder: Path) -> Keyring:
    """A ring of these keys; where none is set, of those in the folder's file, one a line, the newest first. The file is
    made once, with one key. NotReady, with a hint, when they cannot be had."""
    return Keyring.of(keys or kept_secret(folder / KEYS_FILE, new_key(), variable="RISKGUARD_DATA_KEYS").split())


def add_kept_key(key: str, *, folder: Path) -> None:
    """Put the key before those in the folder's file. The file is written aside and moved into place. NotReady."""
    file = folder / KEYS_FILE
    before = kept_secret(file, new_key(), variable="RISKGUARD_DATA_KEYS")
    try:
        with NamedTemporaryFile("w", dir=folder, encoding="ascii", delete=False) as aside:
            aside.write(f"{key}\n{before}\n")
            aside.flush()
            os.fsync(aside.fileno())
        Path(aside.name).replace(file)
    except OSError as error:
        raise NotReady(f"no key can be kept in {file}: {error.strerror}", hint="set RISKGUARD_DATA_KEYS") from None


def kept_secret(file: Path, fresh: str, *, variable: str) -> str:
    """What the file holds, or `fresh` from now on, for its owner only. It is written aside and linked into place, so
    nobody ever reads half of one. NotReady names the variable that makes the file needless."""
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=file.parent, encoding="ascii") as aside:  # made for its owner only
                aside.write(fresh)
                aside.flush()
                with suppress(FileExistsError):
                    os.link(aside.name, file)
        return file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise NotReady(f"no {file.name} can be kept in {file.parent}: {why}", hint=f"set {variable}") from None


def new_key() -> str:
    """A key as settings and key files hold it: 256 random bits."""
    return secrets.token_urlsafe(32)


def key_of(sealed: str, *, place: str) -> str:
    """The id of the key that sealed this; SealBroken for what was never sealed. It stands in `place`."""
    form, _, rest = sealed.partition(":")
    key, colon, _ = rest.partition(":")
    if form != FORM or not colon:
        raise SealBroken(f"what stands in '{place}' is not sealed")
    return key


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    """One key, split by HMAC into what it is used for."""

    id: str
    cipher: AESGCMSIV
    digest_key: bytes

    @classmethod
    def of(cls, text: str) -> _Key:
        root = text.encode("utf-8", "surrogatepass")
        try:
            cipher = AESGCMSIV(_derived(root, b"seal"))
        except UnsupportedAlgorithm:
            raise NotReady(
                "the OpenSSL of this Python's cryptography has no AES-GCM-SIV",
                hint="install the wheel of cryptography, which brings an OpenSSL that has it",
            ) from None
        return cls(_derived(root, b"id")[:4].hex(), cipher, _derived(root, b"digest"))


def _derived(root: bytes, purpose: bytes) -> bytes:
    return hmac.digest(root, b"riskguard " + purpose, "sha256")


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """Seals and digests with the newest key, opens with all of them. Threads may share it.

    A sealed value says nothing of its words but about how many bytes they have. It opens only in the context that it
    was sealed for ('posts.text:pst_1'), so that nobody who can write to the database can move words between rows.
    """

    _keys: tuple[_Key, ...]
    _by_id: dict[str, _Key] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Sequence[str]) -> Keyring:
        """A ring of these keys, the newest first. NotReady when there is none, or one is too short to trust."""
        if not keys:
            raise NotReady("there is no key to seal posts with", hint=_HINT)
        short = next((len(key) for key in keys if len(key) < SHORTEST), None)
        if short is not None:
            raise NotReady(
                f"a key to seal posts with has {short} characters, {SHORTEST} are needed",
                hint="make one with: openssl rand -base64 48",
            )
        made = tuple(_Key.of(key) for key in dict.fromkeys(keys))
        return cls(made, {key.id: key for key in made})

    @property
    def ids(self) -> tuple[str, ...]:
        """What the keys are called, the newest first; tells nothing of the keys."""
        return tuple(key.id for key in self._keys)

    @property
    def mark(self) -> str:
        """How everything begins that is sealed with the newest key."""
        return f"{FORM}:{self._keys[0].id}:"

    def seal(self, plain: str, *, context: str) -> str:
        """`plain` so that only `open` with the same context gives it back; never the same twice."""
        nonce = os.urandom(_NONCE_BYTES)
        closed = self._keys[0].cipher.encrypt(nonce, _bytes(plain), _bytes(context))
        return self.mark + urlsafe_b64encode(nonce + closed).decode("ascii")

    def open(self, sealed: str, *, context: str) -> str:
        """What was sealed for this context. KeyMissing when its key is not on the ring; SealBroken when the value was
        changed or comes from another place."""
        name = key_of(sealed, place=context)
        key = self._by_id.get(name)
        if key is None:
            raise KeyMissing(
                f"'{context}' is sealed with the key '{name}', which is not among {', '.join(self.ids)}", hint=_HINT
            )
        try:
            closed = urlsafe_b64decode(sealed[len(FORM) + len(name) + 2 :])
            plain = key.cipher.decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], _bytes(context))
        except (InvalidTag, ValueError):
            raise SealBroken(f"what is sealed for '{context}' was changed, or was sealed for another place") from None
        return plain.decode("utf-8", "surrogatepass")

    def digest(self, text: str, *, context: str) -> str:
        """32 hex digits that are always the same for the same text, context and newest key, and that nobody without
        the key can check a guess against."""
        return _digest(self._keys[0], text, context)

    def digests(self, text: str, *, context: str) -> tuple[str, ...]:
        """The digest under each key, the newest first: look-ups ask for all until everything is under the newest."""
        return tuple(_digest(key, text, context) for key in self._keys)


def _digest(key: _Key, text: str, context: str) -> str:
    return hmac.digest(key.digest_key, _bytes(f"{len(context)}:{context}{text}"), "sha256")[:16].hex()


def _bytes(text: str) -> bytes:
    """UTF-8 that carries lone surrogates too, since any text is kept."""
    return text.encode("utf-8", "surrogatepass")
