"""Teach the pre-trained encoder, fit its scores together with the linear model's, and write what serves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from riskguard.detectors.encoder.engine import GRAPH, Engine, OnnxRuntime
from riskguard.detectors.encoder.model import CONFIG, SERVING, text_margins
from riskguard.detectors.encoder.spelling import Speller
from riskguard.detectors.linear.model import LinearModel, load_model
from riskguard.detectors.linear.table import Voiced
from riskguard.domain.errors import InvalidInput, ModelInvalid, NotReady
from riskguard.evaluation.calibration import Fused, Said, fused
from riskguard.evaluation.examples import POSTS, Library, mix
from riskguard.evaluation.held import taught_name, unseen
from riskguard.evaluation.labelled import SOURCES, Split
from riskguard.evaluation.metrics import Floats
from riskguard.evaluation.recipe import RECIPES
from riskguard.text.restoring import Restorer, load_restorer
from riskguard.training.encoder.export import save_encoder, save_serving
from riskguard.training.encoder.feelings import with_feelings
from riskguard.training.encoder.heard import Heard
from riskguard.training.encoder.intents import FOLDS, OF_A_FOLD, WHOLE, ToldOfCourse, with_intents
from riskguard.training.encoder.layer import columns_of, with_columns
from riskguard.training.encoder.lessons import ENTITIES, HEADS, TAGS, sentences, subjects, unlabelled
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.offers import with_offers
from riskguard.training.encoder.preparation import FOLDED, shape, size_of, spell_as
from riskguard.training.encoder.pretrain import CHECKPOINT, LOG
from riskguard.training.encoder.refit import REFITTED, refitted
from riskguard.training.encoder.retag import retagged
from riskguard.training.encoder.teach import Course, teach
from riskguard.training.encoder.together import Group, together
from riskguard.training.invented import INVENTED, invented
from riskguard.training.truths import for_encoder, lessons

TAUGHT, EARLIER = "taught.pt", "courses.json"
TOLERANCE = 0.05
STORY = ("trained_on", "tagged_on", "permissive_heads", "pretraining", "courses", "teacher", "intents", "made_on")
"""What serving.json tells of how an encoder was made."""

_PROBE = 48

Told = Callable[[int, float, float], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where things lie: labelled `data`, our own suites in `cases`, the `work` folder of pre-training, the models that
    serve beside, and `out`."""

    data: Path
    cases: Path
    work: Path
    linear: Path
    restorer: Path
    out: Path


def teach_encoder(
    data: Path, work: Path, course: Course, *, processes: int, told: Told, teacher: Path | None = None
) -> None:
    """Teach the encoder that the work folder holds; NotReady when there is none.

    `teacher` is the work folder of a larger one that was taught before: then posts of the corpus are read too.
    """
    needed, hint = (TAUGHT, "leave out --more") if course.more else (CHECKPOINT, "run `riskguard pretrain` first")
    if not (work / needed).is_file():
        raise NotReady(f"no {needed} in {work}", hint=hint)
    if teacher and not (teacher / TAUGHT).is_file():
        raise NotReady(f"no {TAUGHT} in {teacher}", hint="run `riskguard train teacher` first")
    together(_teach, work, processes, data, work, course, teacher, told=told)


def take_up(trained: Path, work: Path) -> None:
    """Lay into `work` what a further course goes on from: vocabulary, weights and story of the encoder in `trained`.

    ModelInvalid if it is none. What was fitted on dev after its course is left behind: the columns beside the heads,
    and the REFITTED head, which the course learns from nothing; offers and emotions are again what they were taught.
    """
    spell_as(trained, work)
    model = RiskEncoderForPosts.from_pretrained(trained, dtype=torch.float32)
    columns = columns_of(model)
    heads = {head: columns.get(taught_name(head), columns[head]) for head in HEADS}
    weight, bias = heads[REFITTED]
    heads[REFITTED] = torch.zeros_like(weight), torch.zeros_like(bias)
    weights = with_columns(model, heads).state_dict()
    torch.save(weights, work / TAUGHT)
    told = json.loads((trained / SERVING).read_text(encoding="utf-8"))
    earlier = {name: told[name] for name in ("courses", "teacher", "intents") if name in told}
    for name, story in ((LOG, told["pretraining"]), (EARLIER, earlier)):
        (work / name).write_text(json.dumps(story) + "\n", encoding="utf-8")


