"""The key that signs sessions."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from riskguard.bootstrap import KEY_FILE, secret_key
from riskguard.domain.errors import NotReady
from riskguard.settings import Settings


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert stat.S_IMODE((tmp_path / "new" / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "new").iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("kept", ["", "short"])
def test_half_a_key_is_refused(tmp_path: Path, kept: str) -> None:
    (tmp_path / KEY_FILE).write_text(kept)
    with pytest.raises(NotReady, match="characters, 32 are needed"):
        secret_key(Settings(data_dir=tmp_path))


def test_a_short_key_from_the_environment_is_refused() -> None:
    with pytest.raises(NotReady, match="has 5 characters"):
        secret_key(Settings(secret_key="12345"))


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotReady, match=r"no secret\.key can be kept"):
        secret_key(Settings(data_dir=tmp_path / "file" / "data"))
