"""The list of generic ticks that a client writes: which numbers there are.

May not know what comes of them. The numbers and names are those of a real gateway's refusal (321)
of a wrong list.
"""

from __future__ import annotations

from dataclasses import dataclass

MARKET_DATA_OFF = "MDOFF"
NEWS = 292

# As the refusal lists them: number, older number (0: none), name.
_LEGAL = (
    (100, 0, "Option Volume"), (101, 0, "Option Open Interest"), (105, 0, "Average Opt Volume"),
    (106, 0, "impvolat"), (165, 0, "Misc. Stats"), (221, 220, "Creditman Mark Price"),
    (225, 0, "Auction"), (232, 221, "Pl Price"), (233, 0, "RTVolume"), (236, 0, "inventory"),
    (258, 47, "Fundamentals"), (292, 0, "Wide_news"), (293, 0, "TradeCount"),
    (294, 0, "TradeRate"), (295, 0, "VolumeRate"), (318, 0, "LastRTHTrade"),
    (375, 0, "RTTrdVolume"), (411, 0, "rthistvol"), (456, 59, "IBDividends"),
    (460, 0, "Bond Factor Multiplier"), (577, 0, "EtfNavLast(navlast)"), (586, 0, "IPOHLMPRC"),
    (587, 0, "Pl Price Delayed"), (588, 0, "Futures Open Interest"),
    (595, 0, "Short-Term Volume X Mins"), (614, 0, "EtfNavMisc(high/low)"),
    (619, 0, "Creditman Slow Mark Price"), (623, 0, "EtfFrozenNavLast(fznavlast)"),
)  # fmt: skip
# 104 is documented (historical volatility) although the refusal does not list it.
_UNLISTED = frozenset({104})
_OLDER = {older: number for number, older, _ in _LEGAL if older}
_NUMBERS = frozenset({number for number, _, _ in _LEGAL}) | _UNLISTED


@dataclass(frozen=True, slots=True)
class GenericList:
    """The parsed list: numbers, whether quotes are off, and the providers of news."""

    numbers: tuple[int, ...] = ()
    has_quotes: bool = True
    providers: tuple[str, ...] = ()


def parse_generic_list(text: str, sec_type: str) -> GenericList:
    """``233,236`` or ``mdoff,292:BRFG+DJNL``. Raises ValueError with the cause of TWS's 321."""
    numbers: list[int] = []
    providers: tuple[str, ...] = ()
    has_quotes = True
    for word in filter(None, (each.strip() for each in text.split(","))):
        if word.upper() == MARKET_DATA_OFF:
            has_quotes = False
            continue
        name, colon, parameter = word.partition(":")
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 5 else -1
        number = _OLDER.get(number, number)
        if number not in _NUMBERS or (colon and not parameter):
            raise ValueError(_refusal(text, sec_type))
        if number == NEWS and parameter:
            providers = tuple(parameter.upper().split("+"))
        numbers.append(number)
    if not has_quotes and not numbers:
        raise ValueError(_refusal(text, sec_type))
    return GenericList(tuple(dict.fromkeys(numbers)), has_quotes, providers)


def _refusal(text: str, sec_type: str) -> str:
    legal = ",".join(
        f"{number}/{older}({name})" if older else f"{number}({name})"
        for number, older, name in _LEGAL
    )
    return f"Incorrect generic tick list of {text[:200]}.  Legal ones for ({sec_type}) are: {legal}"
