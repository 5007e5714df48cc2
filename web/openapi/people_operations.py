"""The table's operations about people: keys and sessions of one's own, users, agents, audit."""

from __future__ import annotations

from store.audit import ACTIONS
from web.audit_views import INTACT, MAX_ROWS, PAGE_ROWS
from web.openapi import people_examples as people
from web.openapi import people_requests as requests
from web.openapi.parts import Answer, Operation, Parameter, ok, problem
from web.openapi.requests import REFUSALS
from web.policies import FOR_AUDIT

BODY_ERRORS = (413, 415, 422)
# The database of people, not TWS.
AWAY = problem(
    503,
    "The database of users and keys cannot be used, or the change cannot be audited; nothing was "
    "changed",
    "The desk's database cannot be used",
)
OWN = "In a browser for everybody; a key needs the scope admin."
AUDITORS = problem(403, "Not allowed: it needs the scope approve", FOR_AUDIT)


def _made(about: str, schema: str, example: object) -> dict[int, Answer]:
    return {201: Answer(about, (schema,), {"answer": example}), 503: AWAY}


def _done(about: str, schema: str, example: object) -> dict[int, Answer]:
    return ok(about, schema, example) | {503: AWAY}


def _named(name: str, about: str, example: str) -> tuple[Parameter, ...]:
    return (Parameter(name, about, {"type": "string"}, "path", required=True, example=example),)


KEY_PREFIX = _named("prefix", "The key's first characters", people.KEY["prefix"])
AGENT_KEY_PREFIX = _named("prefix", "The key's first characters", people.AGENT_KEY["prefix"])
FORMAT = Parameter(
    "format",
    "JSON lines when absent",
    {"enum": ["jsonl", "csv"], REFUSALS: ["format must be one of csv, jsonl"]},
)
CHOICE = (
    Parameter("who", "A user's name", {"type": "string", "maxLength": 64}, example="bob"),
    Parameter("what", "One kind of entry", {"enum": sorted(ACTIONS)}, example="order sent"),
    Parameter(
        "day",
        "One day in UTC",
        {
            "type": "string",
            "format": "date",
            REFUSALS: ["day must be a date such as 2026-11-28"],
        },
        example="2026-11-28",
    ),
    Parameter("before", "Entries before this number", {"type": "integer", "minimum": 1}),
    Parameter(
        "limit",
        f"{PAGE_ROWS} when absent",
        {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_ROWS,
            REFUSALS: [f"limit must be from 1 to {MAX_ROWS}", "limit must be a number"],
        },
    ),
)

KEYS: tuple[Operation, ...] = (
    Operation(
        "GET /sessions",
        "listSessions",
        "Browsers in which you are signed in",
        _done("The last used first", "Sessions", {"sessions": [people.SESSION]}),
    ),
    Operation(
        "DELETE /sessions",
        "closeOtherSessions",
        "End every session of yours but the asking one",
        _done("How many have ended", "Closed", {"closed": 2}),
        OWN,
        scope="admin",
    ),
    Operation(
        "DELETE /sessions/{sessionId}",
        "closeSession",
        "End one session of yours",
        _done("It has ended", "Closed", {"closed": 1}),
        OWN,
        errors=(404,),
        scope="admin",
        parameters=_named("sessionId", "As the list names it", people.SESSION["id"]),
    ),
    Operation(
        "GET /keys",
        "listKeys",
        "Your API keys",
        _done("Revoked ones too", "Keys", {"keys": [people.KEY]}),
    ),
    Operation(
        "POST /keys",
        "makeKey",
        "Make an API key of yours",
        _made("The key, shown only now", "NewKey", people.NEW_KEY),
        OWN,
        errors=BODY_ERRORS,
        scope="admin",
        body="KeyRequest",
        bodies=requests.KEYS,
    ),
    Operation(
        "DELETE /keys/{prefix}",
        "revokeKey",
        "Revoke an API key of yours",
        _done("All your keys", "Keys", {"keys": [people.KEY | people.REVOKED]}),
        f"It works nowhere after a second. {OWN}",
        errors=(404,),
        scope="admin",
        parameters=KEY_PREFIX,
    ),
    Operation(
        "GET /agent-keys",
        "listAgentKeys",
        "Keys with which your agent connects",
        _done("Revoked ones too", "AgentKeys", {"keys": [people.AGENT_KEY]}),
        "They matter for a desk in relay mode only.",
    ),
    Operation(
        "POST /agent-keys",
        "makeAgentKey",
        "Make a key for your agent",
        _made("The key, shown only now", "NewAgentKey", people.NEW_AGENT_KEY),
        OWN,
        errors=BODY_ERRORS,
        scope="admin",
        body="AgentKeyRequest",
        bodies=requests.AGENT_KEYS,
    ),
    Operation(
        "DELETE /agent-keys/{prefix}",
        "revokeAgentKey",
        "Revoke a key of your agent",
        _done("All your agent keys", "AgentKeys", {"keys": [people.AGENT_KEY | people.REVOKED]}),
        f"Its agent is disconnected within a second. {OWN}",
        errors=(404,),
        scope="admin",
        parameters=AGENT_KEY_PREFIX,
    ),
)
PEOPLE: tuple[Operation, ...] = (
    Operation(
        "GET /users",
        "listUsers",
        "Everybody who may sign in, or might",
        _done("By name", "Users", {"users": [people.BOB, people.CAROL]}),
        scope="admin",
    ),
    Operation(
        "PATCH /users/{name}",
        "changeUser",
        "Change the role of a user, or deactivate and activate",
        _done("The user as it is now", "User", people.BOB),
        "It happens together with its audit entry, or not at all. Orders stay at IB as they are.",
        errors=(404, *BODY_ERRORS),
        scope="admin",
        parameters=_named("name", "The user name", people.BOB["name"]),
        body="UserChange",
        bodies=requests.CHANGES,
    ),
    Operation(
        "POST /invitations",
        "invite",
        "Invite somebody, who chooses the password",
        _made("The link, shown only now", "Invitation", people.INVITATION),
        "For a user there is: a link for a new password, from a browser only, unless the user "
        "never had one.",
        errors=BODY_ERRORS,
        scope="admin",
        body="InvitationRequest",
        bodies=requests.INVITATIONS,
    ),
    Operation(
        "GET /agents",
        "listAgents",
        "Agents of all users",
        _done("As they were last known", "Agents", {"agents": [people.AGENT]}),
        scope="admin",
    ),
    Operation(
        "GET /audit",
        "listAuditEntries",
        "Who did what",
        _done("The newest first", "AuditEntries", {"entries": [people.ENTRY]}) | {403: AUDITORS},
        errors=(422,),
        scope="approve",
        parameters=CHOICE,
    ),
    Operation(
        "GET /audit/verify",
        "verifyAudit",
        "Walk the chain of the audit log",
        _done("Whether it is as it was written", "AuditCheck", {"intact": True, "text": INTACT})
        | {403: AUDITORS},
        scope="approve",
    ),
    Operation(
        "GET /audit/export",
        "exportAudit",
        "The whole audit log as a file",
        {
            200: Answer("The oldest line first, with the hashes", (), media="application/jsonl"),
            403: AUDITORS,
            503: AWAY,
        },
        "With format=csv it is text/csv, safe to open in a spreadsheet.",
        errors=(422,),
        scope="approve",
        parameters=(FORMAT,),
    ),
)
