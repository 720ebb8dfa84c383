"""The table of routes as readers see it: what OpenAPI and the docs page are made of."""

from __future__ import annotations

from riskguard.api import alert_schemas, campaign_schemas, redaction, schemas
from riskguard.api.route import Parameter, Route
from riskguard.api.routes_opinion import OPINION_ROUTES

_TEXT: dict[str, object] = {"type": "string"}
_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "A name of your choice for this request. Sent again with the same body, it is answered with the first answer "
    "(`Idempotency-Replayed: true`); with another body, 422.",
    {"type": "string", "minLength": 1, "maxLength": 255},
)
_PREFER = Parameter(
    "Prefer",
    "header",
    "`wait=N` holds the request open for up to N seconds (at most RISKGUARD_MAX_WAIT_S) and answers 200 with the "
    "verdict if it comes in time, else 202.",
    {"type": "string", "examples": ["wait=2"]},
)
_POST = Parameter("id", "path", "Our id, or the post_id that it was sent with", _TEXT, required=True)
_AUTHOR = Parameter("id", "path", "The author.id that the posts were sent with", _TEXT, required=True)
_ALERT = Parameter("id", "path", "The id of the alert", _TEXT, required=True)
_CASE = Parameter("id", "path", "The id of the case", _TEXT, required=True)
_CAMPAIGN = Parameter("id", "path", "The id of the campaign, as `verdict.campaign` tells it", _TEXT, required=True)

ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/v1/posts",
        "send_post",
        "Posts",
        "Send one post",
        "The post is committed to the database before you get an answer. The same post_id with the same title and "
        "text is answered with the first result (200 once it is judged); with others it is a new revision.",
        {
            202: (schemas.Received, "Accepted; the verdict comes by webhook or can be asked for"),
            200: (schemas.PostOut, "Judged already, or within the time of `Prefer: wait`"),
        },
        (400, 401, 413, 415, 422, 429, 503),
        takes=schemas.PostIn,
        parameters=(_PREFER, _KEY),
        example="""curl -s "$RISKGUARD/v1/posts" -H "Authorization: Bearer $KEY" -H 'Prefer: wait=2' \\
  --json '{"post_id": "p-77", "text": "加微信领红包", "author": {"id": "u-1024", "trust": 1}, "scene": "comment"}'""",
    ),
    Route(
        "POST",
        "/v1/posts/batch",
        "send_batch",
        "Posts",
        "Send up to 1,000 posts",
        "A JSON array, or one post a line as `application/x-ndjson`. Results come in the order of the posts; a bad one "
        "(even a line that is no JSON) is refused alone. Batches wait behind single posts.",
        {202: (schemas.BatchOut, "A result per post, in order")},
        (400, 401, 413, 415, 422, 429, 503),
        takes=schemas.PostIn,
        many=True,
        parameters=(_KEY,),
        example="""curl -s "$RISKGUARD/v1/posts/batch" -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/x-ndjson' --data-binary @posts.jsonl""",
    ),
    Route(
        "GET",
        "/v1/posts/{id}",
        "get_post",
        "Posts",
        "What became of a post",
        "Status, verdict and decision of the newest revision (or of the one that our id names).",
        {200: (schemas.PostOut, "The post as it stands")},
        (401, 404),
        parameters=(
            _POST,
            Parameter("all_scores", "query", "Also scores under 0.05, as far as they were kept", {"type": "boolean"}),
        ),
        example="""curl -s "$RISKGUARD/v1/posts/p-77" -H "Authorization: Bearer $KEY\"""",
    ),
    Route(
        "POST",
        "/v1/posts/{id}/reports",
        "report_post",
        "Posts",
        "A member reports a post",
        "Opens the case of the post, or joins it and makes it more urgent. The same member counts once.",
        {201: (schemas.HeardOut, "The case that carries the report")},
        (400, 401, 404, 409, 413, 415, 429),
        takes=schemas.GrievanceIn,
        parameters=(_POST,),
        example="""curl -s "$RISKGUARD/v1/posts/p-77/reports" -H "Authorization: Bearer $KEY" \\
  --json '{"by": "u-2048", "reason": "冒充客服"}'""",
    ),
    Route(
        "POST",
        "/v1/posts/{id}/appeals",
        "appeal_post",
        "Posts",
        "The author appeals",
        "Opens the case again; `by` is the author of the post. The next ruling is sent as `appeal.ruled`.",
        {201: (schemas.HeardOut, "The case that carries the appeal")},
        (400, 401, 403, 404, 409, 413, 415, 429),
        takes=schemas.GrievanceIn,
        parameters=(_POST,),
        example="""curl -s "$RISKGUARD/v1/posts/p-77/appeals" -H "Authorization: Bearer $KEY" \\
  --json '{"by": "u-1024", "reason": "这是活动通知, 不是广告"}'""",
    ),
    Route(
        "GET",
        "/v1/alerts",
        "list_alerts",
        "Alerts",
        "What must be heard",
        "Alerts of your community, gravest first, then the newest.",
        {200: (alert_schemas.AlertsOut, "A page of alerts")},
        (400, 401),
        parameters=(
            Parameter(
                "status",
                "query",
                "Which alerts",
                {"enum": ["open", "acknowledged", "silenced", "resolved", "all"], "default": "open"},
            ),
            Parameter("kind", "query", "Only of this kind, such as verdict or surge", _TEXT),
            Parameter("limit", "query", "Alerts a page", {"type": "integer", "minimum": 1, "maximum": 200}),
            Parameter("offset", "query", "Alerts to leave out", {"type": "integer", "minimum": 0}),
        ),
        example="""curl -s "$RISKGUARD/v1/alerts?status=open" -H "Authorization: Bearer $KEY\"""",
    ),
    Route(
        "GET",
        "/v1/alerts/{id}",
        "get_alert",
        "Alerts",
        "One alert",
        "With every notice of it: which receiver was told when and why, and what it answered last.",
        {200: (alert_schemas.AlertFileOut, "The alert")},
        (401, 404),
        parameters=(_ALERT,),
    ),
    Route(
        "POST",
        "/v1/alerts/{id}/acknowledge",
        "acknowledge_alert",
        "Alerts",
        "Take an alert up",
        "It is not repeated and goes no further up. The first to take it has it; later ones change nothing.",
        {200: (alert_schemas.AlertOut, "The alert as it stands")},
        (400, 401, 404, 413, 415),
        takes=alert_schemas.HandlingIn,
        parameters=(_ALERT,),
        example="""curl -s "$RISKGUARD/v1/alerts/$ALERT/acknowledge" -H "Authorization: Bearer $KEY" \\
  --json '{"by": "moderator-3", "note": "已联系值班老师"}'""",
    ),
    Route(
        "POST",
        "/v1/alerts/{id}/resolve",
        "resolve_alert",
        "Alerts",
        "End an alert",
        "Every receiver that was told of it is told that it is over (`alert.resolved`).",
        {200: (alert_schemas.AlertOut, "The alert as it stands")},
        (400, 401, 404, 413, 415),
        takes=alert_schemas.HandlingIn,
        parameters=(_ALERT,),
    ),
    Route(
        "GET",
        "/v1/cases",
        "list_cases",
        "Cases",
        "The queue of the moderators",
        "Cases of your community, most urgent first, then oldest first.",
        {200: (schemas.CasesOut, "A page of cases")},
        (400, 401),
        parameters=(
            Parameter("status", "query", "Which cases", {"enum": ["open", "decided", "all"], "default": "open"}),
            Parameter("limit", "query", "Cases a page", {"type": "integer", "minimum": 1, "maximum": 200}),
            Parameter("offset", "query", "Cases to leave out", {"type": "integer", "minimum": 0}),
        ),
        example="""curl -s "$RISKGUARD/v1/cases?status=open&limit=20" -H "Authorization: Bearer $KEY\"""",
    ),
    Route(
        "GET",
        "/v1/cases/{id}",
        "get_case",
        "Cases",
        "One case",
        "The post with its words, the verdict with its spans, and every ruling and complaint so far.",
        {200: (schemas.CaseOut, "The case")},
        (401, 404),
        parameters=(_CASE,),
    ),
    Route(
        "POST",
        "/v1/cases/{id}/decisions",
        "decide_case",
        "Cases",
        "Rule on a case",
        "`version` is the one that you read; 409 when a colleague was first. The platform hears by `case.decided`.",
        {201: (schemas.CaseOut, "The case after the ruling")},
        (400, 401, 404, 409, 413, 415),
        takes=schemas.DecisionIn,
        parameters=(_CASE,),
        example="""curl -s "$RISKGUARD/v1/cases/$CASE/decisions" -H "Authorization: Bearer $KEY" \\
  --json '{"ruling": "remove", "reason": "引流广告", "by": "moderator-3", "version": 1}'""",
    ),
    *OPINION_ROUTES,
    Route(
        "POST",
        "/v1/redact",
        "redact",
        "Redaction",
        "Take personal information out of texts",
        "For platforms that want only this: up to 1,000 texts are read while you wait, and nothing of them is stored "
        "or logged. `models` names the detectors that read: recognisers, not the encoder, which finds more names and "
        "addresses. Each finding tells its places in the text and in what is left of it.",
        {200: (redaction.RedactOut, "A result per text, in order")},
        (400, 401, 413, 415, 429, 503),
        takes=redaction.RedactIn,
        example="""curl -s "$RISKGUARD/v1/redact" -H "Authorization: Bearer $KEY" \\
  --json '{"text": "我手机号16400001234, 邮箱li@example.com", "operators": {"pii.mobile": "replace"}}'""",
    ),
    Route(
        "DELETE",
        "/v1/authors/{id}",
        "erase_author",
        "Authors",
        "Erase an author",
        "Really deletes all that is kept of this author in your community: posts with every revision, verdicts, cases, "
        "events, kept answers, and the author's reports and appeals on other posts. Posts that you send afterwards are "
        "new. The receipt is kept; asked again, there is a further one.",
        {200: (schemas.ErasureOut, "The receipt")},
        (401,),
        parameters=(_AUTHOR,),
        example="""curl -s -X DELETE "$RISKGUARD/v1/authors/u-1024" -H "Authorization: Bearer $KEY\"""",
    ),
    Route(
        "GET",
        "/v1/authors/{id}/export",
        "export_author",
        "Authors",
        "All that is kept of an author",
        "JSON lines, to answer a person's request: first a line of kind `about`, then one of kind `post` for each "
        "revision with its verdict, rulings and appeals, then one of kind `voice` for each report or appeal on other "
        "posts. Who reported the author is not told. The export is audited. The last line is of kind `end` with the "
        "number of `records` before it: where it is missing, the answer is not whole.",
        {200: ("application/x-ndjson", "A record a line")},
        (401,),
        parameters=(_AUTHOR,),
        example="""curl -s "$RISKGUARD/v1/authors/u-1024/export" -H "Authorization: Bearer $KEY" > u-1024.jsonl""",
    ),
    Route(
        "GET",
        "/v1/campaigns",
        "list_campaigns",
        "Campaigns",
        "Look-alikes of many accounts",
        "Campaigns of your community, the newest first. Which look-alikes are one is the policy's to say (the alert "
        "`campaign`). The platform hears of a new one by `campaign.detected`.",
        {200: (campaign_schemas.CampaignsOut, "A page of campaigns")},
        (400, 401),
        parameters=(
            Parameter("status", "query", "Which campaigns", {"enum": ["open", "decided", "all"], "default": "open"}),
            Parameter("limit", "query", "Campaigns a page", {"type": "integer", "minimum": 1, "maximum": 100}),
            Parameter("page", "query", "Which page", {"type": "integer", "minimum": 1}),
        ),
        example="""curl -s "$RISKGUARD/v1/campaigns?status=open" -H "Authorization: Bearer $KEY\"""",
    ),
    Route(
        "GET",
        "/v1/campaigns/{id}",
        "get_campaign",
        "Campaigns",
        "One campaign",
        "Timeline, what is fixed and what varies in the words, members and accounts. Words are masked.",
        {200: (campaign_schemas.CampaignOut, "The campaign")},
        (401, 404),
        parameters=(_CAMPAIGN,),
    ),
    Route(
        "POST",
        "/v1/campaigns/{id}/decisions",
        "decide_campaign",
        "Campaigns",
        "Rule on all posts of a campaign",
        "Each post gets the ruling, later ones too, unless it was ruled on by itself, or (for an approval) "
        "more was found in it than in the others. `withdraw` takes it back. The platform hears of each post by "
        "`case.decided`.",
        {201: (campaign_schemas.CampaignOut, "The campaign after the ruling")},
        (400, 401, 404, 409, 413, 415),
        takes=campaign_schemas.CampaignDecisionIn,
        parameters=(_CAMPAIGN,),
        example="""curl -s "$RISKGUARD/v1/campaigns/$CAMPAIGN/decisions" -H "Authorization: Bearer $KEY" \\
  --json '{"ruling": "remove", "reason": "引流广告", "by": "moderator-3", "version": 1}'""",
    ),
    Route(
        "GET",
        "/v1/openapi.json",
        "openapi",
        "Reference",
        "This description",
        "OpenAPI 3.1.",
        {200: ("application/json", "The document")},
        keyless=True,
    ),
    Route(
        "GET",
        "/v1/docs",
        "docs",
        "Reference",
        "The page for people",
        "One page that loads nothing from anywhere else.",
        {200: ("text/html", "The page")},
        keyless=True,
    ),
    Route(
        "GET",
        "/v1/problems/{slug}",
        "problem",
        "Reference",
        "What a `type` of a problem means",
        "Leads to its place in the docs.",
        {302: ("", "The docs page")},
        (404,),
        parameters=(Parameter("slug", "path", "Last part of the `type`", _TEXT, required=True),),
        keyless=True,
    ),
    Route(
        "GET",
        "/healthz",
        "alive",
        "Operation",
        "Liveness",
        "200 as long as the process answers.",
        {200: (schemas.Health, "Alive")},
        keyless=True,
    ),
    Route(
        "GET",
        "/readyz",
        "ready",
        "Operation",
        "Readiness",
        "Says which part is missing: database, redis, policies; and which engine runs the encoder of the workers.",
        {200: (schemas.Readiness, "Ready"), 503: (schemas.Readiness, "A part is missing")},
        keyless=True,
    ),
    Route(
        "GET",
        "/metrics",
        "metrics",
        "Operation",
        "Figures for Prometheus",
        "Requests, latency, posts accepted and waiting, verdicts by action, webhooks and cases by status, "
        "alerts by severity, notices by outcome. "
        "Keep it inside your network.",
        {200: ("text/plain", "Prometheus text format")},
        keyless=True,
    ),
)
