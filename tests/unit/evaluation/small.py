"""A dev split in the shape of the real one, in the few words that the encoder made by hand knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

_PLAIN = ("今天天气好", "天气大好，来看看", "商场一快", "好人", "来看看今天", "天天好", "今天商场人大")
_TOPICS = ("region", "race", "gender")
_SIZES = (1, 3, 8)


def small_dev(folder: Path) -> Path:
    """DATA with labelled/dev: COLD of all kinds, adverts, feelings, ordinary posts, names; the folder is made."""
    sets: dict[str, list[dict[str, object]]] = {
        "toxic_cold_human": list(_cold()),
        "risk_fbs_sms": [_row(f"{text}大促销", "AD_Retail") for text in _texts()],
        "normal_weibo": [_row(text, "normal") for text in _texts()],
        "emotion_smp_usual": list(_feelings()),
        "emotion_smp_epidemic": list(_feelings()),
        "ner_weibo": [
            _named("今天张三来看看", ("PER.NAM", 2, 4)),
            _named("ＮＯ京路号好", ("LOC.NAM", 2, 5)),
            _named("好"),
        ],
    }
    target = folder / "labelled" / "dev"
    target.mkdir(parents=True)
    for name, rows in sets.items():
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (target / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def _texts() -> Iterator[str]:
    """Short ones and long ones."""
    yield from (plain * size for size in _SIZES for plain in _PLAIN)


def _cold() -> Iterator[dict[str, object]]:
    for at, text in enumerate(_texts()):
        topic = _TOPICS[at % 3]
        yield _row(f"{text}，你真蠢", "1", kind="attacks_group", topic=topic)
        yield _row(f"{text}真蠢", "1", kind="attacks_individual", topic=topic)
        yield _row(text, "0", kind="other_safe", topic=topic)
        yield _row(f"{text}，善", "0", kind="against_prejudice", topic=topic)
    yield _row("说人蠢", "0", kind="against_prejudice", topic="race")


def _feelings() -> Iterator[dict[str, object]]:
    for text in _texts():
        yield _row(f"{text}又哭了", "sad")
        yield _row(text, "happy")


def _row(text: str, label: str, **more: str) -> dict[str, object]:
    return {"text": text, "label": label, **more}


def _named(text: str, *entities: tuple[str, int, int]) -> dict[str, object]:
    return {"text": text, "entities": [{"label": kind, "start": a, "end": b} for kind, a, b in entities]}
