"""An extra detector for tests: it breaks on some texts, and says the text in its errors, as careless code does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

BREAKS = "读不了"
POISONS = "存不了"


class Telltale:
    """Raises an error that quotes the text where BREAKS stands in it; where POISONS does, what it finds raises one when
    somebody looks at it."""

    name = "telltale"
    version = "1"
    labels: frozenset[str] = frozenset({"custom.telltale"})
    absences: tuple[Abstention, ...] = ()

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> Sequence[Sequence[Finding]]:
        for view in views:
            if BREAKS in view.raw:
                raise ValueError(f"cannot read {view.raw!r}")
        return [_poison(view.raw) if POISONS in view.raw else () for view in views]


class _Poison(Mapping[str, str]):
    """Facts that nobody can read, for a reason that they tell everybody."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getitem__(self, name: str) -> str:
        raise ValueError(f"cannot look into {self._text!r}")

    def __iter__(self) -> Iterator[str]:
        return iter(("text",))

    def __len__(self) -> int:
        return 1


def _poison(text: str) -> Sequence[Finding]:
    return [Finding("custom.telltale", 1.0, "telltale", facts=_Poison(text))]
