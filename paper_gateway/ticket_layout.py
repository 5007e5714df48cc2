"""Where the fields of placeOrder are: plain sections by name, and the ten optional blocks.

May not say what a field means, only whether its text is of its type. The layout is IB's at server
versions 176 (115 fields) and 178 (114, without faProfile); the blocks A to I appear only when an
earlier field asks for them, so the fields cannot be found by position alone.
"""

from collections.abc import Callable, Iterator
from math import inf

from paper_gateway.wire import FieldError, parse_bool, parse_float, parse_int

# A field is text unless marked: i integer, f finite number, n any number, b boolean.
_HEAD = (
    "secIdType secId action totalQuantity:n orderType lmtPrice:n auxPrice:f tif ocaGroup account "
    "openClose origin:i orderRef transmit:b parentId:i blockOrder:b sweepToFill:b displaySize:i "
    "triggerMethod:i outsideRth:b hidden:b"
)
_AFTER_LEGS = (
    "sharesAllocation discretionaryAmt:f goodAfterTime goodTillDate faGroup faMethod faPercentage"
)
_AFTER_PROFILE = (
    "modelCode shortSaleSlot:i designatedLocation exemptCode:i ocaType:i rule80A settlingFirm "
    "allOrNone:b minQty:i percentOffset:f eTradeOnly:b firmQuoteOnly:b nbboPriceCap:f "
    "auctionStrategy:i startingPrice:f stockRefPrice:f delta:f stockRangeLower:f stockRangeUpper:f "
    "overridePctConstraints:b volatility:f volatilityType:i deltaNeutralOrderType "
    "deltaNeutralAuxPrice:f"
)
_AFTER_NEUTRAL = (
    "continuousUpdate:b referencePriceType:i trailStopPrice:f trailingPercent:f "
    "scaleInitLevelSize:i scaleSubsLevelSize:i scalePriceIncrement:f"
)
_AFTER_SCALE = "scaleTable activeStartTime activeStopTime hedgeType"
_AFTER_HEDGE = "optOutSmartRouting:b clearingAccount clearingIntent notHeld:b dncFlag:b"
_AFTER_ALGO = "algoId whatIf:b orderMiscOptions solicited:b randomizeSize:b randomizePrice:b"
_TAIL = (
    "adjustedOrderType triggerPrice:f lmtPriceOffset:f adjustedStopPrice:f "
    "adjustedStopLimitPrice:f adjustedTrailingAmount:f adjustableTrailingUnit:i extOperator "
    "softDollarName softDollarValue cashQty:f mifid2DecisionMaker mifid2DecisionAlgo "
    "mifid2ExecTrader mifid2ExecAlgo dontUseAutoPriceForHedge:b isOmsContainer:b "
    "discretionaryUpToLimitPrice:b usePriceMgmtAlgo:b duration:i postToAts:i autoCancelParent:b "
    "advancedErrorOverride manualOrderTime"
)
# The fields of the blocks, one letter each: t text, i integer, f finite number, b boolean.
_LEG = "iittiiti"
_NEUTRAL = "ittttbit"
_SCALE = "fifbiib"
_NEUTRAL_CONTRACT = "iff"
_BENCHMARK = "ibfft"
# Those of one condition after its type and conjunction, by condition type. A margin's percentage
# and a volume are whole: clients cannot read others.
_CONDITIONS = {1: "bfiti", 3: "bt", 4: "bi", 5: "ttt", 6: "biit", 7: "bfit"}
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


def _finite(text: str) -> None:
    if parse_float(text) == inf:
        raise FieldError(f"'{text}' is not a finite number")


# What a field's text must be; it is kept as text, so that openOrder gives back what was sent.
_CHECKS: dict[str, Callable[[str], object]] = {
    "t": lambda text: text,
    "i": parse_int,
    "f": _finite,
    "n": parse_float,
    "b": parse_bool,
}


def _take(fields: Fields, kinds: str) -> list[str]:
    """As many fields as ``kinds`` has letters. Raises FieldError."""
    texts = []
    for kind in kinds:
        text = next(fields)
        _CHECKS[kind](text)
        texts.append(text)
    return texts


def _take_rows(fields: Fields, kinds: str) -> list[str]:
    rows = _count(next(fields))
    return [str(rows), *_take(fields, rows * kinds)]


def _count(text: str) -> int:
    rows = parse_int(text)
    if not 0 <= rows <= _MAX_ROWS:
        raise FieldError(f"{rows} rows in a block")
    return rows


