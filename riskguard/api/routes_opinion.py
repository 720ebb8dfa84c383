"""The routes of opinion as readers see them."""

from __future__ import annotations

from riskguard.api import schemas_opinion as shapes
from riskguard.api.route import Parameter, Route
from riskguard.domain.post import Scene
from riskguard.services.opinion.picture import Span

_SPAN = Parameter(
    "span",
    "query",
    "How far to look back: a day in stretches of five minutes, a week by the hour, a month by the day",
    {"enum": [span.value for span in Span], "default": Span.DAY.value},
)
_SCENE = Parameter("scene", "query", "Only posts of this scene", {"enum": [scene.value for scene in Scene]})
_SURGE = Parameter("id", "path", "The id of the surge", {"type": "string"}, required=True)

OPINION_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/v1/opinion",
        "opinion",
        "Opinion",
        "What your community talks about",
        "Volume, distinct accounts, emotions, topics, surges and campaigns. Posts count when they were written, each "
        "revision once, a few seconds after their verdict. No post's words are in it.",
        {200: (shapes.OpinionOut, "The time that was asked for")},
        (400, 401),
        parameters=(_SPAN, _SCENE),
        example="""curl -s "$RISKGUARD/v1/opinion?span=week" -H "Authorization: Bearer $KEY\"""",
    ),
    Route(
        "GET",
        "/v1/opinion/surges/{id}",
        "opinion_surge",
        "Opinion",
        "One surge with its evidence",
        "How many more accounts than usual, how much of it has look-alikes (pushed), which emotion moved, and masked "
        "posts that stand for it. It says nothing of who is behind it.",
        {200: (shapes.SurgeFileOut, "The surge")},
        (401, 404),
        parameters=(_SURGE,),
    ),
    Route(
        "GET",
        "/v1/opinion/sameness",
        "opinion_sameness",
        "Opinion",
        "How much of what is said is the same",
        "Copying and monotony told apart, each against your community's own past; communities cannot be compared.",
        {200: (shapes.SamenessOut, "The newest day, and those before it")},
        (401,),
    ),
    Route(
        "GET",
        "/v1/opinion/health",
        "opinion_health",
        "Opinion",
        "Whether members drift away",
        "Active and returning accounts, second posts, and the mood of the last posts of those who left. Readers who "
        "never write are not seen, and nothing here is a cause.",
        {200: (shapes.HealthIndexOut, "The newest day, and those before it")},
        (401,),
    ),
)
