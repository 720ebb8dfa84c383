"""Models of others, with two that are built here: a tiny BERT whose few weights are set by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskguard.detectors.hub import HubDetector, hub_detectors, load_listing
from riskguard.domain.errors import ModelInvalid, NotReady, PolicyInvalid
from riskguard.text.view import fold_all
from tests.unit.detectors.posts import posts_of, read_by, shown

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

ROOT = Path(__file__).parents[3]
TAXONOMY = ROOT / "policies" / "taxonomy.yaml"
CHARS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"坏丑好张三李四北京，"]
TALK = "坏丑好张三李四北京，啊 "


def _config(labels: list[str], **more: object) -> transformers.BertConfig:
    return transformers.BertConfig(
        vocab_size=len(CHARS),
        hidden_size=len(CHARS),
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=1,
        max_position_embeddings=24,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        **more,
    )


def _tell(network: transformers.PreTrainedModel, weights: Mapping[tuple[int, str], float], *, always: float) -> None:
    """Let each character be a direction of its own that passes through; the head weighs (label, character).

    `always` is what the first label gets in any case.
    """
    one = torch.eye(len(CHARS))
    with torch.no_grad():
        for name, weight in network.named_parameters():
            weight.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
            if name.endswith(("self.value.weight", "attention.output.dense.weight", "pooler.dense.weight")):
                weight.copy_(one)
        network.bert.embeddings.word_embeddings.weight.copy_(4 * one)
        network.classifier.bias[0] = always
        for (label, char), weight_of in weights.items():
            network.classifier.weight[label, CHARS.index(char)] = weight_of
            network.classifier.weight[label, CHARS.index("[MASK]")] = -weight_of


def _save(network: transformers.PreTrainedModel, folder: Path) -> Path:
    network.save_pretrained(folder)
    vocabulary = {char: number for number, char in enumerate(CHARS)}
    transformers.BertTokenizer(vocab=vocabulary, model_max_length=24).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def critic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calls a text with 坏 bad, one with 丑 ugly, and any other fine."""
    network = transformers.BertForSequenceClassification(_config(["fine", "bad", "ugly"]))
    _tell(network, {(1, "坏"): 100.0, (2, "丑"): 100.0}, always=4.0)
    return _save(network, tmp_path_factory.mktemp("critic"))


