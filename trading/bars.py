"""What may be asked of a contract's past: bar size, duration, kind of price and hours.

The tables are IB's: https://interactivebrokers.github.io/tws-api/historical_bars.html. A question
is parsed once, at the desk's door and at the agent's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trading.contracts import Contract
from trading.refusals import FieldError, Refused

DAY_SECONDS = 86_400
# IB's bar sizes in seconds; a month stands for 30 days.
BAR_SIZES = {
    "1 secs": 1,
    "5 secs": 5,
    "10 secs": 10,
    "15 secs": 15,
    "30 secs": 30,
    "1 min": 60,
    "2 mins": 120,
    "3 mins": 180,
    "5 mins": 300,
    "10 mins": 600,
    "15 mins": 900,
    "20 mins": 1200,
    "30 mins": 1800,
    "1 hour": 3600,
    "2 hours": 7200,
    "3 hours": 10_800,
    "4 hours": 14_400,
    "8 hours": 28_800,
    "1 day": DAY_SECONDS,
    "1 week": 7 * DAY_SECONDS,
    "1 month": 30 * DAY_SECONDS,
}
DURATION = re.compile(r"[1-9]\d{0,4} [SDWMY]")
# Of each unit: seconds in which a market may trade, and how many IB takes (it refuses more with
# 321, "durations longer than 365 days must be made in years"). Years end where no market begins.
UNITS = {
    "S": (1, 86_400),
    "D": (DAY_SECONDS, 365),
    "W": (5 * DAY_SECONDS, 52),
    "M": (22 * DAY_SECONDS, 12),
    "Y": (260 * DAY_SECONDS, 70),
}
# More would hold up everybody else's messages on the connection.
MOST_BARS = 20_000
TRADES, MIDPOINT = "TRADES", "MIDPOINT"
# IB's whatToShow for bars; "" is what the contract usually has: trades, of currencies the middle.
PRICES = (
    TRADES,
    MIDPOINT,
    "BID",
    "ASK",
    "BID_ASK",
    "ADJUSTED_LAST",
    "HISTORICAL_VOLATILITY",
    "OPTION_IMPLIED_VOLATILITY",
)
WITHOUT_TRADES = frozenset({"CASH", "CMDTY"})
YES_NO = ("yes", "no")
DEFAULTS = {"barSize": "1 min", "duration": "1 D", "what": "", "rth": "no", "live": "no"}
WRONG_DURATION = "duration must be a number and S, D, W, M or Y, such as 1 D"


@dataclass(frozen=True, slots=True)
class BarQuestion:
    """Which bars are wanted. `what`: one of PRICES, or empty. `is_live`: they shall go on."""

    contract: Contract
    bar_size: str = "1 min"
    duration: str = "1 D"
    what: str = ""
    is_regular: bool = False
    is_live: bool = False

    @property
    def bar_seconds(self) -> int:
        return BAR_SIZES[self.bar_size]

    @property
    def is_intraday(self) -> bool:
        return self.bar_seconds < DAY_SECONDS

    def to_payload(self) -> dict[str, str]:
        """The values of a query that asks the same, without the contract and what is usual."""
        values = {
            "barSize": self.bar_size,
            "duration": self.duration,
            "what": self.what,
            "rth": YES_NO[not self.is_regular],
            "live": YES_NO[not self.is_live],
        }
        usual = {"what", "rth", "live"}
        return {n: v for n, v in values.items() if n not in usual or v != DEFAULTS[n]}


def parse_bar_question(contract: Contract, given: Mapping[str, str | None]) -> BarQuestion:
    """The question in a query's values; Refused with the field that is wrong."""
    values = {name: given.get(name) or usual for name, usual in DEFAULTS.items()}
    for name, allowed in (("barSize", BAR_SIZES), ("rth", YES_NO), ("live", YES_NO)):
        if values[name] not in allowed:
            raise _refused(name, f"{name} must be one of {', '.join(sorted(allowed))}")
    if values["what"] and values["what"] not in PRICES:
        raise _refused("what", f"what must be one of {', '.join(PRICES)}")
    _check_duration(values["duration"], values["barSize"])
    return BarQuestion(
        contract,
        values["barSize"],
        values["duration"],
        values["what"],
        is_regular=values["rth"] == "yes",
        is_live=values["live"] == "yes",
    )


def usual_price(sec_type: str) -> str:
    """What bars show of such a contract when nobody says it."""
    return MIDPOINT if sec_type in WITHOUT_TRADES else TRADES


def _check_duration(duration: str, bar_size: str) -> None:
    if not DURATION.fullmatch(duration):
        raise _refused("duration", WRONG_DURATION)
    count, unit = duration.split(" ")
    seconds, most = UNITS[unit]
    if int(count) > most:
        raise _refused("duration", f"duration must be at most {most} {unit}")
    bars = int(count) * seconds // BAR_SIZES[bar_size]
    if bars > MOST_BARS:
        raise _refused(
            "duration",
            f"{duration} in bars of {bar_size} would be some {bars:,} bars; at most {MOST_BARS:,} "
            "are asked for at once. Ask for a shorter time or longer bars.",
        )


def _refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, FieldError(f"/{name}", sentence))


def bars_payload(question: BarQuestion, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of GET /bars: what was asked, then what is known."""
    asked = {
        "contract": question.contract.to_payload(),
        "barSize": question.bar_size,
        "duration": question.duration,
        "rth": YES_NO[not question.is_regular],
    }
    return asked | dict(answer)
