"""Answers to reqHeadTimeStamp: where history begins.

May not decide it: that is the market's business.
"""

from datetime import UTC, datetime

from paper_gateway import replies
from paper_gateway.data_requests import find_contract
from paper_gateway.requests import Request
from paper_gateway.session import Session

EPOCH_FORMAT = 2
_NONE = "Historical Market Data Service error message:No head time stamp"


def req_head_timestamp(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    definition = find_contract(session, req_id, request.query)
    if definition is None:
        return
    if request["what"] == "TRADES" and definition.sec_type == "CASH":
        session.send_error(req_id, 162, _NONE)
        return
    start = session.hub.market.history_start(definition.con_id)
    in_epoch = request["format_date"] == EPOCH_FORMAT
    text = str(int(start)) if in_epoch else f"{datetime.fromtimestamp(start, UTC):%Y%m%d-%H:%M:%S}"
    session.send(replies.head_timestamp(req_id, text))


def cancel_head_timestamp(_session: Session, _request: Request) -> None:
    """The answer has always been given already."""


HANDLERS = {87: req_head_timestamp, 90: cancel_head_timestamp}
