"""What a caller asks with: the arguments of an operation, from a query or a JSON body.

Only names are judged here, and that it is JSON; what the values mean is the agent's business, which
parses them with the desk's own parser.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from relay.operations import Operation
from trading.refusals import FieldError, Refused
from trading.strict_json import parse_json

# In a query these are JSON texts, everything else is plain text.
JSON_ARGUMENTS = frozenset({"contract", "wantsQuote", "limit", "body", "symbols", "strikes"})
USER_ID = "user_id"


def from_query(operation: Operation, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The arguments in a query, without `user_id`. Raises Refused."""
    args: dict[str, Any] = {}
    for name, text in pairs:
        if name == USER_ID:
            continue
        if name in args:
            raise Refused(f"{name} is given twice", FieldError(f"/{name}", "given twice"))
        _refuse_stranger(operation, name)
        args[name] = parse_json(text.encode()) if name in JSON_ARGUMENTS else text
    return args


def from_body(operation: Operation, raw: bytes) -> dict[str, Any]:
    """The arguments in a JSON object; an empty body is one without any. Raises Refused."""
    args = parse_json(raw) if raw else {}
    if not isinstance(args, dict):
        raise Refused("The body must be a JSON object", malformed=True)
    for name in args:
        _refuse_stranger(operation, name)
    return args


def _refuse_stranger(operation: Operation, name: str) -> None:
    if name not in operation.arguments:
        sentence = f"{operation.name} does not take this"
        raise Refused(sentence, FieldError(f"/{name[:80]}", sentence))
