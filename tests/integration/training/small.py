"""A data folder, a vocabulary and an encoder small enough to train in a second."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import torch

from riskguard.detectors.encoder.spelling import Speller, Vocabulary
from riskguard.training.encoder.corpus import fold_corpus, spell_corpus
from riskguard.training.encoder.model import RiskEncoderConfig, RiskEncoderForPosts
from riskguard.training.encoder.vocabulary import WordVectors, save_vocabulary, sound

TEXTS = [
    "今天天气真好[哈哈]",
    "你真是个好人啊",
    "我们明天一起去吃饭吧",
    "这家店的菜真难吃[怒]太难吃了",
    "ＶＸ是什么意思",
    "又下雨了,不想出门[泪]",
]
HEADS = ("abuse", "ad", "emotion.happy")
TAGS = ("O", "B-PER", "I-PER")


def data_folder(folder: Path) -> Path:
    """Labelled sets that are empty, and a corpus of a few lines."""
    (folder / "corpus").mkdir(parents=True)
    (folder / "labelled" / "train").mkdir(parents=True)
    with lzma.open(folder / "corpus" / "part.txt.xz", "wt", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(TEXTS * 20) + "\n")
    return folder


def prepared(work: Path, data: Path) -> Speller:
    """What pre-training reads, in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    counted = fold_corpus(data, work / "folded.txt")
    chars = {char: sound(char) for char in counted}
    words = ("今天", "天气", "好人", "吃饭", "难吃")
    table = np.random.default_rng(7).integers(-127, 127, (len(words) + 1, 8)).astype(np.int8)
    save_vocabulary(work, chars, WordVectors(words, table, 0.01))
    speller = Speller.load(work)
    spell_corpus(work / "folded.txt", speller, work)
    return speller


def small_shape(speller: Speller, **more: object) -> RiskEncoderConfig:
    """One layer of two heads."""
    settings: dict[str, object] = {
        "chars": speller.char_count,
        "sounds": speller.sound_count,
        "words": len(speller.vocabulary.words) + 1,
        "word_size": 8,
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "intermediate_size": 64,
        "head_size": 16,
        "dropout": 0.0,
    }
    return RiskEncoderConfig(**settings | more)  # type: ignore[arg-type]


def small_speller() -> Speller:
    """Knows the characters of TEXTS and a few words."""
    chars = {char: sound(char) for char in dict.fromkeys("".join(TEXTS))}
    return Speller(Vocabulary(chars, ("今天", "天气", "好人", "吃饭", "难吃")))


def small_model(speller: Speller, **more: object) -> RiskEncoderForPosts:
    """Random weights, always the same."""
    torch.manual_seed(7)
    model = RiskEncoderForPosts(small_shape(speller, **{"heads": HEADS, "tags": TAGS} | more))
    model.encoder.spelling.word.copy_(torch.randint(-127, 127, model.encoder.spelling.word.shape, dtype=torch.int8))
    model.encoder.spelling.word_scale.fill_(0.01)
    return model.eval()
