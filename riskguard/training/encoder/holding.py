"""A course that teaches the encoder what texts intend and holds all else that it says (Li and Hoiem, 2016).

Columns on what the encoder saw before tell an intent poorly: what tells an offer from a warning is not in what heads
were taught. So the whole body learns it. Of every text that it reads, and of others of train and of disguised twins,
it must go on to say in all other columns and tags what it said before: the encoder that began is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.finding import INTENTS
from riskguard.evaluation.examples import Library
from riskguard.evaluation.labelled import Split
from riskguard.training.encoder.batches import Lesson, Lessons
from riskguard.training.encoder.feed import fed
from riskguard.training.encoder.lessons import EMOTIONS, Subject, sentences, subjects
from riskguard.training.encoder.model import Answered, RiskEncoderForPosts
from riskguard.training.encoder.teach import Average, Pace, far_from, optimizer_of, said_of
from riskguard.training.encoder.together import Group, give_memory_back
from riskguard.training.invented import INVENTED, invented

_INTENDED = "intended"
_SMOOTHED = 0.04
_HELD_WEIGHTS = (1.0, 3.0, 2.0)
"""Of what was said before: of columns, of emotions, and of tags."""

_TOLD_EVERY = 25


@dataclass(frozen=True, slots=True)
class Plan(Pace):
    """How to teach: `rounds` over the texts, which are `share` of all that a step reads. Where they are all, nothing is
    held. `twins` is the share of texts that are read disguised, too; see `Pace` for the rates."""

    rounds: float
    share: float
    texts: int = 72
    sentences: int = 8
    twins: float = 0.1
    rate: float = field(default=2.5e-4, kw_only=True)
    head_rate: float = field(default=8e-4, kw_only=True)
    deeper: float = field(default=0.95, kw_only=True)
    decay: float = field(default=0.01, kw_only=True)

    @property
    def holds(self) -> bool:
        """Whether all else is to be said as before."""
        return self.share < 1

    def steps(self, texts: int, processes: int) -> int:
        """Of so many processes over so many texts."""
        return round(self.rounds * texts / (self.texts * self.share * processes))


class Intended(NamedTuple):
    """Texts as the encoder reads them, what they intend (texts, INTENTS), and what each weighs (texts,)."""

    texts: Sequence[str]
    truth: NDArray[np.float32]
    weight: NDArray[np.float32]

    def part(self, places: NDArray[np.int64]) -> Intended:
        """Those at these places."""
        return Intended([self.texts[at] for at in places], self.truth[places], self.weight[places])


def course(
    group: Group, begun: Path, out: Path, intended: Intended, data: Path, plan: Plan, told: Callable[[int, int], None]
) -> None:
    """Teach the encoder in the folder `begun` and leave its weights in the file `out`; `told` hears step and steps."""
    speller = Speller.load(begun)
    before, learner = (RiskEncoderForPosts.from_pretrained(begun, dtype=torch.float32) for _ in range(2))
    for each in (before, learner):
        nn.Module.to(each, group.device)
    before.eval()
    learner.train()
    torch.manual_seed(plan.seed + group.rank)
    drawn, steps = _lessons(speller, intended, data, plan), plan.steps(len(intended.texts), group.size)
    columns = _Columns.of(learner.config.heads)
    fast, slow = (learner.heads,), (learner.encoder.norm, learner.tags)
    optimizer = optimizer_of(learner, plan, fast, slow)
    average, shared, lessons = Average.of(learner), group.shared(learner), fed(drawn.drawn, group)
    for step in range(1, steps + 1):
        for at in optimizer.param_groups:
            at["lr"] = at["peak"] * plan.at(step, steps)
        lesson = Lesson(*group.tensors(*next(lessons)))
        with group.shortened():
            said = shared(lesson.chars, lesson.sounds, lesson.words)
            wanted = said_of(before, lesson) if plan.holds else None
        _loss(Answered(*(part.float() for part in said)), wanted, lesson, columns).backward()
        nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        average.after(step, learner)
        if step % _TOLD_EVERY == 0 or step == steps:
            told(step, steps)
            give_memory_back()
    if group.rank == 0:
        torch.save({**learner.state_dict(), **average.weights}, out)


class _Columns(NamedTuple):
    """Places of the intents, and of what is held beside the emotions."""

    intents: list[int]
    others: list[int]

    @classmethod
    def of(cls, names: Sequence[str]) -> _Columns:
        intents = [names.index(intent) for intent in INTENTS]
        return cls(intents, [at for at in range(len(names)) if at not in {*intents, *EMOTIONS}])


def _loss(said: Answered, wanted: Answered | None, lesson: Lesson, columns: _Columns) -> Tensor:
    margins = said.margins[: len(lesson.answers), columns.intents]
    smooth = lesson.answers * (1 - _SMOOTHED) + _SMOOTHED / 2
    each = functional.binary_cross_entropy_with_logits(margins, smooth, reduction="none")
    of_intents = (each * lesson.weights).sum() / len(margins)
    if wanted is None:
        return of_intents + 0.0 * said.tags.sum()  # processes wait for each other's gradients of every weight
    return of_intents + sum(far_from(wanted, said, lesson, columns.others, _HELD_WEIGHTS))


def _lessons(speller: Speller, intended: Intended, data: Path, plan: Plan) -> Lessons:
    """The texts with their intents, among all sets of train, of which nothing is asked but what was said before."""
    weights = np.repeat((intended.weight / intended.weight.mean())[:, None], len(INTENTS), axis=1)
    asked = Subject(_INTENDED, list(intended.texts), [None] * len(intended.texts), intended.truth, weights)
    if not plan.holds:
        return Lessons(speller, [asked], [], plan.texts, 0, plan.seed, twins=plan.twins)
    library = Library(data, Split.TRAIN)
    library.put(INVENTED, invented(seed=plan.seed))
    held = [_unanswered(subject) for subject in subjects(library)]
    emphasis = plan.share / (1 - plan.share) * sum(subject.pull for subject in held) / asked.pull
    tagged = sentences(data, Split.TRAIN)
    return Lessons(
        speller,
        [asked, *held],
        tagged,
        plan.texts,
        plan.sentences,
        plan.seed,
        emphasis={_INTENDED: emphasis},
        twins=plan.twins,
    )


def _unanswered(subject: Subject) -> Subject:
    nothing = np.zeros((len(subject.texts), len(INTENTS)), np.float32)
    return replace(subject, answers=nothing, weights=nothing)
