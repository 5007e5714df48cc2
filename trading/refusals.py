"""Why something is not done. The whole tree of errors that a caller may meet:

TradingError            what happened in one sentence, with what was sent and IB's own words
├── Refused             the request itself is wrong; nothing was sent        (422, 400)
├── RejectedByIB        IB or TWS said no                                    (422)
├── NotConnected        no connection that could carry it; nothing was sent  (503)
├── AgentNotConnected   relay mode: the user's agent is away; nothing was sent (503)
├── Undelivered         relay mode: too late, or for another agent; not done  (503)
├── AccountMismatch     the account is not the configured or the user's one  (403)
├── LimitExceeded       a configured limit forbids new risk; nothing was sent (403)
├── Halted              new risk is frozen, or the desk is read-only          (403)
├── JournalDown         the order journal cannot be written; nothing was sent (503)
├── PositionChanged     what is held is not what was shown; nothing was sent  (409)
├── NotFound            no such order, contract or account                   (404)
├── Duplicate           the same key with another body                       (422)
├── PossibleDuplicate   the same order from another page a moment ago         (409)
├── Busy                more than may wait at once; nothing was sent         (429)
└── NoAnswer            TWS did not answer a read or a preview in time       (504)

Their HTTP statuses are in `trading/refusal_forms.py`; `web/errors.py` alone makes answers of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Sent = Literal["no", "yes", "unknown"]

NOT_CONNECTED = "IB not connected"
AGENT_NOT_CONNECTED = "Your agent is not connected"
START_THE_AGENT = "Start it on the machine of your TWS: .venv/bin/python -m agent"
ORDER_TIMEOUT = "Order response timeout. Check TWS and try again."


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: `pointer` is a JSON pointer into the request body."""

    pointer: str
    detail: str


class TradingError(Exception):
    """An error with a sentence for a person; `sent` tells whether anything reached TWS."""

    def __init__(
        self,
        sentence: str,
        *,
        sent: Sent = "no",
        code: int | str | None = None,
        text: str | None = None,
        order_id: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.sent: Sent = sent
        self.code = code
        self.text = text
        self.order_id = order_id


class Refused(TradingError):
    """The request does not parse. `fields` name what is wrong, the first one gives the sentence.

    `choices`: what an ambiguous name may mean, as rows of contract fields with a description.
    """

    def __init__(
        self,
        sentence: str,
        *fields: FieldError,
        malformed: bool = False,
        choices: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(sentence)
        self.fields = fields
        self.malformed = malformed
        self.choices = tuple(choices)


class RejectedByIB(TradingError):
    """TWS or IB answered with an error code."""


class NotConnected(TradingError):
    """No connection to TWS, or TWS has no connection to IB.

    `code` is ib_disconnected, broker_link_down (TWS has lost IB) or draining (the desk is ending).
    """

    def __init__(
        self, reason: str = "", *, sent: Sent = "no", code: str = "ib_disconnected"
    ) -> None:
        super().__init__(NOT_CONNECTED, sent=sent, code=code, text=reason or None)


class AgentNotConnected(TradingError):
    """Relay mode: no agent of this user is connected. `code` is agent_not_connected.

    `text` says what to do. `sent` is unknown when the agent dropped with the request under way.
    """

    def __init__(self, text: str = START_THE_AGENT, *, sent: Sent = "no") -> None:
        super().__init__(AGENT_NOT_CONNECTED, sent=sent, code="agent_not_connected", text=text)


class Undelivered(TradingError):
    """The agent did not begin; nothing was sent. `code`: expired, stale_epoch or wrong_user."""


class AccountMismatch(TradingError):
    """The connected account is not the one that settings or the request name."""


class LimitExceeded(TradingError):
    """A limit forbids this new risk. `code` is its name: risk_ and the setting in small letters."""


class Halted(TradingError):
    """New risk is refused for now: `code` is trading_halted, read_only or restart_window."""


class JournalDown(TradingError):
    """The order journal cannot be written, so no order may leave. `code` is journal_unavailable."""


class NotFound(TradingError):
    """There is no such order, contract or account."""


class Duplicate(TradingError):
    """The clientOrderId is already used for another request. `code`: idempotency_key_reused."""

    def __init__(self, sentence: str, *, order_id: int | None = None) -> None:
        super().__init__(sentence, code="idempotency_key_reused", order_id=order_id)


class PossibleDuplicate(TradingError):
    """The same order was sent a moment ago under another key. `code` is possible_duplicate."""


class PositionChanged(TradingError):
    """What is held is not what the caller was shown. `code` is position_changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, code="position_changed")


class Busy(TradingError):
    """More is under way than may be at once. `retry_after_seconds` says when to come back."""

    def __init__(self, sentence: str, retry_after_seconds: int = 1) -> None:
        super().__init__(sentence)
        self.retry_after_seconds = retry_after_seconds


class NoAnswer(TradingError):
    """TWS did not answer within the deadline; a read or a preview, never an order."""
