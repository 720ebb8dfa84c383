"""What is done to personal information where a text is passed on."""

from __future__ import annotations

from enum import StrEnum


class Operator(StrEnum):
    """The one that leaves most first: where places overlap, the one that leaves least holds for all of them.

    KEEP leaves it, MASK hides all but a few signs (138****8000), ENCRYPT puts a token that `reveal` turns back
    (<手机号:...>), HASH a keyed digest that is the same for the same number (<手机号#3f2a...>), REPLACE its name
    (<手机号>), and REDACT nothing.
    """

    KEEP = "keep"
    MASK = "mask"
    ENCRYPT = "encrypt"
    HASH = "hash"
    REPLACE = "replace"
    REDACT = "redact"

    @property
    def strictness(self) -> int:
        """How little it leaves: 0 for KEEP."""
        return list(Operator).index(self)
