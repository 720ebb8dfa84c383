"""What a log tells of an error: where it came from, and never the words that it choked on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from riskguard.domain.errors import DetectorFailed, NotReady
from riskguard.process import said

WORDS = "电话13900001111"
LINES = f"""
import logging
from riskguard.bootstrap import log_to_stderr
from riskguard.domain.errors import NotReady
log_to_stderr("DEBUG")
log = logging.getLogger("riskguard.somewhere")
try:
    try:
        {{}}["{WORDS}"]
    except KeyError as error:
        raise ValueError("{WORDS}") from error
except ValueError:
    log.exception("post pst_1 could not be read")
try:
    raise NotReady("the database is away")
except NotReady:
    log.exception("later")
"""


def test_errors_are_told_by_place_and_kind() -> None:
    told = subprocess.run([sys.executable, "-c", LINES], capture_output=True, text=True, check=True).stderr
    assert "post pst_1 could not be read" in told
    assert 'File "<string>", line 9, in <module>' in told
    assert told.index("KeyError (what it says may quote a post)") < told.index("ValueError (what it says may quote")
    assert "NotReady: the database is away" in told
    assert WORDS not in told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(NotReady("no Redis at host:6379"), "no Redis at host:6379", id="ours-about-machines"),
        pytest.param(FileNotFoundError(2, "No such file", "a.yaml"), "[Errno 2] No such file: 'a.yaml'", id="system"),
        pytest.param(ValueError(WORDS), "ValueError", id="any-other"),
        pytest.param(DetectorFailed(WORDS), "DetectorFailed", id="ours-about-a-text"),
    ],
)
def test_what_is_said_of_an_error(error: Exception, words: str) -> None:
    assert said(error) == words
