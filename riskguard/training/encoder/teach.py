"""Teaching: the pre-trained encoder learns all heads and the tags at once, on texts and their disguised twins."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from riskguard.detectors.encoder.spelling import Speller
from riskguard.text.view import fold_all
from riskguard.training.disguise import twins
from riskguard.training.encoder.lessons import EMOTIONS, Sentence, Subject, lift
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.together import Group, give_memory_back

IGNORED = -100
_POOL = 24
_SMOOTHED = 0.04
_TWINS, _TWIN_WEIGHT, _AGREEMENT = 0.5, 0.6, 0.8
_EMOTION_WEIGHT, _TAG_WEIGHT = 1.5, 1.0
_AVERAGED, _AVERAGE_EVERY = 0.98, 10
_TOLD_EVERY, _KEPT_EVERY = 50, 100


@dataclass(frozen=True, slots=True)
class Course:
    """How to teach. `steps` is the whole course; the rate of a layer is `deeper` times that of the one above it.

    With `more` it goes on from what the last course left, else from pre-training.
    """

    steps: int
    texts: int = 96
    sentences: int = 28
    rate: float = 5e-4
    head_rate: float = 2e-3
    deeper: float = 0.85
    warm: float = 0.06
    seed: int = 7
    more: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts with answers; the last `len(twin_of)` are disguised twins of the texts of these places."""

    texts: list[str]
    answers: Tensor
    weights: Tensor
    twin_of: Tensor


def teach(
    model: RiskEncoderForPosts,
    speller: Speller,
    taught: Sequence[Subject],
    tagged: Sequence[Sentence],
    course: Course,
    group: Group,
    *,
    told: Callable[[int, float, float], None],
    kept: Callable[[Mapping[str, Tensor]], None] = lambda _: None,
) -> RiskEncoderForPosts:
    """Teach in place and give back the model with averaged weights; `told` hears step, loss of heads and of tags.

    `kept` gets the averaged weights now and then, so that a stop loses little.
    """
    optimizer = _optimizer(model, course)
    learner = group.shared(model)
    lifted = torch.from_numpy(lift(taught))
    average = {name: value.detach().clone() for name, value in model.named_parameters()}
    texts = _batches(taught, course, group.rank)
    lines = _tag_batches(tagged, course, group.rank)
    sums = np.zeros(3)
    model.train()
    for step in range(1, course.steps + 1):
        for at in optimizer.param_groups:
            at["lr"] = at["peak"] * _rate_at(step, course)
        batch, (sentences, tags) = next(texts), next(lines)
        with torch.autocast(group.device, torch.bfloat16):
            heads, of_tags = learner(*group.tensors(speller.spell([*batch.texts, *sentences])))
        of_heads = _loss(heads[: len(batch.texts)].float(), batch, lifted)
        tag_loss = functional.cross_entropy(
            of_tags[len(batch.texts) :, : tags.shape[1]].float().flatten(0, 1), tags.flatten(), ignore_index=IGNORED
        )
        (of_heads + _TAG_WEIGHT * tag_loss).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % _AVERAGE_EVERY == 0:
            keep = min(_AVERAGED, step / (step + 10 * _AVERAGE_EVERY))
            for name, value in model.named_parameters():
                average[name].lerp_(value.detach(), 1 - keep)
        sums += float(of_heads.detach()), float(tag_loss.detach()), 1
        if step % _TOLD_EVERY == 0:
            if group.rank == 0:
                told(step, sums[0] / sums[2], sums[1] / sums[2])
            sums[:] = 0
            give_memory_back()
        if step % _KEPT_EVERY == 0 and group.rank == 0:
            kept({**model.state_dict(), **average})
    model.load_state_dict(average, strict=False)
    return model.eval()


def _loss(margins: Tensor, batch: Batch, lifted: Tensor) -> Tensor:
    """Binary cross-entropy per head where a text answers it; the six emotions exclude one another; twins agree."""
    smooth = batch.answers * (1 - _SMOOTHED) + _SMOOTHED / 2
    each = functional.binary_cross_entropy_with_logits(margins, smooth, reduction="none")
    weights = batch.weights * torch.where(batch.answers > 0.5, lifted, 1.0)
    feelings = list(EMOTIONS)
    felt = batch.weights[:, feelings].all(1)
    weights[:, feelings] = 0.0
    loss = (each * weights).sum() / len(margins)
    if felt.any():
        truth = batch.answers[felt][:, feelings].argmax(1)
        loss = loss + _EMOTION_WEIGHT * functional.cross_entropy(
            margins[felt][:, feelings], truth, label_smoothing=_SMOOTHED
        ) * float(felt.float().mean())
    if len(batch.twin_of):
        plain = margins[batch.twin_of].detach().sigmoid()
        disguised = margins[-len(batch.twin_of) :]
        agreed = functional.binary_cross_entropy_with_logits(disguised, plain, reduction="none")
        loss = loss + _AGREEMENT * agreed.sum() / len(margins)
    return loss


