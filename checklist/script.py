"""The order script: 60 steps, one line each, everything that the desk knows about orders.

Prices are percentages of the market's price (`prices.py`), far from it where the order is to rest;
sizes are one or a few. What each act does and expects stands in the three modules of acts.
"""

from __future__ import annotations

from dataclasses import replace

from checklist import acts, fill_acts, refusal_acts
from checklist.findings import Row
from checklist.steps import Step

FAR = {"orderType": "LMT", "lmtPrice": "-20%"}
NEAR = {"orderType": "LMT", "lmtPrice": "+1%"}
MARKET = {"orderType": "MKT"}
STOP = {"orderType": "STP", "auxPrice": "-30%"}
TIMES = [{"condType": "time", "isMore": True, "time": "{tomorrow}"}]
ADAPTIVE = {"algoStrategy": "Adaptive", "algoParams": {"adaptivePriority": "Patient"}}
TYPES = (
    "Order orderType must be one of MKT, LMT, STP, STP LMT, TRAIL, TRAIL LIMIT, MIT, LIT, MOC, "
    "LOC, MOO, LOO, MTL, MIDPRICE, REL, PEG MID"
)
OPTION = {"contract": {"symbol": "AAPL", "secType": "OPT", "strike": 100, "right": "C"}}

REST = "Orders that rest, then are cancelled"
CHANGE = "Changes and cancels"
PREVIEW = "Previews"
FILL = "Fills and what follows"
BAD = "Mistakes, each refused"
END = "The end"

