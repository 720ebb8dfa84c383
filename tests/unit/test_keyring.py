"""Sealing: only the right key in the right place gives the words back, and nothing else is told of them."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from riskguard.bootstrap import keyring
from riskguard.domain.errors import NotReady, SealBroken
from riskguard.keyring import KEYS_FILE, Keyring, key_of, new_key
from riskguard.settings import Settings

OLD, NEW, STRANGE = "old-" * 8, "new-" * 8, "strange-" * 4
WORDS, PLACE = "今天只想一个人待着", "posts.text:pst_1"


def test_the_newest_key_seals_and_all_open() -> None:
    before = Keyring.of([OLD])
    sealed = before.seal(WORDS, context=PLACE)
    after = Keyring.of([NEW, OLD])
    assert after.open(sealed, context=PLACE) == WORDS
    assert key_of(sealed, place=PLACE) == before.ids[0] == after.ids[1]
    assert after.seal(WORDS, context=PLACE).startswith(after.mark)
    assert key_of(after.seal(WORDS, context=PLACE), place=PLACE) == after.ids[0] != before.ids[0]


def test_the_same_words_are_never_sealed_the_same() -> None:
    ring = Keyring.of([OLD])
    assert len({ring.seal(WORDS, context=PLACE) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        pytest.param([], "no key to seal posts with", id="none"),
        pytest.param(["x" * 31], "has 31 characters, 32 are needed", id="short"),
        pytest.param([NEW, "short"], "has 5 characters", id="one-is-short"),
    ],
)
def test_keys_that_cannot_be_trusted_are_refused_with_a_hint(keys: list[str], said: str) -> None:
    with pytest.raises(NotReady, match=said) as refused:
        Keyring.of(keys)
    assert refused.value.hint
    assert not any(key in str(refused.value) + refused.value.hint for key in keys)


def test_a_key_that_is_missing_is_named_without_telling_any() -> None:
    sealed = Keyring.of([OLD]).seal(WORDS, context=PLACE)
    ring = Keyring.of([NEW, STRANGE])
    with pytest.raises(NotReady) as told:
        ring.open(sealed, context=PLACE)
    assert key_of(sealed, place=PLACE) in str(told.value)
    assert "RISKGUARD_DATA_KEYS" in told.value.hint
    assert not any(key in str(told.value) + repr(ring) for key in (OLD, NEW, STRANGE))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda sealed: sealed[:-6] + "AAAAAA", id="changed"),
        pytest.param(lambda sealed: sealed[:-8], id="cut"),
        pytest.param(lambda sealed: sealed.rpartition(":")[0] + ":", id="empty"),
        pytest.param(lambda _: WORDS, id="never-sealed"),
        pytest.param(lambda _: "rg1:", id="form-only"),
        pytest.param(lambda sealed: "rg2" + sealed[3:], id="another-form"),
    ],
)
def test_a_value_that_was_changed_is_refused(broken: object) -> None:
    assert callable(broken)
    ring = Keyring.of([OLD])
    with pytest.raises(SealBroken) as told:
        ring.open(broken(ring.seal(WORDS, context=PLACE)), context=PLACE)
    assert WORDS not in str(told.value)
    assert PLACE in str(told.value)


def test_a_value_from_another_row_is_refused() -> None:
    ring = Keyring.of([OLD])
    with pytest.raises(SealBroken, match="another place"):
        ring.open(ring.seal(WORDS, context=PLACE), context="posts.text:pst_2")


def test_a_digest_is_stable_and_hangs_on_key_and_context() -> None:
    ring = Keyring.of([NEW, OLD])
    assert ring.digest("u1", context="author:forum") == Keyring.of([NEW]).digest("u1", context="author:forum")
    others = {
        ring.digest("u1", context="author:forum"),
        ring.digest("u2", context="author:forum"),
        ring.digest("u1", context="author:other"),
        ring.digest("mu1", context="author:foru"),
        Keyring.of([OLD]).digest("u1", context="author:forum"),
    }
    assert len(others) == 5
    assert ring.digests("u1", context="a") == tuple(Keyring.of([key]).digest("u1", context="a") for key in (NEW, OLD))


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: keyring(settings).ids, range(32)))) == 1
    assert stat.S_IMODE((tmp_path / "new" / KEYS_FILE).stat().st_mode) == 0o600


def test_the_file_may_hold_several_keys(tmp_path: Path) -> None:
    (tmp_path / KEYS_FILE).write_text(f"{NEW}\n{OLD}\n")
    assert keyring(Settings(data_dir=tmp_path)).ids == Keyring.of([NEW, OLD]).ids


def test_keys_that_are_set_leave_the_folder_alone(tmp_path: Path) -> None:
    key = new_key()
    settings = Settings.load({"RISKGUARD_DATA_KEYS": f"{key}, {OLD}"}, data_dir=tmp_path)
    assert keyring(settings).ids == Keyring.of([key, OLD]).ids
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / KEYS_FILE).mkdir()
    with pytest.raises(NotReady, match=r"data\.keys") as told:
        keyring(Settings(data_dir=tmp_path))
    assert told.value.hint == "set RISKGUARD_DATA_KEYS"