def _legs(fields: Fields, values: dict[str, str]) -> list[str]:
    if values["secType"] != "BAG":
        return []
    return [*_take_rows(fields, _LEG), *_take_rows(fields, "f"), *_take_rows(fields, "tt")]


def _when_set(name: str, kinds: str) -> Block:
    return lambda fields, values: _take(fields, kinds) if values[name] else []


def _scale(fields: Fields, values: dict[str, str]) -> list[str]:
    increment = parse_float(values["scalePriceIncrement"])
    return _take(fields, _SCALE) if increment is not None and increment > 0 else []


def _neutral_contract(fields: Fields, values: dict[str, str]) -> list[str]:
    return _take(fields, _NEUTRAL_CONTRACT) if parse_bool(values["dncFlag"]) else []


def _algo(fields: Fields, values: dict[str, str]) -> list[str]:
    return _take_rows(fields, "tt") if values["algoStrategy"] else []


def _benchmark(fields: Fields, values: dict[str, str]) -> list[str]:
    return _take(fields, _BENCHMARK) if values["orderType"] in PEG_BENCHMARK else []


def _conditions(fields: Fields, values: dict[str, str]) -> list[str]:
    count = _count(values["conditionsCount"])
    if not count:
        return []
    texts: list[str] = []
    for _ in range(count):
        kind = next(fields)
        kinds = _CONDITIONS.get(parse_int(kind))
        if kinds is None:
            raise FieldError(f"unknown condition type {kind[:20]}")
        texts += [kind, *_take(fields, "t" + kinds)]
    return [*texts, *_take(fields, "bb")]


def _peg_tail(fields: Fields, values: dict[str, str]) -> list[str]:
    """minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf."""
    tail = ["", "", "", "", ""]
    if values["exchange"] == "IBKRATS":
        tail[0:1] = _take(fields, "i")
    if values["orderType"] in _PEG_BEST:
        tail[1:3] = [*_take(fields, "i"), next(fields)]
        if parse_float(tail[2]) == inf:
            # ib_async writes Infinite, which IB's own client cannot read in an openOrder.
            tail[2] = "Infinity"
            tail[3:5] = _take(fields, "ff")
    elif values["orderType"] in _PEG_MID:
        tail[3:5] = _take(fields, "ff")
    return tail


def _named(fields: str) -> tuple[tuple[str, str], ...]:
    """(name, kind) of each field of a row."""
    split = (field.partition(":") for field in fields.split())
    return tuple((name, kind or "t") for name, _, kind in split)


# The reading order: plain fields by name, then the block that follows them.
_SECTIONS: tuple[tuple[tuple[tuple[str, str], ...], str, Block], ...] = tuple(
    (_named(fields), letter, block)
    for fields, letter, block in (
        (_HEAD, "A", _legs),
        (_AFTER_PROFILE, "B", _when_set("deltaNeutralOrderType", _NEUTRAL)),
        (_AFTER_NEUTRAL, "C", _scale),
        (_AFTER_SCALE, "D", _when_set("hedgeType", "t")),
        (_AFTER_HEDGE, "E", _neutral_contract),
        ("algoStrategy", "F", _algo),
        (_AFTER_ALGO, "G", _benchmark),
        ("conditionsCount:i", "H", _conditions),
        (_TAIL, "I", _peg_tail),
    )
)


_PLAIN_178 = _named(_AFTER_LEGS)
_PLAIN_176 = (*_PLAIN_178, ("faProfile", "t"))
ALL_NAMES = tuple(
    name for fields in (_PLAIN_178, *(fields for fields, _, _ in _SECTIONS)) for name, _ in fields
)


def read_sections(texts: Fields, values: dict[str, str], version: int) -> dict[str, list[str]]:
    """Fill ``values`` by name; the blocks that are there, by letter. Raises FieldError."""
    blocks: dict[str, list[str]] = {}
    for fields, letter, block in _SECTIONS:
        _read_section(texts, fields, values)
        found = block(texts, values)
        if found:
            blocks[letter] = found
        if letter == "A":
            _read_section(texts, _PLAIN_176 if version < 177 else _PLAIN_178, values)
    return blocks


def _read_section(
    texts: Fields, fields: tuple[tuple[str, str], ...], values: dict[str, str]
) -> None:
    for name, kind in fields:
        text = next(texts)
        if text in _UNSET_TEXTS and name != "orderRef":
            text = ""
        elif text:
            _CHECKS[kind](text)
        values[name] = text
