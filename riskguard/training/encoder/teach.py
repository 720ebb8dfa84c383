"""Teaching: the pre-trained encoder learns all heads and the tags at once, on texts and their disguised twins.

With a larger encoder as teacher it also learns what that one says of every text, labelled or not (distillation, Hinton
et al., 2015); of a disguised twin it learns what the teacher says of the plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from riskguard.detectors.encoder.spelling import PAD, Speller
from riskguard.training.encoder.batches import IGNORED, Lesson, Lessons
from riskguard.training.encoder.feed import fed
from riskguard.training.encoder.lessons import EMOTIONS, HEADS, Sentence, Subject, lift
from riskguard.training.encoder.model import Answered, RiskEncoderForPosts
from riskguard.training.encoder.together import Group, give_memory_back

_SMOOTHED = 0.04
_AGREEMENT = 1.5
_EMOTION_WEIGHT, _TAG_WEIGHT = 1.5, 1.0
_SOFT = 2.0
"""By how much the teacher's margins are divided, so that its doubts are heard."""

_SAID_WEIGHTS = (2.0, 1.5, 2.0)
"""Of what the teacher says: of heads, of emotions, and of tags."""

_AVERAGED, _AVERAGE_EVERY = 0.98, 10
_TOLD_EVERY, _KEPT_EVERY = 50, 100
_OTHER_HEADS = [place for place in range(len(HEADS)) if place not in EMOTIONS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast weights move: the rate of a layer is `deeper` times that of the one above it; all rates rise for the
    share `warm` of the steps."""

    rate: float = 5e-4
    head_rate: float = 2e-3
    deeper: float = 0.85
    warm: float = 0.06
    decay: float = 0.02
    seed: int = 7

    def at(self, step: int, steps: int) -> float:
        """Of the highest rate: it rises at first, and falls until the last step."""
        rising = self.warm * steps
        return min(step / rising, (steps - step) / (steps - rising) + 0.01)


@dataclass(frozen=True, slots=True)
class Course(Pace):
    """How to teach. `steps` is the whole course.

    With `more` it goes on from what the last course left, else from pre-training.
    """

    steps: int
    texts: int = 96
    sentences: int = 28
    more: bool = False

    @classmethod
    def suited(cls, steps: int, *, seed: int, more: bool, on_gpu: bool, large: bool = False) -> Self:
        """For a device, and for the large encoder and one that was taught before, whose layers must move less."""
        course = cls(steps, seed=seed, more=more)
        if large:
            course = replace(course, rate=2e-4, head_rate=1e-3, deeper=0.9)
        elif on_gpu:
            course = replace(course, rate=8e-4, deeper=0.9)
        elif more:
            course = replace(course, rate=2e-4, head_rate=8e-4, deeper=0.9)
        if on_gpu:
            course = replace(course, texts=512, sentences=128) if large else replace(course, texts=1024, sentences=256)
        return course


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
    teacher: RiskEncoderForPosts | None = None,
) -> RiskEncoderForPosts:
    """Teach in place and give back the model with averaged weights; `told` hears step, loss of heads and of tags.

    `kept` gets the averaged weights now and then, so that a stop loses little.
    """
    fast, slow = (model.heads, model.tags), (model.encoder.norm,)
    optimizer = optimizer_of(model, course, fast, slow)
    learner = group.shared(model)
    lifted = torch.from_numpy(lift(taught)).to(group.device)
    average = Average.of(model)
    drawn = Lessons(speller, taught, tagged, course.texts, course.sentences, course.seed).drawn
    lessons = fed(drawn, group)
    sums = torch.zeros(2, device=group.device)
    model.train()
    for step in range(1, course.steps + 1):
        for at in optimizer.param_groups:
            at["lr"] = at["peak"] * course.at(step, course.steps)
        lesson = Lesson(*group.tensors(*next(lessons)))
        with group.shortened():
            told_by_learner = learner(lesson.chars, lesson.sounds, lesson.words)
            said = said_of(teacher, lesson) if teacher else None
        of_heads, of_tags = _losses(Answered(*(part.float() for part in told_by_learner)), lesson, lifted, said)
        (of_heads + of_tags).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        average.after(step, model)
        sums += torch.stack([of_heads.detach(), of_tags.detach()])
        if step % _TOLD_EVERY == 0:
            if group.rank == 0:
                told(step, *(sums / _TOLD_EVERY).tolist())
            sums.zero_()
            give_memory_back()
        if step % _KEPT_EVERY == 0 and group.rank == 0:
            kept({**model.state_dict(), **average.weights})
    model.load_state_dict(average.weights, strict=False)
    return model.eval()


def said_of(teacher: RiskEncoderForPosts, lesson: Lesson) -> Answered:
    """What the teacher says of the texts and of the sentences, which follow them."""
    with torch.no_grad():
        said: Answered = teacher(*(_plain_rows(part, lesson) for part in (lesson.chars, lesson.sounds, lesson.words)))
    return Answered(said.margins.float(), said.tags.float())


def _plain_rows(rows: Tensor, lesson: Lesson) -> Tensor:
    """Those of the texts and of the sentences, without the twins between them."""
    answered = len(lesson.answers)
    return torch.cat([rows[: answered - len(lesson.twin_of)], rows[answered:]])


def _losses(told: Answered, lesson: Lesson, lifted: Tensor, said: Answered | None) -> tuple[Tensor, Tensor]:
    """Of the heads and of the tags."""
    answered = len(lesson.answers)
    margins = told.margins[:answered]
    of_heads = _of_answers(margins, lesson, lifted)
    of_tags = _TAG_WEIGHT * functional.cross_entropy(
        told.tags[answered:].flatten(0, 1), lesson.tags.flatten(), ignore_index=IGNORED
    )
    if said is None:
        return of_heads + _AGREEMENT * _disagreement(margins, lesson.twin_of), of_tags
    of_said_heads, of_said_tags = far_from(said, told, lesson, _OTHER_HEADS, _SAID_WEIGHTS)
    return of_heads + of_said_heads, of_tags + of_said_tags


def _of_answers(margins: Tensor, lesson: Lesson, lifted: Tensor) -> Tensor:
    """Binary cross-entropy per head where a text answers it; the six emotions exclude one another."""
    smooth = lesson.answers * (1 - _SMOOTHED) + _SMOOTHED / 2
    each = functional.binary_cross_entropy_with_logits(margins, smooth, reduction="none")
    weights = lesson.weights * torch.where(lesson.answers > 0.5, lifted, 1.0)
    feelings = list(EMOTIONS)
    felt = lesson.weights[:, feelings].all(1)
    others = (each * weights)[:, _OTHER_HEADS].sum()
    truth = lesson.answers[:, feelings].argmax(1)
    of_feelings = functional.cross_entropy(margins[:, feelings], truth, label_smoothing=_SMOOTHED, reduction="none")
    return (others + _EMOTION_WEIGHT * (of_feelings * felt).sum()) / len(margins)


def _disagreement(margins: Tensor, twin_of: Tensor) -> Tensor:
    """Twins must be told like their texts."""
    plain = margins[twin_of].detach().sigmoid()
    disguised = margins[len(margins) - len(twin_of) :]
    return functional.binary_cross_entropy_with_logits(disguised, plain, reduction="sum") / len(margins)


def far_from(
    said: Answered, told: Answered, lesson: Lesson, others: Sequence[int], weights: tuple[float, float, float]
) -> tuple[Tensor, Tensor]:
    """How far a learner is from what was said of the plain texts: in these columns and in emotions, and in tags; each
    of the three by its weight."""
    answered = len(lesson.answers)
    margins, texts = told.margins[:answered], answered - len(lesson.twin_of)
    wanted = torch.cat([said.margins[:texts], said.margins[lesson.twin_of]])
    of_columns = functional.binary_cross_entropy_with_logits(
        margins[:, others] / _SOFT, (wanted[:, others] / _SOFT).sigmoid(), reduction="sum"
    ) / len(margins)
    feelings = list(EMOTIONS)
    of_feelings = functional.cross_entropy(margins[:, feelings] / _SOFT, (wanted[:, feelings] / _SOFT).softmax(1))
    each = -(said.tags.softmax(2) * _plain_rows(told.tags, lesson).log_softmax(2)).sum(2)
    real = _plain_rows(lesson.chars, lesson) != PAD
    of_tags = (each * real).sum() / real.sum()
    return weights[0] * of_columns + weights[1] * of_feelings, weights[2] * of_tags


def optimizer_of(
    model: RiskEncoderForPosts, pace: Pace, fast: Sequence[nn.Module], slow: Sequence[nn.Module]
) -> torch.optim.Optimizer:
    """What stands above the layers learns by `head_rate` or, if `slow`, by `rate`. The highest rates are the 'peak' of
    each group of parameters."""
    groups: list[dict[str, object]] = [
        {"params": [each for module in modules for each in module.parameters()], "peak": peak}
        for modules, peak in ((fast, pace.head_rate), (slow, pace.rate))
    ]
    for depth, layer in enumerate([*reversed(model.encoder.layers), model.encoder.spelling]):
        groups.append({"params": list(layer.parameters()), "peak": pace.rate * pace.deeper**depth})
    return torch.optim.AdamW(groups, lr=pace.rate, betas=(0.9, 0.98), weight_decay=pace.decay, fused=True)


@dataclass(frozen=True, slots=True)
class Average:
    """The running mean of a model's weights, which jumps less than the weights of any step."""

    weights: Mapping[str, Tensor]

    @classmethod
    def of(cls, model: nn.Module) -> Self:
        """As they are now."""
        return cls({name: value.detach().clone() for name, value in model.named_parameters()})

    def after(self, step: int, model: nn.Module) -> None:
        """Take in the weights after this step, if it is one of those that count."""
        if step % _AVERAGE_EVERY == 0:
            keep = min(_AVERAGED, step / (step + 10 * _AVERAGE_EVERY))
            for name, value in model.named_parameters():
                self.weights[name].lerp_(value.detach(), 1 - keep)
