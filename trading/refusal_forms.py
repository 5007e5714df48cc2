"""A TradingError as JSON and back, so that it means the same at the agent, the relay and the desk.

{"kind": "NotConnected", "sentence": …, "sent": "no", "code": …, "text": …, "orderId": …}, and where
there are any `fields` [{"pointer", "detail"}], `malformed`, `choices` and `retryAfter` (seconds).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading.refusals import (
    AccountMismatch,
    AgentNotConnected,
    Busy,
    Duplicate,
    FieldError,
    Halted,
    JournalDown,
    LimitExceeded,
    NoAnswer,
    NotConnected,
    NotFound,
    PositionChanged,
    PossibleDuplicate,
    Refused,
    RejectedByIB,
    TradingError,
    Undelivered,
)

# The HTTP status of each, at the desk and at the relay.
STATUSES: dict[type[TradingError], int] = {
    Refused: 422,
    RejectedByIB: 422,
    NotConnected: 503,
    AgentNotConnected: 503,
    Undelivered: 503,
    AccountMismatch: 403,
    LimitExceeded: 403,
    Halted: 403,
    JournalDown: 503,
    PossibleDuplicate: 409,
    PositionChanged: 409,
    NotFound: 404,
    Duplicate: 422,
    Busy: 429,
    NoAnswer: 504,
}
KINDS: dict[str, type[TradingError]] = {kind.__name__: kind for kind in STATUSES}
KINDS["TradingError"] = TradingError
SENT = ("no", "yes", "unknown")
MISTAKE = "The agent made a mistake. Its log has the details."


def status_of(error: TradingError) -> int:
    """400 for what is malformed, 500 for an error that has no place of its own."""
    if isinstance(error, Refused) and error.malformed:
        return 400
    return STATUSES.get(type(error), 500)


def to_form(error: TradingError) -> dict[str, Any]:
    form: dict[str, Any] = {
        "kind": type(error).__name__,
        "sentence": error.sentence,
        "sent": error.sent,
        "code": error.code,
        "text": error.text,
        "orderId": error.order_id,
    }
    if isinstance(error, Refused):
        form["fields"] = [{"pointer": f.pointer, "detail": f.detail} for f in error.fields]
        form["malformed"] = error.malformed
        if error.choices:
            form["choices"] = [dict(choice) for choice in error.choices]
    if isinstance(error, Busy):
        form["retryAfter"] = error.retry_after_seconds
    return form


def from_form(form: Mapping[str, Any]) -> TradingError:
    """The error in a form.

    What is not exactly one becomes a TradingError of which nothing is known: `sent` is unknown.
    """
    try:
        error = _built(form)
        error.sent = form["sent"] if form["sent"] in SENT else "unknown"
        error.code, error.text, error.order_id = _word(form["code"]), form["text"], form["orderId"]
    except (KeyError, TypeError, ValueError):
        return TradingError(MISTAKE, sent="unknown")
    return error


def _built(form: Mapping[str, Any]) -> TradingError:
    kind, sentence = KINDS[form["kind"]], form["sentence"]
    if not isinstance(sentence, str):
        raise ValueError(sentence)
    if kind is Refused:
        fields = [FieldError(str(f["pointer"]), str(f["detail"])) for f in form["fields"]]
        choices = [dict(choice) for choice in form.get("choices", ())]
        return Refused(sentence, *fields, malformed=form["malformed"] is True, choices=choices)
    if kind is Busy:
        return Busy(sentence, int(form["retryAfter"]))
    # These make their sentence themselves; it is the same in every one of them.
    if issubclass(kind, NotConnected | AgentNotConnected):
        return kind("")
    return kind(sentence)


def _word(code: Any) -> int | str | None:
    if code is None or isinstance(code, int | str):
        return code
    raise ValueError(code)