def write_encoder(places: Places, course: Course, *, told: Callable[[str], None], teacher: Path | None = None) -> None:
    """Write the taught encoder to `places.out` with calibrated scores: graphs, weights, vocabulary, serving.json."""
    speller = Speller.load(places.work)
    model = _taught(places.work, speller)
    told("fitting the tags on train")
    model = retagged(model, speller, places.data)
    dev = Library(places.data, Split.DEV)
    told(f"fitting '{REFITTED}' on dev")
    model = refitted(model, speller, dev)
    told("fitting offers on our sentences and dev")
    restorer, _ = load_restorer(places.restorer)
    model = with_offers(model, Heard.by(model, speller, restorer, lessons(places.data, places.cases)))
    told("fitting emotions on dev")
    model = with_feelings(model, speller, restorer, dev)
    told("writing the graphs")
    save_encoder(model, speller, places.out)
    told("calibrating on dev")
    _save_calibrated(places, speller, dev, _probe_texts(), _about(places, course, teacher))


def teach_intents(begun: Path, places: Places, *, processes: int, seed: int, told: ToldOfCourse) -> None:
    """Write the encoder in `begun` to `places.out` when it has learnt what texts intend, with emotions fitted on by dev
    and scores calibrated anew; courses leave their weights in `places.work`, and are not given again where these are.

    ModelInvalid if `begun` holds no encoder; InvalidInput if it has learnt intents: nothing could be told of texts that
    it has not seen.
    """
    probe, story = _story_of_trained(begun)
    if "intents" in story:
        raise InvalidInput(
            f"the encoder in {begun} has learnt intents already",
            hint="begin from one that has not: an earlier commit holds it, or run `riskguard train encoder`",
        )
    restorer, _ = load_restorer(places.restorer)
    taught = for_encoder(places.data, places.cases, seed=seed)
    learnt = with_intents(
        begun,
        restorer,
        taught,
        data=places.data,
        work=places.work,
        processes=processes,
        told=told,
        whole=replace(WHOLE, seed=seed),
        part=replace(OF_A_FOLD, seed=seed),
    )
    speller, dev = Speller.load(begun), Library(places.data, Split.DEV)
    save_encoder(with_feelings(learnt.model, speller, restorer, dev), speller, places.out)
    learnt.crosswise.save(places.out)
    story |= {"intents": {"texts": len(taught), "folds": FOLDS}}
    _save_calibrated(places, speller, dev, probe, story)


def calibrate_encoder(trained: Path, places: Places, *, told: Callable[[str], None]) -> None:
    """Write the encoder in `trained` to `places.out` with its scores calibrated anew; all else stays as it is.

    For a linear model or a restorer that was made again. ModelInvalid if `trained` holds no encoder.
    """
    probe, story = _story_of_trained(trained)
    shutil.copytree(trained, places.out, dirs_exist_ok=True)
    told("calibrating on dev")
    _save_calibrated(places, Speller.load(places.out), Library(places.data, Split.DEV), probe, story)


def _story_of_trained(folder: Path) -> tuple[list[str], dict[str, Any]]:
    """The texts that engines are compared on, and how the encoder was made."""
    try:
        facts = json.loads((folder / SERVING).read_text(encoding="utf-8"))
        return facts["probe"]["texts"], {name: value for name, value in facts.items() if name in STORY}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelInvalid(f"{folder / SERVING} tells of no encoder: {error!r}") from error


def _save_calibrated(
    places: Places, speller: Speller, dev: Library, probe: Sequence[str], about: Mapping[str, object]
) -> None:
    engine = OnnxRuntime(places.out / GRAPH, name="reference")
    linear, config = load_model(places.linear)
    restorer, digest = load_restorer(places.restorer)
    columns = json.loads((places.out / CONFIG).read_text(encoding="utf-8"))["heads"]
    fitted = _calibrated(engine, speller, linear, restorer, dev, columns)
    save_serving(
        places.out,
        {head: numbers.told() for head, numbers in fitted.items()},
        (probe, text_margins(engine, speller, probe, len(HEADS)).astype(np.float64)),
        tolerance=TOLERANCE,
        fitted_with={"linear_sha256": str(config["sha256"]), "restorer_sha256": digest},
        about=about,
    )