def _batches(taught: Sequence[Subject], course: Course, rank: int) -> Iterator[Batch]:
    """Batches of like length without end, each text drawn from a set by its pull, some with a twin.

    All processes take their short and long batches at the same time, since each step waits for the slowest.
    """
    dice, order = np.random.default_rng([course.seed, rank]), np.random.default_rng(course.seed)
    seeds = random.Random(f"{course.seed} {rank}")  # noqa: S311 - training data, no secret
    pulls = np.array([subject.pull for subject in taught])
    orders = [_endless(len(subject.texts), dice) for subject in taught]
    while True:
        drawn = dice.choice(len(taught), course.texts * _POOL, p=pulls / pulls.sum())
        pool = [(subject, next(orders[subject])) for subject in drawn]
        pool.sort(key=lambda one: len(taught[one[0]].texts[one[1]]) + dice.random())
        starts = np.arange(0, len(pool), course.texts)
        for start in order.permutation(starts):
            yield _batch(taught, pool[start : start + course.texts], dice, seeds)


def _batch(
    taught: Sequence[Subject], rows: Sequence[tuple[int, int]], dice: np.random.Generator, seeds: random.Random
) -> Batch:
    texts = [taught[subject].texts[place] for subject, place in rows]
    answers = np.stack([taught[subject].answers[place] for subject, place in rows])
    weights = np.stack([taught[subject].weights[place] for subject, place in rows])
    given = [taught[subject].twins[place] for subject, place in rows]
    twinned = [at for at, twin in enumerate(given) if twin is not None or dice.random() < _TWINS]
    others = [view.folded for view in fold_all(twins([texts[at] for at in twinned], seed=seeds.randrange(1 << 30)))]
    pairs = [(at, given[at] or other) for at, other in zip(twinned, others, strict=True)]
    places = [at for at, _ in pairs]
    return Batch(
        [*texts, *(twin for _, twin in pairs)],
        torch.from_numpy(np.concatenate([answers, answers[places]])),
        torch.from_numpy(np.concatenate([weights, weights[places] * _TWIN_WEIGHT])),
        torch.tensor(places, dtype=torch.long),
    )


def _tag_batches(tagged: Sequence[Sentence], course: Course, rank: int) -> Iterator[tuple[list[str], Tensor]]:
    """Sentences of like length and their tags; the mark of the beginning and padding have none.

    Short ones come with short texts, as the same seed orders both.
    """
    dice, order = np.random.default_rng([course.seed, rank, 1]), np.random.default_rng(course.seed)
    drawn = _endless(len(tagged), dice)
    while True:
        pool = sorted((tagged[next(drawn)] for _ in range(course.sentences * _POOL)), key=lambda s: len(s.text))
        for start in order.permutation(np.arange(0, len(pool), course.sentences)):
            chosen = pool[start : start + course.sentences]
            tags = np.full((len(chosen), 1 + max(len(s.text) for s in chosen)), IGNORED, np.int64)
            for row, sentence in enumerate(chosen):
                tags[row, 1 : 1 + len(sentence.text)] = sentence.tags
            yield [sentence.text for sentence in chosen], torch.from_numpy(tags)


def _endless(size: int, dice: np.random.Generator) -> Iterator[int]:
    while True:
        yield from dice.permutation(size).tolist()


def _rate_at(step: int, course: Course) -> float:
    warm = course.warm * course.steps
    return min(step / warm, (course.steps - step) / (course.steps - warm) + 0.01)


def _optimizer(model: RiskEncoderForPosts, course: Course) -> torch.optim.Optimizer:
    layers = model.encoder.layers
    groups: list[dict[str, object]] = [
        {"params": [*model.heads.parameters(), *model.tags.parameters()], "peak": course.head_rate},
        {"params": list(model.encoder.norm.parameters()), "peak": course.rate},
    ]
    for depth, layer in enumerate(reversed(layers)):
        groups.append({"params": list(layer.parameters()), "peak": course.rate * course.deeper**depth})
    bottom = course.rate * course.deeper ** len(layers)
    groups.append({"params": list(model.encoder.spelling.parameters()), "peak": bottom})
    return torch.optim.AdamW(groups, lr=course.rate, betas=(0.9, 0.98), weight_decay=0.02, fused=True)
