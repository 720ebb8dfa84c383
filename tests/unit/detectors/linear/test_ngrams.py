from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from riskguard.detectors.linear.ngrams import LOUDNESS_OF_ONE, buckets, counted, ngrams


def _buckets(texts: list[str], *, longest: int = 3, bits: int = 18) -> list[list[int]]:
    grams = ngrams(texts, longest=longest)
    return [
        sorted(int(bucket) for row in grams.hashes for bucket in buckets(row[start:end], bits))
        for start, end in zip(grams.starts, grams.ends, strict=True)
    ]


def _loudness(texts: list[str], *, longest: int = 3, up_to: int = 3) -> list[dict[tuple[int, int], int]]:
    grams = counted(ngrams(texts, longest=longest)).up_to(up_to)
    keys = zip(grams.orders.tolist(), grams.hashes.tolist(), strict=True)
    told = list(zip(keys, grams.loudness.tolist(), strict=True))
    return [dict(told[start:end]) for start, end in pairwise([*grams.starts.tolist(), len(told)])]


def test_hashes_never_change_since_stored_weights_rest_on_them() -> None:
    assert _buckets(["赌a1"]) == [
        [0, 52774, 65295, 67904, 72931, 72931, 159170, 159170, 179468, 193360, 203218, 224567]
    ]


def test_a_text_has_the_same_ngrams_alone_and_in_any_company() -> None:
    texts = ["你好", "", "加我微信", "好"]
    assert _buckets(texts) == [_buckets([text])[0] for text in texts]
    assert _loudness(texts) == [_loudness([text])[0] for text in texts]


def test_every_place_starts_one_ngram_of_each_length() -> None:
    assert [len(found) for found in _buckets(["你好吗", ""])] == [3 * 4, 3 * 1]


def test_digits_are_one_digit_and_letters_are_not_one_letter() -> None:
    assert _buckets(["满100减20"]) == _buckets(["满399减88"])
    assert _buckets(["满a"]) != _buckets(["满b"])


def test_characters_beyond_the_basic_plane_and_lone_surrogates_are_hashed() -> None:
    assert len(_buckets(["😀\ud800"])[0]) == 9


@pytest.mark.parametrize("times", [1, 2, 7, 4000, 3_500_000])
def test_what_is_said_again_is_louder_by_the_logarithm_and_never_deafening(times: int) -> None:
    (told,) = _loudness(["哈" * times], longest=2)
    loud = told[1, int(ngrams(["哈"], longest=2).hashes[0][1])]
    assert loud == min(round(LOUDNESS_OF_ONE * (1 + np.log(times))), 255)


def test_longer_ngrams_can_be_left_out() -> None:
    texts = ["你好吗你好", "", "好"]
    assert _loudness(texts, up_to=2) == _loudness(texts, longest=2, up_to=2)
    assert _loudness(texts, up_to=3) != _loudness(texts, up_to=2)