def _teach(group: Group, data: Path, work: Path, course: Course, teacher: Path | None, told: Told) -> None:
    speller = Speller.load(work)
    library = Library(data, Split.TRAIN)
    library.put(INVENTED, invented(seed=course.seed))
    torch.manual_seed(course.seed)
    model = _taught(work, speller) if course.more else _pretrained(work, speller)
    larger = _taught(teacher, speller).eval() if teacher else None
    for each in (model, larger):
        if each is not None:
            nn.Module.to(each, group.device)
    taught = subjects(library) + ([unlabelled(work / FOLDED, seed=course.seed)] if teacher else [])

    def kept(weights: Mapping[str, torch.Tensor]) -> None:
        torch.save(dict(weights), work / TAUGHT)

    tagged = sentences(data, Split.TRAIN)
    teach(model, speller, taught, tagged, course, group, told=told, kept=kept, teacher=larger)
    if group.rank == 0:
        kept(model.state_dict())


def _taught(work: Path, speller: Speller) -> RiskEncoderForPosts:
    weights = torch.load(work / TAUGHT, weights_only=True, map_location="cpu")
    model = _blank(speller, weights)
    model.load_state_dict(weights)
    return model


def _pretrained(work: Path, speller: Speller) -> RiskEncoderForPosts:
    weights = torch.load(work / CHECKPOINT, weights_only=True, map_location="cpu")["pupil"]
    model = _blank(speller, weights)
    prefix = "encoder."
    body = {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
    model.encoder.load_state_dict(body)
    return model


def _blank(speller: Speller, weights: Mapping[str, torch.Tensor]) -> RiskEncoderForPosts:
    return RiskEncoderForPosts(shape(speller, size=size_of(weights), heads=HEADS, tags=TAGS))


def _calibrated(
    engine: Engine, speller: Speller, linear: LinearModel, restorer: Restorer, dev: Library, columns: Sequence[str]
) -> dict[str, Fused]:
    """Per head the slopes and the shift, fitted on its dev mix as both models are served it."""
    told: dict[tuple[str, int], tuple[Floats, Voiced]] = {}
    found = {}
    for column, head in enumerate(HEADS):
        picked, weights = mix(RECIPES[head], dev)
        said = []
        for rows in picked:
            key = (rows.source, rows.cuts)
            if key not in told:
                texts = dev.get(*key).texts
                read = restorer.read(texts)
                own = text_margins(engine, speller, read, len(columns)).astype(np.float64)
                told[key] = unseen(own, columns, texts), linear.voiced(read)
            own, voiced = told[key]
            each = (own[:, column], voiced, linear.heads.index(head)) if head in linear.heads else (own[:, column],)
            said.append(Said.by(*each).rows(rows.index))
        truth = np.concatenate([rows.truth for rows in picked])
        found[head] = fused(Said(*map(np.concatenate, zip(*said, strict=True))), truth, weights)
    return found


def _story_of(teacher: Path) -> dict[str, object]:
    size = size_of(torch.load(teacher / TAUGHT, weights_only=True, map_location="cpu"))
    return {**size._asdict(), "pretraining": json.loads((teacher / LOG).read_text(encoding="utf-8"))}


def _probe_texts() -> list[str]:
    """Posts of our own, long and short, on which engines are compared with the trained model at start."""
    texts = sorted(Library(Path(), Split.DEV).get(POSTS).texts, key=len)
    return texts[:: max(1, len(texts) // _PROBE)][:_PROBE]


def _about(places: Places, course: Course, teacher: Path | None) -> dict[str, object]:
    used = {
        head: sorted({part.source for part in RECIPES[head].parts if part.train or (head == REFITTED and part.share)})
        for head in HEADS
    }
    before = places.work / EARLIER
    earlier = json.loads(before.read_text(encoding="utf-8")) if course.more and before.is_file() else {}
    return {
        "trained_on": used,
        "tagged_on": sorted((*ENTITIES, "address_parts")),
        "permissive_heads": [head for head, names in used.items() if all(SOURCES[name].permissive for name in names)],
        "pretraining": json.loads((places.work / LOG).read_text(encoding="utf-8")),
        **earlier,
        "courses": [*earlier.get("courses", ()), asdict(course)],
        **({"teacher": _story_of(teacher)} if teacher else {}),
        "made_on": datetime.now(UTC).date().isoformat(),
    }
