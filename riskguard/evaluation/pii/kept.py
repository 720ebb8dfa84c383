"""What the kept half disguises with besides. Nobody looks here while recognisers or terms are chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskguard.evaluation.pii.disguise import Disguise, apart, at_spelt, grouped, letters, some_han, spelt

_BOLD = "".join(map(chr, range(0x1D7CE, 0x1D7D8)))

DISGUISES: Mapping[str, tuple[Disguise, ...]] = {
    "mobile": (spelt(_BOLD), letters, apart("_", "~", "，")),
    "landline": (spelt(_BOLD),),
    "id_card": (spelt(_BOLD), grouped((3, 3, 4, 4), " ", ".")),
    "bank_card": (spelt(_BOLD), grouped((6, 4, 4), " ", "—")),
    "email": (at_spelt("【at】", "<at>"), at_spelt("艾特", dots=(" dot ", "(dot)"))),
    "licence_plate": (grouped((2, 3), " ", "·"),),
    "qq": (spelt(_BOLD), some_han),
}

WORDS: Mapping[str, Sequence[str]] = {
    "wx": ("徽信", "維信", "维❤", "嶶信", "ⓥ❤", "VX💬", "绿泡泡"),
    "qqword": ("扣扣号", "口口", "企鹅🐧", "Ｑ", "ⓠⓠ"),
}
