"""Pre-training: the encoder guesses hidden characters, sees through disguises and guesses the mood of a text.

Three questions are asked of one pass: the author's character at hidden or disguised places (masked characters, Devlin
et al., 2019), whether each place is his at all (replaced-character detection, after ELECTRA, Clark et al., 2020), and
which emoticon was taken out (after DeepMoji, Felbo et al., 2017). Hidden matrices are stepped with Muon, all else with
AdamW.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from riskguard.detectors.encoder.model import SERVING
from riskguard.detectors.encoder.spelling import Speller
from riskguard.training.disguise import splits
from riskguard.training.encoder.corpus import MOODS, Corpus
from riskguard.training.encoder.corruption import IGNORED, Corrupter, Riddle
from riskguard.training.encoder.feed import fed
from riskguard.training.encoder.model import RiskEncoderConfig, RiskEncoderForPosts, RiskEncoderModel
from riskguard.training.encoder.together import Group, machine, together

CHECKPOINT, LOG = "checkpoint.pt", "pretraining.json"
EVERY = 50
_SHARD = 65_536
_UNTOLD = "two CPU cores"
"""What pre-trained encoders whose story does not name a machine."""

_PLACES_AT_ONCE = 256
_MOOD_COPIES = 3
_FORGED_WEIGHT, _MOOD_WEIGHT, _FEWEST_MOODS = 1.0, 0.15, 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How to pre-train. `tokens` is the whole run's; the last `fading` of it lowers the rate to nothing.

    `begun` is the folder of a trained encoder to start from instead of chance.
    """

    work: Path
    tokens: int
    processes: int = 2
    batch_tokens: int = 4096
    rate: float = 2e-3
    warm_tokens: int = 2_000_000
    fading: float = 0.3
    seed: int = 7
    checkpoint_s: float = 240.0
    begun: Path | None = None

    @classmethod
    def suited(
        cls, work: Path, tokens: int, *, processes: int, seed: int, begun: Path | None, on_gpu: bool, large: bool
    ) -> Self:
        """For a device, and for the large encoder, which begins from chance."""
        more: dict[str, Any] = {"batch_tokens": 65_536, "warm_tokens": tokens // 25} if on_gpu else {}
        if large:
            more["rate"] = 1.2e-3
        return cls(work, tokens, processes=processes, seed=seed, begun=None if large else begun, **more)


@dataclass(slots=True)
class Progress:
    """What has been seen so far; `curve` holds (tokens, loss of characters, of forged places, of moods)."""

    tokens: int = 0
    steps: int = 0
    seconds: float = 0.0
    curve: list[tuple[float, ...]] = field(default_factory=list)


Told = Callable[[Progress, float], None]


class Pupil(nn.Module):
    """The encoder with the three questions of pre-training."""

    def __init__(self, config: RiskEncoderConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.encoder = RiskEncoderModel(config)
        self.turned = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.LayerNorm(size))
        self.char_bias = nn.Parameter(torch.zeros(config.chars))
        self.forged = nn.Linear(size, 1)
        self.mood = nn.Linear(2 * size, MOODS)

    def forward(
        self, chars: Tensor, sounds: Tensor, words: Tensor, asked: Tensor, forged: Tensor, moods: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The loss to step on, and its parts: of characters, of forged places, of moods."""
        encoded = self.encoder(chars, sounds, words)
        open_ = asked != IGNORED
        turned = self.turned(encoded.places[open_])
        table = self.encoder.spelling.char.weight
        if turned.is_cuda:
            of_chars = functional.cross_entropy(functional.linear(turned, table, self.char_bias).float(), asked[open_])
        else:
            of_chars = CharLoss.apply(turned, table, self.char_bias, asked[open_])
        doubt = self.forged(encoded.places).squeeze(2).float()
        told = forged != IGNORED
        each = functional.binary_cross_entropy_with_logits(doubt, forged.float(), reduction="none")
        of_forged = (each * told).sum() / told.sum()
        with_mood = moods != IGNORED
        of_mood = self.mood(encoded.whole).float()
        of_moods = functional.cross_entropy(
            of_mood, moods, ignore_index=IGNORED, reduction="sum"
        ) / with_mood.sum().clamp(min=_FEWEST_MOODS)
        loss = of_chars + _FORGED_WEIGHT * of_forged + _MOOD_WEIGHT * of_moods
        return loss, torch.stack([of_chars.detach(), of_forged.detach(), of_moods.detach()])


class CharLoss(torch.autograd.Function):
    """Mean cross-entropy over all characters, a few places at a time: the wide table of logits stays in the cache.

    For CPUs: a GPU has room for it. The gradients are made on the way forward, as in Liger's fused linear cross-entropy
    (Hsu et al., 2024).
    """

    @staticmethod
    def forward(ctx: Any, places: Tensor, chars: Tensor, bias: Tensor, truth: Tensor) -> Tensor:
        """(asked, size), (chars, size), (chars,), (asked,) -> a number."""
        places, table, bias = places.bfloat16(), chars.bfloat16(), bias.bfloat16()
        steps = torch.empty_like(places)
        of_table, of_bias = torch.zeros_like(table), torch.zeros(len(bias))
        total = torch.zeros(())
        for part in torch.arange(len(truth)).split(_PLACES_AT_ONCE):
            here, wanted = slice(int(part[0]), int(part[-1]) + 1), truth[part]
            logs = functional.log_softmax(functional.linear(places[here], table, bias), 1)
            total -= logs.gather(1, wanted[:, None]).float().sum()
            wrong = logs.exp_()
            wrong[torch.arange(len(part)), wanted] -= 1
            steps[here] = wrong @ table
            of_table.addmm_(wrong.t(), places[here])
            of_bias += wrong.sum(0)
        ctx.save_for_backward(steps, of_table, of_bias)
        ctx.count = len(truth)
        return total / len(truth)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """What was made on the way forward, times what came in."""
        scale = float(grad) / ctx.count
        return (*(step.float() * scale for step in ctx.saved_tensors), None)


def pretrain(plan: Plan, config: RiskEncoderConfig, *, told: Told) -> None:
    """Pre-train until `plan.tokens` were seen, resuming from the checkpoint in `plan.work` if there is one.

    `told` hears the progress and the tokens per second of this run, every EVERY steps.
    """
    together(_run, plan.work, plan.processes, plan, config, told=told)


def _run(group: Group, plan: Plan, config: RiskEncoderConfig, told: Told) -> None:
    torch.manual_seed(plan.seed)
    pupil = Pupil(config).to(group.device)
    load_words(pupil.encoder, plan.work)
    if plan.begun:
        trained = RiskEncoderForPosts.from_pretrained(plan.begun, dtype=torch.float32)
        pupil.encoder.load_state_dict(trained.encoder.state_dict())
    progress, optimizers = Progress(), _optimizers(pupil, plan)
    if (plan.work / CHECKPOINT).is_file():
        progress = _resume(plan.work / CHECKPOINT, pupil, optimizers)
    _train(group, pupil, optimizers, progress, plan, told)


def _train(
    group: Group, pupil: Pupil, optimizers: list[torch.optim.Optimizer], progress: Progress, plan: Plan, told: Told
) -> None:
    learner = group.shared(pupil)
    saved = began = time.monotonic()
    before = (progress.tokens, progress.seconds)
    parts = torch.zeros(3, device=group.device)
    learner.train()
    riddles = fed(partial(_riddles, plan, past=progress.steps), group)
    while progress.tokens < plan.tokens:
        riddle = Riddle(*next(riddles))
        rate = rate_at(progress.tokens, plan)
        parts += _step(group, learner, optimizers, riddle, rate)
        progress.tokens += group.total(riddle.size)
        progress.steps += 1
        progress.seconds = before[1] + time.monotonic() - began
        if group.rank == 0 and progress.steps % EVERY == 0:
            progress.curve.append((progress.tokens, *(round(part, 4) for part in (parts / EVERY).tolist())))
            told(progress, (progress.tokens - before[0]) / (time.monotonic() - began))
            parts.zero_()
        finished = progress.tokens >= plan.tokens
        if group.rank == 0 and (finished or time.monotonic() - saved > plan.checkpoint_s):
            _save(plan, pupil, optimizers, progress)
            saved = time.monotonic()


def _step(
    group: Group, learner: nn.Module, optimizers: list[torch.optim.Optimizer], riddle: Riddle, rate: float
) -> Tensor:
    for optimizer in optimizers:
        for part in optimizer.param_groups:
            part["lr"] = part["peak"] * rate
    with group.shortened():
        loss, parts = learner(*group.tensors(*riddle))
    loss.backward()
    nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad()
    return cast("Tensor", parts)


def rate_at(tokens: int, plan: Plan) -> float:
    """The share of the peak rate: up over the warm tokens, level, then down to nothing over the fading ones."""
    up = (tokens + 1) / plan.warm_tokens
    down = (plan.tokens - tokens) / (plan.fading * plan.tokens)
    return max(0.01, min(1.0, up, down))


def load_words(encoder: RiskEncoderModel, folder: Path) -> None:
    """Put the word vectors of `folder` into the encoder; they are not trained further."""
    with np.load(folder / "words.npz") as words:
        encoder.spelling.word.copy_(torch.from_numpy(words["table"]))
        encoder.spelling.word_scale.fill_(float(words["scale"]))


def _optimizers(pupil: Pupil, plan: Plan) -> list[torch.optim.Optimizer]:
    matrices = [weights for weights in pupil.encoder.layers.parameters() if weights.ndim == 2]
    known = {id(weights) for weights in matrices}
    others = [weights for weights in pupil.parameters() if id(weights) not in known]
    muon = torch.optim.Muon(
        [{"params": matrices, "peak": plan.rate}], lr=plan.rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"
    )
    adam = torch.optim.AdamW(
        [{"params": others, "peak": plan.rate}], lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    return [muon, adam]


def _riddles(plan: Plan, rank: int, *, past: int) -> Iterator[Riddle]:
    """Batches without end; each process and each resumed run draws others."""
    corpus, speller = Corpus.load(plan.work), Speller.load(plan.work)
    dice = np.random.default_rng([plan.seed, rank, past])
    corrupter = Corrupter(speller, splits(), dice)
    moody = np.flatnonzero(corpus.moods >= 0)
    every = np.concatenate([np.arange(len(corpus.sizes)), *[moody] * (_MOOD_COPIES - 1)])
    while True:
        dice.shuffle(every)
        for at in range(0, len(every), _SHARD):
            for texts in _batches(every[at : at + _SHARD], corpus.sizes, plan.batch_tokens, dice):
                yield corrupter.riddle(corpus, texts)


def _batches(
    texts: NDArray[np.int64], sizes: NDArray[np.int64], tokens: int, dice: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Texts of like length together, so many that padded they hold at most `tokens` places; in random order."""
    ordered = texts[np.argsort(sizes[texts] + dice.random(len(texts)), kind="stable")]
    cuts, start = [], 0
    while start < len(ordered):
        end = min(len(ordered), start + max(1, tokens // int(sizes[ordered[start]] + 1)))
        while (end - start) * (int(sizes[ordered[end - 1]]) + 1) > tokens and end - start > 1:
            end -= 1
        cuts.append((start, end))
        start = end
    for place in dice.permutation(len(cuts)):
        yield ordered[slice(*cuts[place])]


def _resume(file: Path, pupil: Pupil, optimizers: list[torch.optim.Optimizer]) -> Progress:
    kept = torch.load(file, weights_only=True, map_location="cpu")
    pupil.load_state_dict(kept["pupil"])
    for optimizer, state in zip(optimizers, kept["optimizers"], strict=True):
        optimizer.load_state_dict(state)
    return Progress(**cast("dict[str, Any]", kept["progress"]))


def _save(plan: Plan, pupil: Pupil, optimizers: list[torch.optim.Optimizer], progress: Progress) -> None:
    """The checkpoint is written beside the old one and takes its place at once: a kill leaves one of the two."""
    kept = {
        "pupil": pupil.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "progress": asdict(progress),
    }
    fresh = plan.work / (CHECKPOINT + ".new")
    torch.save(kept, fresh)
    fresh.replace(plan.work / CHECKPOINT)
    (plan.work / LOG).write_text(json.dumps(_story(plan, progress)) + "\n", encoding="utf-8")


def _story(plan: Plan, progress: Progress) -> dict[str, Any]:
    """What the card tells of pre-training: this run's part, laid after that of the encoder that it began from."""
    before: dict[str, Any] = {"tokens": 0, "steps": 0, "seconds": 0, "curve": [], "runs": []}
    if plan.begun:
        before |= json.loads((plan.begun / SERVING).read_text(encoding="utf-8"))["pretraining"]
    seen = before["tokens"]
    runs = before["runs"] or [seen] * bool(seen)
    return {
        "tokens": seen + progress.tokens,
        "steps": before["steps"] + progress.steps,
        "seconds": round(before["seconds"] + progress.seconds),
        "curve": [*before["curve"], *((seen + tokens, *losses) for tokens, *losses in progress.curve)],
        "runs": [*runs, progress.tokens],
        "machines": [*before.get("machines", [_UNTOLD] * len(runs)), machine(plan.processes)],
    }
