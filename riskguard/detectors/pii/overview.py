"""docs/recognisers.md, from the recognisers themselves.

After a change that is meant: python -m riskguard.detectors.pii.overview > docs/recognisers.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from riskguard.detectors.pii.catalogue import RECOGNISERS
from riskguard.detectors.pii.number import forms
from riskguard.detectors.pii.recogniser import Recogniser
from riskguard.text.view import fold

_HEAD = """\
# Recognisers of numbers and addresses

Made from `riskguard/detectors/pii/` by `python -m riskguard.detectors.pii.overview`; a test keeps it true.

`alone` is the score of what is found with nothing around it, `beside` the score when one of the context words stands in
the 16 characters before it or the 8 after; a right check digit of an identity number or of a code makes .99. Words such
as 订单号 before it, in the same clause and nearer than any context word, lower the score to .3 of `alone`. Numbers are
also read in Chinese digits (一三八, 壹叁捌, 幺, 腰三八洞洞), circles, keycaps, full width, with letters for digits
(l38oo) and with spaces, dashes, dots or pictures in between. Policies decide from which score on anything follows.
"""


def overview() -> str:
    """The page."""
    rows = "\n".join(row for recogniser in RECOGNISERS for row in _rows(recogniser))
    parts = "\n\n".join(map(_words, RECOGNISERS))
    return (
        f"{_HEAD}\n| label | what | alone | beside | example | kind |\n|---|---|---|---|---|---|\n{rows}\n\n"
        f"## Words and near misses\n\n{parts}\n"
    )


def _rows(recogniser: Recogniser) -> Iterator[str]:
    """One for each title."""
    for title in dict.fromkeys(pattern.title or recogniser.title for pattern in recogniser.patterns):
        patterns = [pattern for pattern in recogniser.patterns if (pattern.title or recogniser.title) == title]
        alone, beside = max(each.alone for each in patterns), max(each.near for each in patterns)
        kind = next((f"`{each.kind}`" for each in patterns if each.kind), "")
        scores = f"{_score(alone)} | {_score(beside)}"
        yield f"| `{recogniser.label}` | {title} | {scores} | {_example(recogniser, title)} | {kind} |"


def _score(score: float) -> str:
    return f"{score:.2f}"[1:] if score else "–"


def _example(recogniser: Recogniser, title: str) -> str:
    """The first example that is found under this title."""
    for example in recogniser.examples:
        view = fold(example.text)
        found = [finding for form in forms(view.folded) for finding in recogniser.find(view, form)]
        likeliest = max(found, key=lambda finding: finding.score)
        if f"{likeliest.spans[0].reason}，".startswith(f"{title}，"):
            return f"`{example.text}`"
    raise LookupError(f"{recogniser.label}: no example of {title}")


def _words(recogniser: Recogniser) -> str:
    lines = [f"**{recogniser.title}** (`{recogniser.label}`)"]
    lines += [f"- found: {_quoted(example.text for example in recogniser.examples)}"]
    lines += [f"- left alone: {_quoted(recogniser.near_misses)}"]
    lines += [f"- raised by: {'、'.join(recogniser.context)}"] if recogniser.context else []
    lines += [f"- lowered by: {'、'.join(recogniser.against)}"] if recogniser.against else []
    return "\n".join(lines)


def _quoted(texts: Iterator[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{text.replace(chr(0x200B), '')}`" for text in texts)


if __name__ == "__main__":
    sys.stdout.write(overview())
