"""Redaction: texts with their personal information taken out, for platforms that want only this. Nothing is kept."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from flask import Blueprint, Response
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from riskguard.api.bodies import checked, parsed_json
from riskguard.api.door import Door, answer, sent_body
from riskguard.api.schemas import MAX_BATCH, NoNul, SpanOut, Strict
from riskguard.bootstrap import personal_panel
from riskguard.domain.errors import TooLarge
from riskguard.domain.operator import Operator
from riskguard.domain.post import Scene
from riskguard.services.redaction import Wish, check_labels, redact_texts
from riskguard.services.wire import rendered_redaction

Text = Annotated[str, Field(min_length=1), NoNul]


class RedactIn(Strict):
    """One text or several, and how each label is treated; what is not said is as the community's policy says."""

    text: Annotated[Text | None, Field(description="One text", examples=["我手机号16400001234"])] = None
    texts: Annotated[list[Text] | None, Field(min_length=1, max_length=MAX_BATCH, description="Several")] = None
    operators: Annotated[
        dict[str, Annotated[Operator, Field(strict=False)]],
        Field(
            default_factory=dict,
            description="keep, mask (164****1234), encrypt (a token that `riskguard admin reveal` opens), hash (keyed, "
            "the same for the same number), replace (<手机号>) or redact (nothing) by label; `pii` is for all without "
            "an entry of their own. Where places overlap, the strictest holds",
            examples=[{"pii": "replace", "pii.email": "keep"}],
        ),
    ]
    labels: Annotated[
        list[str] | None,
        Field(
            min_length=1,
            description="Treat these only; without, all of personal information but names, codes of organisations, "
            "health and whereabouts, which are treated where a label or an operator names them; `pii` names all",
            examples=[["pii.mobile", "pii.id_card"]],
        ),
    ] = None

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if (self.text is None) == (self.texts is None):
            raise PydanticCustomError("texts", "needs either 'text' or 'texts'")
        return self

    @property
    def all(self) -> list[str]:
        """The texts, one or several."""
        return [self.text] if self.text is not None else list(self.texts or ())


class RedactedPlace(BaseModel):
    """Where it stands in the redacted text: code points, end exclusive; nothing is left where both are the same."""

    start: int
    end: int


class RedactedSpan(SpanOut):
    """Where in the text that was sent, and what became of it."""

    redacted: RedactedPlace


class RedactedFinding(BaseModel):
    """Personal information that was found, and by what it was treated. Without spans it is the whole text."""

    label: str
    score: Annotated[float, Field(ge=0, le=1)]
    detector: str
    operator: Literal["keep", "mask", "encrypt", "hash", "replace", "redact"]
    spans: list[RedactedSpan]
    facts: Annotated[
        dict[str, str | int | float | bool],
        Field(description="As in findings of verdicts: `risk`, `pipl_sensitive`, `basis`, `whose`"),
    ] = {}


class RedactedOut(BaseModel):
    """One text."""

    text: str
    findings: list[RedactedFinding]


class RedactOut(BaseModel):
    """The texts in the order in which they were sent, and the version of every detector that read them."""

    results: list[RedactedOut]
    models: Annotated[dict[str, str], Field(examples=[{"pii": "1f0c2b9a7d3e"}])]


def blueprint(door: Door) -> Blueprint:
    """POST /v1/redact."""
    routes = Blueprint("redaction", __name__)
    panel = personal_panel(door.house.settings, models=False)

    @routes.post("/v1/redact")
    def redact() -> Response:
        house, community = door.house, door.community()
        asked = checked(RedactIn, parsed_json(sent_body()))
        _refuse_long(asked, limit=house.settings.max_text_chars)
        policy = house.policies.policy_for(community, Scene.POST)
        check_labels(asked.operators, policy=policy, field="/operators")
        check_labels(asked.labels or (), policy=policy, field="/labels")
        door.count(community, len(asked.all))
        wish = Wish(asked.operators, frozenset(asked.labels) if asked.labels is not None else None)
        outcomes = redact_texts(asked.all, wish, panel=panel, policy=policy, keys=house.keys, at=house.clock())
        return answer({"results": [rendered_redaction(each) for each in outcomes], "models": dict(outcomes[0].models)})

    return routes


def _refuse_long(asked: RedactIn, *, limit: int) -> None:
    for number, text in enumerate(asked.all):
        if len(text) > limit:
            raise TooLarge(
                f"the text has {len(text)} characters, the limit is {limit}",
                field="/text" if asked.text is not None else f"/texts/{number}",
                hint="split it, or raise RISKGUARD_MAX_TEXT_CHARS",
            )
