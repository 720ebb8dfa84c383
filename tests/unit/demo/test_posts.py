"""The invented posts: enough of each kind, the same every time, and no number of a living person."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

from riskguard.demo.posts import posts
from riskguard.demo.risk import CRY_FOR_HELP
from riskguard.detectors.pii.bank_card import luhn
from riskguard.detectors.pii.id_card import check_digit
from riskguard.domain.post import Scene

NOW = datetime(2020, 3, 1, 12, tzinfo=UTC)
POSTS = posts(now=NOW)
TEXTS = [str(each["text"]) for each in POSTS]


def _times() -> list[datetime]:
    return [datetime.fromisoformat(str(each["created_at"])) for each in POSTS]


def test_the_same_seed_says_the_same_words() -> None:
    assert posts(now=NOW) == POSTS
    assert [each["text"] for each in posts(2, now=NOW)] != TEXTS


def test_a_few_hundred_posts_of_one_day_with_their_own_ids_oldest_first() -> None:
    assert 300 <= len(POSTS) <= 400
    assert len({each["post_id"] for each in POSTS}) == len(POSTS)
    assert _times() == sorted(_times())
    assert all(NOW - timedelta(days=1) <= moment <= NOW for moment in _times())


def test_most_talk_is_ordinary_and_every_scene_but_direct_messages_is_used() -> None:
    scenes = Counter(each["scene"] for each in POSTS)
    assert set(scenes) == {scene.value for scene in Scene} - {"dm"}
    assert scenes["treehole"] >= 15


def test_authors_were_there_before_they_wrote_and_stay_the_same() -> None:
    known: dict[object, object] = {}
    for each in POSTS:
        author = each["author"]
        assert isinstance(author, dict)
        assert datetime.fromisoformat(author["created_at"]) < datetime.fromisoformat(str(each["created_at"]))
        assert 0 <= author["trust"] <= 4
        assert known.setdefault(author["id"], author) == author


def test_one_lure_is_pushed_by_many_new_accounts_within_the_hour() -> None:
    pushed = [each for each in POSTS if "凉茶" in str(each["text"])]
    assert len(pushed) >= 12
    assert len({each["author"]["id"] for each in pushed}) == len(pushed)  # type: ignore[index]
    moments = [datetime.fromisoformat(str(each["created_at"])) for each in pushed]
    assert max(moments) - min(moments) < timedelta(hours=1)


def test_anger_about_the_courier_rises_in_the_last_hour() -> None:
    angry = [moment for moment, text in zip(_times(), TEXTS, strict=True) if "纸飞机" in text or "客服" in text]
    assert len(angry) >= 10
    assert all(NOW - moment < timedelta(hours=1) for moment in angry)


def test_the_cry_for_help_stands_once_in_the_tree_hole() -> None:
    assert [each["scene"] for each in POSTS if each["text"] == CRY_FOR_HELP] == ["treehole"]


def test_evasions_are_there_in_all_three_manners() -> None:
    assert any("\u200b" in text for text in TEXTS)
    assert any(re.search(r"[\uff10-\uff5a]|．", text) for text in TEXTS)
    assert any(re.fullmatch(r"\S( \S)+", text) for text in TEXTS)


def test_identity_numbers_are_right_and_of_nobody_alive() -> None:
    numbers = [number for text in TEXTS for number in re.findall(r"(?<!\d)\d{17}[\dX]", text)]
    assert len(numbers) >= 3
    for number in numbers:
        assert check_digit(number[:17]).upper() == number[17]
        assert (number[6:10], number[14:17]) == ("1889", "000")


def test_other_numbers_belong_to_nobody() -> None:
    joined = "\n".join(TEXTS)
    mobiles = re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", joined)
    cards = re.findall(r"(?<!\d)62\d{14}(?!\d)", joined)
    assert len(mobiles) >= 5
    assert all(mobile.startswith("154") for mobile in mobiles)
    assert cards
    assert all(card.startswith("629999") and luhn(card) for card in cards)
    assert all(name.endswith("example.com") for name in re.findall(r"@[\w.]+", joined, re.ASCII))
    assert all(name.endswith(".example") for name in re.findall(r"http://([\w.]+)", joined, re.ASCII))
