"""The answer to reqSecDefOptParams: which expirations and strikes an underlying's options have.

May not say which of them exist together: like TWS's, the answer is a superset, and a combination
that is not listed is error 200 when it is asked for.
"""

from paper_gateway.catalogue.options import Chain
from paper_gateway.wire import frame_list, number


def chain_frames(req_id: int, under_con_id: int, chains: list[Chain]) -> list[bytes]:
    """One message per class and exchange: 75 reqId exchange underlying class multiplier dates
    strikes."""
    return [
        frame_list(
            (75, req_id, exchange, under_con_id, each.trading_class, each.multiplier),
            [
                [len(each.expirations), *each.expirations],
                [len(each.strikes), *map(number, each.strikes)],
            ],
        )
        for each in chains
        for exchange in each.exchanges
    ]
