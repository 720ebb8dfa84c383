"""What words tell of an intent, and that nothing is told by a fit that has seen the text or its neighbours."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from riskguard.detectors.combiner import marked
from riskguard.domain.finding import INTENT_ANY, INTENT_ATTACK, INTENT_OFFER, INTENTS
from riskguard.text.view import fold_all
from riskguard.training.truths import NEIGHBOURS, OWN, Lesson
from riskguard.training.wording import FOLDS, Wordbook
from tests.unit.training.taught import words_meant_and_not

LESSONS = words_meant_and_not() * 2


@pytest.fixture(scope="module")
def book() -> Wordbook:
    """Of the same words, meant and not meant."""
    return Wordbook.of(LESSONS)


def _told(book: Wordbook, text: str) -> dict[str, float]:
    return dict(zip(INTENTS, book.fitted().margins(marked(fold_all([text])))[0].tolist(), strict=True))


def _weights(book: Wordbook, held: Collection[int] = ()) -> NDArray[np.int8]:
    return book.fitted(held).tables[0].weights.whole


def test_words_tell_an_offer_from_an_attack_and_both_from_what_is_innocent(book: Wordbook) -> None:
    offer, attack, innocent = (_told(book, text) for text in ("刷单日结", "你真傻", "妈妈加微信"))
    assert offer[INTENT_OFFER] > 0 > offer[INTENT_ATTACK]
    assert attack[INTENT_ATTACK] > 0 > attack[INTENT_OFFER]
    assert min(offer[INTENT_ANY], attack[INTENT_ANY]) > 0 > max(innocent.values())


def test_what_is_told_crosswise_is_what_would_serve_without_these_texts(book: Wordbook) -> None:
    every = np.arange(len(LESSONS))
    _, asked = next(GroupKFold(FOLDS).split(every, groups=every // NEIGHBOURS))
    read = marked(fold_all([LESSONS[at].text for at in asked]))
    served = book.fitted(asked.tolist()).margins(read)
    assert np.abs(served).max() > 1
    assert np.allclose(book.crossed()[asked], served)


def test_a_text_that_is_held_back_is_not_told_and_tells_nothing(book: Wordbook) -> None:
    held = set(range(2 * NEIGHBOURS))
    told = book.crossed(held)
    assert not told[: 2 * NEIGHBOURS].any()
    assert told[2 * NEIGHBOURS :].all()
    changed = [
        Lesson(OWN, lesson.text, frozenset({"drugs"})) if at in held else lesson for at, lesson in enumerate(LESSONS)
    ]
    other = Wordbook.of(changed)
    assert np.array_equal(other.crossed(held), told)
    assert np.array_equal(_weights(other, held), _weights(book, held))
    assert not np.array_equal(_weights(other), _weights(book))


def test_no_text_is_told_by_a_fit_that_has_seen_it(book: Wordbook) -> None:
    """Only those that were fitted on it tell something else once its truth is another."""
    changed = [Lesson(OWN, LESSONS[0].text, frozenset()), *LESSONS[1:]]
    before, after = book.crossed(), Wordbook.of(changed).crossed()
    same = (before == after).all(axis=1)
    assert same[:NEIGHBOURS].all()
    assert not same.all()