SCRIPT: dict[str, tuple[Step, ...]] = {
    REST: (
        Step("Limit (LMT) for the day", acts.rests, FAR),
        Step("Limit, good till cancelled", acts.rests, FAR | {"tif": "GTC"}),
        Step(
            "Limit, good till tomorrow",
            acts.rests,
            FAR | {"tif": "GTD", "goodTillDate": "{tomorrow}"},
        ),
        Step("Limit, not before tomorrow", acts.rests, FAR | {"goodAfterTime": "{tomorrow}"}),
        Step("Limit, also outside trading hours", acts.rests, FAR | {"outsideRth": True}),
        Step("Limit, all or none", acts.rests, FAR | {"allOrNone": True}),
        Step("Limit that waits for a time", acts.rests, FAR | {"conditions": TIMES}),
        Step("Limit with IB's Adaptive algorithm", acts.rests_or_refused, FAR | ADAPTIVE),
        Step("Stop (STP) above the market", acts.rests, {"orderType": "STP", "auxPrice": "+20%"}),
        Step(
            "Stop limit (STP LMT)",
            acts.rests,
            {"orderType": "STP LMT", "auxPrice": "+20%", "lmtPrice": "+21%"},
        ),
        Step(
            "Trailing stop (TRAIL) by an amount",
            acts.rests,
            {"orderType": "TRAIL", "auxPrice": "20% wide"},
        ),
        Step(
            "Trailing stop by a percentage",
            acts.rests,
            {"orderType": "TRAIL", "trailingPercent": 20},
        ),
        Step(
            "Trailing stop limit (TRAIL LIMIT)",
            acts.rests,
            {
                "orderType": "TRAIL LIMIT",
                "trailStopPrice": "+20%",
                "auxPrice": "20% wide",
                "lmtPriceOffset": "1% wide",
            },
        ),
        Step("Market if touched (MIT)", acts.rests, {"orderType": "MIT", "auxPrice": "-20%"}),
        Step(
            "Limit if touched (LIT)",
            acts.rests,
            {"orderType": "LIT", "auxPrice": "-20%", "lmtPrice": "-19%"},
        ),
        Step("At the close (MOC)", acts.rests_or_refused, {"orderType": "MOC"}),
        Step(
            "At the close with a limit (LOC)",
            acts.rests_or_refused,
            {"orderType": "LOC", "lmtPrice": "-20%"},
        ),
        Step("At the open (MOO)", acts.rests_or_refused, {"orderType": "MOO"}),
        Step(
            "At the open with a limit (LOO)",
            acts.rests_or_refused,
            {"orderType": "LOO", "lmtPrice": "-20%"},
        ),
        Step(
            "At the middle of bid and ask (MIDPRICE), capped far away",
            acts.rests_or_refused,
            {"orderType": "MIDPRICE", "lmtPrice": "-20%"},
        ),
        Step(
            "Relative (REL), capped far away",
            acts.rests_or_refused,
            {"orderType": "REL", "auxPrice": 0.01, "lmtPrice": "-20%"},
        ),
        Step(
            "Pegged to the middle (PEG MID), capped far away",
            acts.rests_or_refused,
            {"orderType": "PEG MID", "auxPrice": 0.01, "lmtPrice": "-20%"},
        ),
        Step(
            "Bracket with a target and a stop",
            acts.bracket,
            FAR,
            {"bracket": {"targets": [{"lmtPrice": "+20%"}], "stop": STOP}},
        ),
        Step(
            "Bracket with two targets",
            acts.bracket,
            FAR | {"totalQuantity": 2},
            {
                "bracket": {
                    "targets": [
                        {"lmtPrice": "+20%", "totalQuantity": 1},
                        {"lmtPrice": "+30%", "totalQuantity": 1},
                    ],
                    "stop": STOP,
                }
            },
        ),
        Step(
            "Bracket with a trailing stop",
            acts.bracket,
            FAR,
            {"bracket": {"stop": {"orderType": "TRAIL", "trailingPercent": 10}}},
        ),
        Step("The same order twice at the same moment", acts.twice_at_once, FAR),
    ),
    CHANGE: (
        Step("Place a limit order", acts.works, FAR, name="terms"),
        Step("Change its price", acts.changes, {"lmtPrice": "-25%"}, name="terms"),
        Step("Change its size", acts.changes, {"totalQuantity": 2}, name="terms"),
        Step(
            "Change it to what it already is",
            acts.change_refused,
            name="terms",
            sentence="Nothing would change",
        ),
        Step(
            "Change its side",
            acts.change_refused,
            {"action": "SELL"},
            name="terms",
            sentence="Order action cannot change; cancel the order and place another one",
        ),
        Step("Cancel it", acts.cancels, name="terms"),
        Step("Cancel it again", acts.cancel_changes_nothing, name="terms"),
        Step("Change it after its cancel", acts.change_refused, {"lmtPrice": "-22%"}, name="terms"),
        Step("Cancel an order that there is not", acts.unknown_order, name="nobodys"),
    ),
    PREVIEW: (
        Step("What would a limit order do?", acts.preview, FAR),
        Step("What would a market order do?", acts.preview, MARKET | {"totalQuantity": 10}),
    ),
    FILL: (
        Step("Buy 4 at the market", fill_acts.fills, MARKET | {"totalQuantity": 4}, name="buy"),
        Step(
            "Send the same again, with its key",
            fill_acts.same_again,
            MARKET | {"totalQuantity": 4},
            name="buy",
        ),
        Step(
            "Another order under that key",
            fill_acts.same_key_other_order,
            MARKET | {"totalQuantity": 5},
            name="buy",
        ),
        Step("Cancel the filled order", acts.cancel_changes_nothing, name="buy"),
        Step("Buy 1 with a marketable limit", fill_acts.fills, NEAR),
        Step("Buy 1 market to limit (MTL)", fill_acts.fills, {"orderType": "MTL"}),
        Step("Far away, immediate or cancel (IOC)", fill_acts.ends_unfilled, FAR | {"tif": "IOC"}),
        Step("Far away, fill or kill (FOK)", fill_acts.ends_unfilled, FAR | {"tif": "FOK"}),
        Step("One cancels the other (OCA)", fill_acts.one_cancels_other, NEAR),
        Step("A stop that protects the position", fill_acts.protects, STOP | {"action": "SELL"}),
        Step("Sell 1 at the market", fill_acts.sells, MARKET | {"action": "SELL"}),
        Step("Close half of the position", fill_acts.closes_part, {"percent": 50, "of": 6}),
        Step("Close all that is left", fill_acts.closes_part, {"percent": 100, "of": 1}),
    ),
    BAD: (
        Step(
            "An order type that there is not",
            refusal_acts.refused,
            {"orderType": "LIMIT"},
            sentence=TYPES,
        ),
        Step(
            "A stop without its price",
            refusal_acts.refused,
            {"orderType": "STP"},
            sentence="Order auxPrice (the stop price) must be a positive price for a stop order",
        ),
        Step(
            "Good till a date, without the date",
            refusal_acts.refused,
            FAR | {"tif": "GTD"},
            sentence="Order goodTillDate is required with tif GTD",
        ),
        Step(
            "An option without its expiry",
            refusal_acts.refused,
            MARKET,
            OPTION,
            sentence="Option expiry (YYYYMMDD) or localSymbol is required",
        ),
        Step(
            "A trailing stop by both ways",
            refusal_acts.refused,
            {"orderType": "TRAIL", "auxPrice": "20% wide", "trailingPercent": 20},
            sentence="Order trailingPercent and auxPrice exclude each other; give one",
        ),
        Step("A body that is cut off", refusal_acts.not_json),
        Step(
            "A symbol that IB does not know",
            refusal_acts.rejected_by_tws,
            FAR,
            {"contract": {"symbol": "ZZZZQQ"}},
        ),
    ),
    END: (
        Step("Two orders, cancelled by one request", acts.cancel_all, FAR),
        Step("No order of the checklist is open", fill_acts.nothing_is_open),
        Step("Fills explain the position", fill_acts.fills_explain_position),
    ),
}


def steps() -> list[tuple[Row, Step]]:
    """Every step with its row, numbered from 01; an order without a name has its step's."""
    found: list[tuple[Row, Step]] = []
    for section, lines in SCRIPT.items():
        for step in lines:
            key = f"{len(found) + 1:02d}"
            named = replace(step, name=step.name or f"step-{key}")
            expected = (step.act.__doc__ or "").strip()
            if step.sentence:
                expected = f'{expected}: "{step.sentence}"'
            found.append((Row(key, section, step.words, expected, is_step=True), named))
    return found
