"""Whether a number is right by its check, written from the definitions and apart from what makes such numbers."""

from __future__ import annotations

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity(number: str) -> bool:
    """GB 11643; the numbers of 15 digits have no check."""
    digits = [10 if sign == "X" else int(sign) for sign in number]
    return len(number) == 15 or sum(digit * pow(2, 17 - at, 11) for at, digit in enumerate(digits)) % 11 == 1


def card(number: str) -> bool:
    """Luhn."""
    doubled = (int(sign) for digit in number[-2::-2] for sign in str(2 * int(digit)))
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def organisation(code: str) -> bool:
    """GB 32100."""
    *signs, check = map(_USCC.index, code)
    return (sum(sign * pow(3, at, 31) for at, sign in enumerate(signs)) + check) % 31 == 0
