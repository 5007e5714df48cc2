"""Where the fields of placeOrder are: plain sections by name, and the ten optional blocks.

May not say what a field means. The layout is IB's at server versions 176 (115 fields) and 178 (114,
without faProfile); the blocks A to I appear only when an earlier field asks for them, so the fields
cannot be found by position alone.
"""

from collections.abc import Callable, Iterator
from math import inf

from paper_gateway.wire import FieldError, parse_bool, parse_float, parse_int

_HEAD = (
    "secIdType secId action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account "
    "openClose origin orderRef transmit parentId blockOrder sweepToFill displaySize triggerMethod "
    "outsideRth hidden"
)
_AFTER_LEGS = (
    "sharesAllocation discretionaryAmt goodAfterTime goodTillDate faGroup faMethod faPercentage"
)
_AFTER_PROFILE = (
    "modelCode shortSaleSlot designatedLocation exemptCode ocaType rule80A settlingFirm allOrNone "
    "minQty percentOffset eTradeOnly firmQuoteOnly nbboPriceCap auctionStrategy startingPrice "
    "stockRefPrice delta stockRangeLower stockRangeUpper overridePctConstraints volatility "
    "volatilityType deltaNeutralOrderType deltaNeutralAuxPrice"
)
_AFTER_NEUTRAL = (
    "continuousUpdate referencePriceType trailStopPrice trailingPercent scaleInitLevelSize "
    "scaleSubsLevelSize scalePriceIncrement"
)
_AFTER_SCALE = "scaleTable activeStartTime activeStopTime hedgeType"
_AFTER_HEDGE = "optOutSmartRouting clearingAccount clearingIntent notHeld dncFlag"
_AFTER_ALGO = "algoId whatIf orderMiscOptions solicited randomizeSize randomizePrice"
_TAIL = (
    "adjustedOrderType triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice "
    "adjustedTrailingAmount adjustableTrailingUnit extOperator softDollarName softDollarValue "
    "cashQty mifid2DecisionMaker mifid2DecisionAlgo mifid2ExecTrader mifid2ExecAlgo "
    "dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice usePriceMgmtAlgo duration "
    "postToAts autoCancelParent advancedErrorOverride manualOrderTime"
)
# Fields of one condition after its type and conjunction, by condition type.
_CONDITION_LENGTHS = {1: 5, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4}
# Misread counts must not make the reader loop or allocate for long.
_MAX_ROWS = 1000

# IB's own client writes some unset numbers as numbers; here an unset field is an empty one.
_UNSET_TEXTS = frozenset(
    {"1.7976931348623157e+308", "1.7976931348623157E308", "2147483647", "9223372036854775807"}
)

PEG_BENCHMARK = frozenset({"PEG BENCH", "PEGBENCH"})
_PEG_BEST = frozenset({"PEG BEST", "PEGBEST"})
_PEG_MID = frozenset({"PEG MID", "PEGMID"})


Fields = Iterator[str]
Block = Callable[[Fields, dict[str, str]], list[str]]


def _take(fields: Fields, count: int) -> list[str]:
    return [next(fields) for _ in range(count)]


def _take_rows(fields: Fields, width: int) -> list[str]:
    count = next(fields)
    rows = parse_int(count)
    if rows > _MAX_ROWS:
        raise FieldError(f"{rows} rows in a block")
    return [count, *_take(fields, rows * width)]


def _legs(fields: Fields, values: dict[str, str]) -> list[str]:
    if values["secType"] != "BAG":
        return []
    return [*_take_rows(fields, 8), *_take_rows(fields, 1), *_take_rows(fields, 2)]


def _when_set(name: str, width: int) -> Block:
    return lambda fields, values: _take(fields, width) if values[name] else []


def _scale(fields: Fields, values: dict[str, str]) -> list[str]:
    increment = parse_float(values["scalePriceIncrement"])
    return _take(fields, 7) if increment is not None and increment > 0 else []


def _neutral_contract(fields: Fields, values: dict[str, str]) -> list[str]:
    return _take(fields, 3) if parse_bool(values["dncFlag"]) else []


def _algo(fields: Fields, values: dict[str, str]) -> list[str]:
    return _take_rows(fields, 2) if values["algoStrategy"] else []


def _benchmark(fields: Fields, values: dict[str, str]) -> list[str]:
    return _take(fields, 5) if values["orderType"] in PEG_BENCHMARK else []


def _conditions(fields: Fields, values: dict[str, str]) -> list[str]:
    count = parse_int(values["conditionsCount"])
    if count > _MAX_ROWS:
        raise FieldError(f"{count} conditions")
    if count <= 0:
        return []
    texts: list[str] = []
    for _ in range(count):
        kind = next(fields)
        length = _CONDITION_LENGTHS.get(parse_int(kind))
        if length is None:
            raise FieldError(f"unknown condition type {kind[:20]}")
        texts += [kind, *_take(fields, 1 + length)]
    return [*texts, *_take(fields, 2)]


def _peg_tail(fields: Fields, values: dict[str, str]) -> list[str]:
    """minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf."""
    tail = ["", "", "", "", ""]
    if values["exchange"] == "IBKRATS":
        tail[0] = next(fields)
    if values["orderType"] in _PEG_BEST:
        tail[1:3] = _take(fields, 2)
        if parse_float(tail[2]) == inf:
            # ib_async writes Infinite, which IB's own client cannot read in an openOrder.
            tail[2] = "Infinity"
            tail[3:5] = _take(fields, 2)
    elif values["orderType"] in _PEG_MID:
        tail[3:5] = _take(fields, 2)
    return tail


# The reading order: plain fields by name, then the block that follows them.
_SECTIONS: tuple[tuple[tuple[str, ...], str, Block], ...] = tuple(
    (tuple(names.split()), letter, block)
    for names, letter, block in (
        (_HEAD, "A", _legs),
        (_AFTER_PROFILE, "B", _when_set("deltaNeutralOrderType", 8)),
        (_AFTER_NEUTRAL, "C", _scale),
        (_AFTER_SCALE, "D", _when_set("hedgeType", 1)),
        (_AFTER_HEDGE, "E", _neutral_contract),
        ("algoStrategy", "F", _algo),
        (_AFTER_ALGO, "G", _benchmark),
        ("conditionsCount", "H", _conditions),
        (_TAIL, "I", _peg_tail),
    )
)


_PLAIN_176 = (*_AFTER_LEGS.split(), "faProfile")
_PLAIN_178 = tuple(_AFTER_LEGS.split())
ALL_NAMES = (*_PLAIN_178, *(name for names, _, _ in _SECTIONS for name in names))


def read_sections(texts: Fields, values: dict[str, str], version: int) -> dict[str, list[str]]:
    """Fill ``values`` by name; the blocks that are there, by letter. Raises FieldError."""
    blocks: dict[str, list[str]] = {}
    for names, letter, block in _SECTIONS:
        _read_section(texts, names, values)
        found = block(texts, values)
        if found:
            blocks[letter] = found
        if letter == "A":
            _read_section(texts, _profile_names(version), values)
    return blocks


def _profile_names(version: int) -> tuple[str, ...]:
    return _PLAIN_176 if version < 177 else _PLAIN_178


def _read_section(texts: Fields, names: tuple[str, ...], values: dict[str, str]) -> None:
    for name in names:
        text = next(texts)
        values[name] = "" if text in _UNSET_TEXTS and name != "orderRef" else text
