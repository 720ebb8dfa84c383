from __future__ import annotations

from riskguard.training.invented import invented


def test_the_same_seed_gives_the_same_sentences_and_no_carrier_stays_empty() -> None:
    rows = invented(seed=3)
    assert rows == invented(seed=3)
    assert rows != invented(seed=4)
    assert all("{}" not in row.text for row in rows)
    assert {row.label for row in rows} == {"attack", "peaceful", "plain"}


def test_each_listed_insult_is_said_at_someone_and_about_nobody() -> None:
    said = {label: [row.text for row in invented(seed=3) if row.label == label] for label in _LABELS}
    for word in ("蠢货", "死全家", "砍死你"):
        assert all(any(word in text for text in said[label]) for label in ("attack", "peaceful"))
        assert not any(word in text for text in said["plain"])


_LABELS = ("attack", "peaceful", "plain")
