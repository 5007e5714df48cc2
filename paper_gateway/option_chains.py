"""The answer to reqSecDefOptParams: which expirations and strikes an underlying's options have.

May not say which of them exist together: like TWS's, the answer is a superset, and a combination
that is not listed is error 200 when it is asked for.
"""

from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.wire import frame_list, number


def option_chain(catalogue: Catalogue, under_con_id: int) -> list[ContractDefinition]:
    """The listed options of an underlying, in the order of the catalogue."""
    return [
        each
        for each in catalogue.definitions
        if each.sec_type == "OPT" and each.under_con_id == under_con_id
    ]


def chain_frames(req_id: int, options: list[ContractDefinition]) -> list[bytes]:
    """One message per exchange: 75 reqId exchange underlying class multiplier dates strikes."""
    if not options:
        return []
    first = options[0]
    dates = sorted({each.last_trade_date for each in options})
    strikes = sorted({each.strike for each in options})
    rows = [[len(dates), *dates], [len(strikes), *map(number, strikes)]]
    return [
        frame_list(
            (75, req_id, exchange, first.under_con_id, first.trading_class, first.multiplier), rows
        )
        for exchange in first.valid_exchanges.split(",")
    ]
