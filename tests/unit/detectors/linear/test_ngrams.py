from __future__ import annotations

from riskguard.detectors.linear.ngrams import ngrams


def _buckets(texts: list[str], *, longest: int = 3, bits: int = 18) -> list[list[int]]:
    grams = ngrams(texts, longest=longest, bits=bits)
    return [
        sorted(int(bucket) for row in grams.buckets for bucket in row[start:end])
        for start, end in zip(grams.starts, grams.ends, strict=True)
    ]


def test_hashes_never_change_since_stored_weights_rest_on_them() -> None:
    assert _buckets(["赌a1"]) == [
        [0, 52774, 65295, 67904, 72931, 72931, 159170, 159170, 179468, 193360, 203218, 224567]
    ]


def test_a_text_has_the_same_ngrams_alone_and_in_any_company() -> None:
    texts = ["你好", "", "加我微信", "好"]
    assert _buckets(texts) == [_buckets([text])[0] for text in texts]


def test_every_place_starts_one_ngram_of_each_length() -> None:
    assert [len(found) for found in _buckets(["你好吗", ""])] == [3 * 4, 3 * 1]


def test_digits_are_one_digit_and_letters_are_not_one_letter() -> None:
    assert _buckets(["满100减20"]) == _buckets(["满399减88"])
    assert _buckets(["满a"]) != _buckets(["满b"])


def test_characters_beyond_the_basic_plane_and_lone_surrogates_are_hashed() -> None:
    assert len(_buckets(["😀\ud800"])[0]) == 9
