"""Sketches that are kept where others can read are made with a key, and without it they tell nothing."""

from __future__ import annotations

from riskguard.detectors.similar import MemoryLookAlikes, SimilarDetector
from riskguard.detectors.similar.sketch import Secret, sketches
from riskguard.domain.post import Author, Post
from riskguard.text.view import fold_all
from tests.integration.store.samples import NOW

ONE, OTHER = Secret.of(b"one key for tests"), Secret.of(b"another key for tests")
LONG, SHORT = "今天在操场边上看到一只很大的橘猫在晒太阳", "生日快乐"


def grams_of(secret: Secret | None) -> set[bytes]:
    (sketch,) = sketches([LONG], secret=secret)
    assert sketch is not None
    return {sketch.grams[at : at + 3] for at in range(0, len(sketch.grams), 3)}


def test_without_the_key_no_gram_no_band_and_no_copy_is_known() -> None:
    assert not grams_of(ONE) & grams_of(None)
    assert not grams_of(ONE) & grams_of(OTHER)
    for secret in (None, OTHER):
        for text in (LONG, SHORT):
            mine, theirs = sketches([text], secret=ONE)[0], sketches([text], secret=secret)[0]
            assert mine is not None
            assert theirs is not None
            assert not {*mine.keys, *mine.probes} & {*theirs.keys, *theirs.probes}


def test_the_same_key_made_again_is_the_same() -> None:
    assert grams_of(ONE) == grams_of(Secret.of(b"one key for tests"))
    assert len(grams_of(ONE)) == len(grams_of(None))


def test_look_alikes_are_found_as_well_with_a_key() -> None:
    texts = [LONG, LONG + "呢", SHORT, SHORT, "完全是另外一件事情和它没有任何关系"]
    posts = [Post(f"pst_{at}", "c", f"p{at}", text, NOW, Author(f"u{at}")) for at, text in enumerate(texts)]

    def found(key: bytes) -> list[list[tuple[str, float]]]:
        read = SimilarDetector(MemoryLookAlikes(), key=key).read(posts, fold_all(texts), floor=0.0)
        return [[(each.label, round(each.score, 6)) for each in some] for some in read]

    assert found(b"one key for tests") == found(b"")
    assert [bool(each) for each in found(b"")] == [False, True, False, True, False]