@pytest.fixture(scope="module")
def namer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finds 张三, 李四 and 北京."""
    network = transformers.BertForTokenClassification(_config(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]))
    weights = {(1, "张"): 9.0, (1, "李"): 9.0, (2, "三"): 9.0, (2, "四"): 9.0, (3, "北"): 9.0, (4, "京"): 9.0}
    _tell(network, weights, always=9.0)
    return _save(network, tmp_path_factory.mktemp("namer"))


def _listed(folder: Path, *entries: str) -> Path:
    file = folder / "hub.yaml"
    file.write_text("models:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries), encoding="utf-8")
    return file


def _critic(model: object, labels: str = "fine: none, bad: abuse, ugly: custom.ugly", more: str = "") -> str:
    return f"name: critic, model: {model}, task: text-classification, labels: {{{labels}}}{more}"


def _namer(model: object, labels: str = "PER: pii.name, LOC: pii.address", more: str = "") -> str:
    return f"name: namer, model: {model}, task: token-classification, labels: {{{labels}}}{more}"


def _detector(folder: Path, entry: str) -> HubDetector:
    (detector,) = hub_detectors(_listed(folder, entry), TAXONOMY)
    return detector


def _scores(detector: HubDetector, text: str) -> dict[str, float]:
    (found,) = read_by(detector, text, floor=0.0)
    return {finding.label: finding.score for finding in found}


# --- reading texts


@pytest.mark.parametrize(
    ("text", "loud"),
    [
        pytest.param("好好坏好", {"abuse"}, id="bad"),
        pytest.param("\ud800好坏", {"abuse"}, id="half-a-surrogate-pair"),
        pytest.param("好丑", {"custom.ugly"}, id="ugly"),
        pytest.param("好好", set(), id="neither"),
        pytest.param("", set(), id="empty"),
        pytest.param("\u200b", set(), id="nothing-to-see"),
    ],
)
def test_a_text_is_called_what_the_model_calls_it(critic: Path, tmp_path: Path, text: str, loud: set[str]) -> None:
    detector = _detector(tmp_path, _critic(critic))
    (found,) = read_by(detector, text, floor=0.5)
    assert {finding.label for finding in found} == loud
    assert all(finding.detector == "hub:critic" and finding.spans == () for finding in found)
    assert (detector.name, detector.labels, detector.absences) == ("hub:critic", {"abuse", "custom.ugly"}, ())


def test_labels_that_mean_the_same_are_summed_where_only_one_can_be_true(critic: Path, tmp_path: Path) -> None:
    apart = _scores(_detector(tmp_path, _critic(critic)), "好坏丑好")
    together = _detector(tmp_path, _critic(critic, "fine: none, bad: abuse, ugly: abuse"))
    assert _scores(together, "好坏丑好")["abuse"] == pytest.approx(sum(apart.values()), abs=1e-5)


def test_labels_that_mean_the_same_give_the_highest_where_several_can_be_true(tmp_path: Path) -> None:
    network = transformers.BertForSequenceClassification(
        _config(["bad", "ugly"], problem_type="multi_label_classification")
    )
    _tell(network, {(0, "坏"): 30.0, (1, "丑"): 20.0}, always=-1.0)
    model = _save(network, tmp_path / "model")
    apart = _scores(_detector(tmp_path, _critic(model, "bad: abuse, ugly: custom.ugly")), "坏丑")
    together = _detector(tmp_path, _critic(model, "bad: abuse, ugly: abuse"))
    assert min(apart.values()) > 0.5
    assert _scores(together, "坏丑") == {"abuse": pytest.approx(max(apart.values()), abs=1e-6)}


def test_a_long_text_is_read_in_windows_and_the_loudest_is_the_evidence(critic: Path, tmp_path: Path) -> None:
    detector = _detector(tmp_path, _critic(critic))
    text = "好" * 100 + "坏" + "好" * 100
    ((finding,),) = read_by(detector, text, floor=0.5)
    (part,) = shown(text, finding)
    assert "坏" in part
    assert len(part) <= 22


# --- naming what stands in a text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("张三好", [("pii.name", "张三")], id="one"),
        pytest.param("张三李四", [("pii.name", "张三"), ("pii.name", "李四")], id="two-that-touch"),
        pytest.param("张三，北京", [("pii.name", "张三"), ("pii.address", "北京")], id="two-kinds"),
        pytest.param("張\u200b三好", [("pii.name", "張\u200b三")], id="as-the-author-wrote-it"),
        pytest.param("好" * 50 + "张三" + "好" * 50, [("pii.name", "张三")], id="far-into-a-long-text"),
        pytest.param("好好", [], id="none"),
        pytest.param("", [], id="empty"),
    ],
)
def test_names_are_shown_in_the_authors_own_text(
    namer: Path, tmp_path: Path, text: str, named: list[tuple[str, str]]
) -> None:
    (found,) = read_by(_detector(tmp_path, _namer(namer)), text, floor=0.5)
    assert sorted((each.label, part) for each in found for part in shown(text, each)) == sorted(named)


def test_a_name_at_any_place_of_a_long_text_is_seen_whole_and_once(namer: Path, tmp_path: Path) -> None:
    detector = _detector(tmp_path, _namer(namer))
    texts = ["好" * before + "张三" + "好" * 40 for before in range(45)]
    for text, found in zip(texts, read_by(detector, *texts, floor=0.5), strict=True):
        assert [shown(text, finding) for finding in found] == [["张三"]]


def test_a_kind_that_means_nothing_to_us_is_left_out(namer: Path, tmp_path: Path) -> None:
    (found,) = read_by(_detector(tmp_path, _namer(namer, "PER: pii.name, LOC: none, O: none")), "张三，北京")
    assert {finding.label for finding in found} == {"pii.name"}


@pytest.fixture(scope="module")
def both(critic: Path, namer: Path, tmp_path_factory: pytest.TempPathFactory) -> list[HubDetector]:
    folder = tmp_path_factory.mktemp("both")
    return hub_detectors(_listed(folder, _critic(critic, more=", batch_size: 3"), _namer(namer)), TAXONOMY)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(TALK, max_size=60), max_size=6))
def test_a_text_is_read_alike_alone_and_among_others(both: list[HubDetector], texts: list[str]) -> None:
    for detector in both:
        together = detector.read(posts_of(texts), fold_all(texts), floor=0.0)
        alone = [read_by(detector, text, floor=0.0)[0] for text in texts]
        assert len(together) == len(texts)
        for one, other in zip(together, alone, strict=True):
            assert [(f.label, f.spans) for f in one] == [(f.label, f.spans) for f in other]
            assert [f.score for f in one] == pytest.approx([f.score for f in other], abs=1e-4)


def test_the_version_tells_weights_and_meanings_apart(critic: Path, namer: Path, tmp_path: Path) -> None:
    one = _detector(tmp_path, _critic(critic)).version
    assert one == _detector(tmp_path, _critic(critic)).version
    assert one != _detector(tmp_path, _critic(critic, "fine: none, bad: abuse, ugly: none")).version
    assert one != _detector(tmp_path, _namer(namer)).version


def test_one_thread_reads(both: list[HubDetector]) -> None:
    assert both
    assert torch.get_num_threads() == 1


# --- the list, and models that cannot be had


@pytest.mark.parametrize(
    ("entry", "at", "said"),
    [
        pytest.param("name: a, model: a/b, task: text-classification", "{name", "lacks 'labels'", id="a-key-lacks"),
        pytest.param(_critic("a/b", "x: abuse", ", widht: 3"), "widht", "unknown key 'widht'", id="unknown-key"),
        pytest.param(_critic("a b"), "a b", "owner/name as on the hub", id="no-id"),
        pytest.param(_critic("./nowhere"), "./nowhere", "there is no folder", id="no-folder"),
        pytest.param(_critic("a/b", "x: abuze"), "abuze", "did you mean 'abuse'", id="no-label-of-ours"),
        pytest.param(_critic("a/b", "x: none"), "{x", "has one of ours", id="nothing-of-ours"),
        pytest.param(_critic("a/b", "x: abuse, 0: none"), "0: none", "write it in quotes", id="a-number-as-label"),
        pytest.param("name: a, model: a/b, task: chat, labels: {x: abuse}", "chat", "unknown task", id="no-task"),
        pytest.param(_critic("a/b", "x: abuse", ", max_length: 2.5"), "2.5", "must lie in", id="too-short"),
        pytest.param(_critic("a/b", "x: abuse", ", batch_size: 2.5"), "2.5", "whole number", id="half"),
        pytest.param(_critic("a/b", "x: abuse", ", device: gpu"), "gpu", "cuda:0", id="no-device"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_its_place(tmp_path: Path, entry: str, at: str, said: str) -> None:
    file = _listed(tmp_path, entry)
    with pytest.raises(PolicyInvalid) as caught:
        load_listing(file, TAXONOMY)
    (fault,) = map(str, caught.value.faults)
    column = file.read_text(encoding="utf-8").splitlines()[1].index(at) + 1
    assert fault.startswith(f"{file}:2:{column}: ")
    assert said in fault


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = _listed(tmp_path, _critic("a/b", "x: abuse"), _critic("a/b", "x: abuse"), "name: a")
    with pytest.raises(PolicyInvalid, match="two models are called 'critic'") as caught:
        load_listing(file, TAXONOMY)
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        pytest.param("fine: none, bad: abuse, worse: abuse, ugly: none", "no label 'worse'", id="not-one-of-its"),
        pytest.param("fine: none, bad: abuse", "'ugly' is not listed", id="left-out"),
    ],
)
def test_labels_must_be_those_of_the_model(critic: Path, tmp_path: Path, labels: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=said) as caught:
        _detector(tmp_path, _critic(critic, labels))
    assert caught.value.faults[0].line == 2
    assert "ugly" in caught.value.faults[0].hint


@pytest.mark.parametrize("revision", ["", "v1"])
def test_a_model_that_is_not_here_is_told_with_the_command_that_brings_it(tmp_path: Path, revision: str) -> None:
    entry = _critic("nobody/ever-made-this", more=f", revision: {revision}" if revision else "")
    with pytest.raises(NotReady, match="not on this machine") as caught:
        _detector(tmp_path, entry)
    assert "hf download nobody/ever-made-this" + (" --revision v1;" if revision else ";") in caught.value.hint


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    Path(tmp_path, "empty").mkdir()
    with pytest.raises(ModelInvalid, match="cannot be loaded") as caught:
        _detector(tmp_path, _critic("./empty"))
    assert "save_pretrained" in caught.value.hint


def test_a_model_that_never_learnt_the_task_is_refused(tmp_path: Path) -> None:
    _save(transformers.BertModel(_config(["fine", "bad", "ugly"])), tmp_path / "model")
    with pytest.raises(ModelInvalid, match="no weights for classifier"):
        _detector(tmp_path, _critic("./model"))


def test_a_model_of_no_known_kind_is_refused(critic: Path, tmp_path: Path) -> None:
    shutil.copytree(critic, tmp_path / "model")
    Path(tmp_path, "model", "config.json").write_text('{"model_type": "crystal-ball"}', encoding="utf-8")
    with pytest.raises(ModelInvalid, match="cannot be loaded"):
        _detector(tmp_path, _critic("./model"))


def test_a_device_that_is_not_here_is_told(critic: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="device 'cuda:99'"):
        _detector(tmp_path, _critic(critic, more=", device: 'cuda:99'"))


def test_a_list_without_torch_is_told_with_what_to_install(
    critic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "riskguard.detectors.hub.transformer", None)
    with pytest.raises(NotReady, match="torch or transformers is missing") as caught:
        _detector(tmp_path, _critic(critic))
    assert "pip install" in caught.value.hint


# --- what a process pays


_NO_NETWORK = """
import socket, sys
def refuse(*args, **kwargs):
    raise SystemExit("the network was asked")
