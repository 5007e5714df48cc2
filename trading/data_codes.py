"""What IB's codes mean for a market-data subscription: which goes on, which ends, what to try next.

`trading/ib_codes.toml` says what each code means to a person; this table says what it means to the
line that it names. Sources: IB's list of message codes, and the texts of public threads that the
paper gateway repeats. Which of the four refusals (354, 10089, 10168, 10186) a TWS gives depends on
the account; on a real TWS none of them has been seen here yet.
"""

from __future__ import annotations

import re
from typing import Literal

# part       the line goes on, with a part of the data or with delayed data
# delayed    the line is over; asked once more for delayed data it may bring that
# competing  another session has this user's data: the line is dead until that one ends
# full       TWS gives no further line
# over       the line is over
Effect = Literal["part", "delayed", "competing", "full", "over"]

EFFECTS: dict[int, Effect] = {
    101: "full",
    # L 3.1: also a contract that "has no definition" is asked for once more with delayed data.
    200: "delayed",
    320: "over",
    321: "over",
    322: "over",
    354: "delayed",
    10089: "delayed",
    10090: "part",
    10091: "part",
    10167: "part",
    10168: "delayed",
    10186: "delayed",
    10197: "competing",
}
# The feed as IB names it: "AAPL NASDAQ.NMS/TOP/ALL", "XLV ARCA/TOP/ALL".
FEED = re.compile(r"[A-Z0-9][A-Z0-9 .]* [A-Z0-9.]+/[A-Z]+/[A-Z]+")
LINK = re.compile(r"[Ss]ee link in '[^']+' dialog")


def effect_of(code: int) -> Effect | None:
    """None: the code says nothing about a subscription (300 and 162 are about others)."""
    return EFFECTS.get(code)


def subscription_named(text: str) -> str | None:
    """What IB's text names as the subscription that is missing; None when it names none.

    Only IB's own words: a feed, or where TWS shows the link to it.
    """
    found = FEED.search(text) or LINK.search(text)
    return found[0].strip() if found else None
