"""The table's operations about options: chains and strategies (`web/chains.py`)."""

from __future__ import annotations

from trading.options import CHAIN_ID, MOST_STRIKES, USUAL_STRIKES, WRONG_CHAIN_ID
from web.chains import UNDERLYING, WRONG_EXPIRY
from web.openapi import chain_examples as chains
from web.openapi.parts import CONTRACT, TEXT, TWS, Answer, Operation, Parameter, ok
from web.openapi.requests import REFUSALS
from web.openapi.strategy_parts import ANSWERED, VERTICAL

ID = {"type": "string", "pattern": f"^{CHAIN_ID.pattern}$"}

OPTIONS: tuple[Operation, ...] = (
    Operation(
        "GET /fetch-chain",
        "fetchChain",
        "The option chain of one expiry, with quotes and greeks",
        ok("Whole, or marked as partial or cancelled", "Chain", chains.CHAIN),
        "It waits until every option has answered, 35 seconds at most. Meanwhile the stream tells "
        "how far it is, with events of kind chain that bear the id. Open interest follows on the "
        "stream. With format=csv, or text/csv accepted, it is a table.",
        errors=(404, 422, *TWS),
        parameters=(
            *(one for one in CONTRACT if one.name in (*UNDERLYING, "conId")),
            Parameter(
                "expiry",
                "YYYYMMDD; the nearest one with at least a day to go when absent",
                {"type": "string", REFUSALS: [WRONG_EXPIRY]},
                example="20261218",
            ),
            Parameter(
                "strikes",
                "How many strikes around the money",
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST_STRIKES,
                    "default": USUAL_STRIKES,
                    REFUSALS: [f"strikes must be from 1 to {MOST_STRIKES}"],
                },
            ),
            Parameter("tradingClass", "One class of several, such as SPXW", TEXT),
            Parameter(
                "id",
                "How this chain is called on the stream and in a cancel; one is made when absent",
                ID | {REFUSALS: [WRONG_CHAIN_ID]},
                example=chains.CHAIN_ID,
            ),
            Parameter("format", "json when absent", {"enum": ["csv", "json"]}),
        ),
    ),
    Operation(
        "DELETE /fetch-chain/{chainId}",
        "cancelChain",
        "Stop a chain that is being fetched",
        {
            202: Answer(
                "Nothing more is asked of TWS; whoever waits for it has what had come",
                ("ChainCancelled",),
                {"answer": chains.CANCELLED},
            )
        },
        errors=(404, *TWS),
        parameters=(
            Parameter("chainId", "Its id", ID, "path", required=True, example=chains.CHAIN_ID),
        ),
    ),
    Operation(
        "POST /strategies",
        "makeStrategy",
        "Legs of options as one order, with what it may gain and lose",
        ANSWERED,
        "Vertical, calendar, straddle, iron condor or custom. Prices and volatilities are those "
        "that a chain told; a missing one makes what depends on it null. It only computes.",
        errors=(413, 415, 422),
        body="StrategyRequest",
        bodies={"vertical": VERTICAL},
    ),
)