socket.getaddrinfo = socket.create_connection = refuse
from pathlib import Path
from riskguard.detectors.hub import hub_detectors
found = hub_detectors(Path(sys.argv[1]), Path(sys.argv[2]))
print(*[each.name for each in found], "torch" in sys.modules, "transformers" in sys.modules)
"""


def _told_by_a_process(file: Path, cache: Path) -> str:
    command = [sys.executable, "-c", _NO_NETWORK, str(file), str(TAXONOMY)]
    environment = {**os.environ, "HF_HUB_CACHE": str(cache)}
    environment.pop("HF_HUB_OFFLINE", None)
    return subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def test_the_shipped_list_is_empty_and_costs_no_torch(tmp_path: Path) -> None:
    assert _told_by_a_process(ROOT / "models" / "hub.yaml", tmp_path) == "False False"


def test_a_downloaded_model_is_found_by_its_id_without_a_network(critic: Path, tmp_path: Path) -> None:
    kept, commit = tmp_path / "models--someone--critic", "0123456789abcdef0123456789abcdef01234567"
    shutil.copytree(critic, kept / "snapshots" / commit)
    Path(kept, "refs").mkdir()
    Path(kept, "refs", "main").write_text(commit, encoding="utf-8")
    assert _told_by_a_process(_listed(tmp_path, _critic("someone/critic")), tmp_path) == "hub:critic True True"


def test_the_example_in_the_shipped_list_can_be_read(tmp_path: Path) -> None:
    lines = Path(ROOT, "models", "hub.yaml").read_text(encoding="utf-8").splitlines()
    start = lines.index("# models:")
    example = [line.removeprefix("# ") for line in lines[start:] if line.startswith("# ")]
    file, folder = tmp_path / "hub.yaml", tmp_path / "my-ner"
    folder.mkdir()
    file.write_text("\n".join(example), encoding="utf-8")
    assert [model.name for model in load_listing(file, TAXONOMY)] == ["cold", "names"]
