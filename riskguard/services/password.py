"""Passwords at rest: scrypt, salted. The parameters stand in each hash, so they can be raised later."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from threading import BoundedSemaphore

_COST, _BLOCK, _LANES = 2**14, 8, 5
"""16 MiB and about 0.2 s a try: one of the settings that OWASP's password storage sheet calls equal."""
_BYTES = 32
_AT_ONCE = BoundedSemaphore(2)
"""More at once would take 16 MiB and a core each; whoever comes later waits."""
NOBODY = f"scrypt${_COST}${_BLOCK}${_LANES}$" + "$".join([base64.b64encode(bytes(_BYTES)).decode()] * 2)
"""A hash that no password has and that costs as much to check as any other."""


def one_time_password() -> str:
    """A password to be read to someone: 100 random bits in groups of five, without letters that look alike."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def hashed(password: str) -> str:
    """'scrypt$cost$block$lanes$salt$hash', with a fresh salt."""
    salt = secrets.token_bytes(_BYTES)
    digest = _scrypt(password, salt, _COST, _BLOCK, _LANES)
    return "$".join(["scrypt", str(_COST), str(_BLOCK), str(_LANES), _base64(salt), _base64(digest)])


def matches(password: str, password_hash: str) -> bool:
    """Whether this is the password; False for a hash of another make."""
    kind, *parts = password_hash.split("$")
    if kind != "scrypt" or len(parts) != 5:
        return False
    cost, block, lanes = (int(part) for part in parts[:3])
    salt, digest = (base64.b64decode(part) for part in parts[3:])
    return hmac.compare_digest(_scrypt(password, salt, cost, block, lanes), digest)


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    memory = 128 * block * (cost + lanes) + 2**20
    secret = password.encode("utf-8", "surrogatepass")
    with _AT_ONCE:
        return hashlib.scrypt(secret, salt=salt, n=cost, r=block, p=lanes, maxmem=memory, dklen=_BYTES)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
