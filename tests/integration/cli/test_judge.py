"""`riskguard judge` as a user runs it: a process, files, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from itertools import cycle, islice
from pathlib import Path

import pytest

from riskguard.demo.posts import posts

HEADS = [
    "abuse",
    "hate",
    "sexism",
    "gambling",
    "fraud",
    "ad",
    "illegal_trade",
    "self_harm",
    "rumour",
    "sentiment.negative",
    "sentiment.positive",
    "emotion.happy",
    "emotion.angry",
    "emotion.sad",
    "emotion.fear",
    "emotion.surprise",
    "emotion.neutral",
]
PROMISED = {
    *("id", "action", "labels", "findings", "rules", "care", "masked_text", "campaign", "abstentions"),
    *("policy_version", "models"),
}
BROKEN = {
    b"{not json": "not valid",
    b'{"id": "no text"}': "not valid",
    b'["a", "list"]': "not valid",
    b"": "not valid",
    b'{"id": "x", "text": "\xff\xfe"}': "not UTF-8",
    b'{"id": "x", "text": "\\ud800"}': "not valid",
    b'{"id": "x", "text": 7}': "not valid",
    b'{"id": "x", "text": "' + b"a" * 20_001 + b'"}': "too long",
    b'{"id": "x", "text": "a", "scene": "nowhere"}': "not valid",
    b'{"id": "x", "text": "a", "created_at": "2026-01-01T00:00:00"}': "not valid",
}


def run(*words: str, stdin: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "riskguard", "judge", *words]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, env=os.environ | environ, check=False)


def line(id_: object, text: str, **more: object) -> bytes:
    return json.dumps({"id": id_, "text": text, **more}, ensure_ascii=False).encode()


def test_two_thousand_mixed_lines_keep_their_places(tmp_path: Path) -> None:
    texts = islice(cycle(post["text"] for post in posts()), 2000)
    lines = [line(f"p{number}", text) for number, text in enumerate(texts, start=1)]
    for number, raw in enumerate(BROKEN, start=1):
        lines[number * 190] = raw
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join(lines) + b"\n")

    done = run(str(source), "--out", str(out))

    assert done.returncode == 3
    answers = [json.loads(raw) for raw in out.read_text("utf-8").split("\n")[:-1]]
    assert len(answers) == 2000
    refused = {answer["line"]: answer["error"]["title"] for answer in answers if answer["id"] is None}
    assert refused == {at * 190 + 1: title for at, title in enumerate(BROKEN.values(), start=1)}
    for number, answer in enumerate(answers, start=1):
        assert answer["id"] == (None if number in refused else f"p{number}")
    assert b"judged 2000 lines" in done.stderr
    assert done.stdout == b""


def test_one_line_in_the_promised_shape() -> None:
    done = run("-", stdin=line("p1", "他电话１３８－００１３－８０００，快打", author_id="u1", author_trust=1))
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert set(answer) >= PROMISED
    assert answer["action"] == "mask"
    [mobile] = [finding for finding in answer["findings"] if finding["label"] == "pii.mobile"]
    [span] = mobile["spans"]
    assert (span["start"], span["end"]) == (3, 16)
    assert answer["masked_text"] == "他电话１３８******８０００，快打"
    assert answer["campaign"] is None
    assert all(score > 0.05 for score in answer["labels"].values())


def test_all_scores_names_every_head_and_every_label_of_the_detectors() -> None:
    answer = json.loads(run("-", "--all-scores", stdin=line(1, "今天的晚霞真好看")).stdout)
    absent = {label for abstention in answer["abstentions"] for label in abstention["labels"]}
    assert {*HEADS, "sexual"} - set(answer["labels"]) == absent
    assert set(answer["labels"]) >= {"similar.near_duplicate", "abuse.insult"}
    assert answer["labels"]["pii.id_card"] == 0.0


def test_a_policy_file_of_ones_own_and_a_scene_decide(tmp_path: Path) -> None:
    policy = tmp_path / "strict.yaml"
    policy.write_text(
        "policy: strict\nthresholds:\n  pii.mobile: {block: 0.5}\nscenes:\n  dm: {thresholds: {pii.mobile: {}}}\n"
    )
    post = line("p", "我的电话是13800138000")
    assert json.loads(run("-", "--policy", str(policy), stdin=post).stdout)["action"] == "block"
    assert json.loads(run("-", "--policy", str(policy), "--scene", "dm", stdin=post).stdout)["action"] == "allow"


def test_a_pipe_is_read_whole_and_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    lines = b"\xef\xbb\xbf" + b"\n".join(line(number, "今天的晚霞真好看") for number in range(300))
    writer = threading.Thread(target=pipe.write_bytes, args=(lines,))
    writer.start()
    done = run(str(pipe))
    writer.join()
    assert done.returncode == 0, done.stderr
    assert [json.loads(raw)["id"] for raw in done.stdout.splitlines()] == list(range(300))


def test_look_alikes_are_seen_within_one_run() -> None:
    text = "团购车厘子五斤装今晚截单，想要的邻居在楼下报名就行"
    answers = run("-", stdin=b"\n".join(line(n, text + "！" * n, author_id=f"u{n}") for n in range(4))).stdout
    last = json.loads(answers.splitlines()[-1])
    assert last["labels"]["similar.near_duplicate"] > 0.9


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        pytest.param(("absent.jsonl",), {}, "riskguard: there is no file absent.jsonl", id="no-such-file"),
        pytest.param(("-",), {"RISKGUARD_POLICY_DIR": "/nowhere"}, "/nowhere", id="no-such-policies"),
        pytest.param(("-",), {"RISKGUARD_MAX_TEXT_CHARS": "many"}, "not a whole number", id="a-bad-setting"),
    ],
)
def test_what_cannot_work_is_said_in_a_line_and_ends_with_1(
    words: tuple[str, ...], environ: dict[str, str], said: str
) -> None:
    done = run(*words, **environ)
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_the_output_may_be_the_input(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(line("p1", "今天的晚霞真好看") + b"\n")
    assert run(str(file), "--out", str(file)).returncode == 0
    assert json.loads(file.read_text("utf-8"))["action"] == "allow"
    assert [each.name for each in tmp_path.iterdir()] == ["posts.jsonl"]


def test_an_output_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    done = run("-", "--out", str(tmp_path / "nowhere" / "out.jsonl"), stdin=line("p1", "好"))
    assert done.returncode == 1
    assert done.stderr.decode().startswith("riskguard: ")
    assert b"cannot be written" in done.stderr
