"""What of personal information stays readable when it is masked: '13800138000' -> '138****8000'."""

from __future__ import annotations

from collections.abc import Iterator

_SHOWN = {
    "pii.mobile": (3, 4),
    "pii.landline": (3, 2),
    "pii.id_card": (3, 1),
    "pii.bank_card": (0, 4),
    "pii.licence_plate": (2, 1),
    "pii.wechat": (1, 1),
    "pii.qq": (2, 1),
}
"""Letters and digits left to see at the head and at the tail; none for other labels.

An ID card's last four are asked for as a password in many places, so only its check digit stays.
"""


def hidden(text: str, start: int, end: int, label: str) -> Iterator[int]:
    """Positions to hide of [start, end). What would show over two thirds of its letters and digits is hidden whole."""
    if label == "pii.email":
        end, head, tail = _local_end(text, start, end), 1, 0
    else:
        head, tail = _SHOWN.get(label, (0, 0))
    signs = [at for at in range(start, end) if text[at].isalnum()]
    if 3 * (head + tail) > 2 * len(signs):
        head = tail = 0
    first = signs[head - 1] + 1 if head else start
    last = signs[-tail] if tail else end
    yield from range(first, last)


def _local_end(text: str, start: int, end: int) -> int:
    """Where the part of an e-mail address before its @ ends; `end` when the @ is disguised."""
    return next((at for at in range(start, end) if text[at] in "@＠﹫"), end)
