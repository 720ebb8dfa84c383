from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.encoder.spelling import LONGEST
from riskguard.detectors.encoder.windows import MOST_PLACES, MOST_TEXTS, batches, highest, windows_of

lengths = st.lists(st.integers(0, 3 * LONGEST), max_size=60)


def _texts(sizes: Sequence[int]) -> list[str]:
    return [("天地玄黄宇宙洪荒" * size)[:size] for size in sizes]


@given(lengths)
def test_every_place_of_every_text_is_owned_once_and_read_by_its_owner(sizes: list[int]) -> None:
    texts = _texts(sizes)
    owned: list[list[int]] = [[] for _ in texts]
    for window in windows_of(texts):
        assert len(window.chars) <= LONGEST
        assert window.chars == texts[window.text][window.start : window.start + len(window.chars)]
        assert window.start <= window.owned[0] <= window.owned[1] <= window.start + len(window.chars)
        owned[window.text] += range(*window.owned)
    assert owned == [list(range(size)) for size in sizes]


@given(lengths)
def test_every_window_is_in_one_batch_and_no_batch_is_too_large(sizes: list[int]) -> None:
    windows = windows_of(_texts(sizes))
    found = list(batches(windows))
    assert sorted(at for batch in found for at in batch) == list(range(len(windows)))
    for batch in found:
        assert len(batch) <= MOST_TEXTS
        assert len(batch) * (1 + max(len(windows[at].chars) for at in batch)) <= MOST_PLACES
    read = [len(windows[at].chars) for batch in found for at in batch]
    assert read == sorted(read)


def test_the_highest_of_its_windows_speaks_for_a_text() -> None:
    windows = windows_of(_texts([3, 2 * LONGEST, 5]))
    margins = np.array([[1.0, 0.0], [-3.0, 2.0], [4.0, -1.0], [0.0, 0.0], [7.0, 7.0]], np.float32)
    assert len(windows) == 5
    assert highest(margins, windows, 3).tolist() == [[1.0, 0.0], [4.0, 2.0], [7.0, 7.0]]
