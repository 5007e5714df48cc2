"""IB's keys of account values in plain words (`account_words.toml`).

Since May 2026 TWS may write the values of one currency with the prefix `$LEDGER-` (a setting of its
API page, by IB's changelog on for new users,
https://www.interactivebrokers.com/campus/ibkr-api-page/tws-api-changelog-2/): both forms mean the
same here. The prefix has not been seen on a real TWS yet.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

WORDS_FILE = Path(__file__).with_name("account_words.toml")
LEDGER = "$LEDGER-"
BASE = "BASE"


class Words(NamedTuple):
    """`segments`: letter to word; `keys`: key to meaning; `formulas`: name to sentence."""

    segments: dict[str, str]
    keys: dict[str, str]
    formulas: dict[str, str]


@cache
def words() -> Words:
    return Words(**tomllib.loads(WORDS_FILE.read_text()))


def plain_tag(tag: str) -> str:
    """The key without the prefix of a currency's values."""
    return tag.removeprefix(LEDGER)


def meaning_of(tag: str) -> str | None:
    """What IB's key means; None when IB does not describe it."""
    known = words()
    key, dash, letter = plain_tag(tag).rpartition("-")
    if dash and len(letter) == 1 and letter.isupper():
        meaning = known.keys.get(key)
        segment = known.segments.get(letter)
        where = f"{segment} alone" if segment else f"the segment {letter} alone"
        return f"{meaning} ({where})" if meaning else None
    return known.keys.get(plain_tag(tag))
