"""IB's own encoder and decoder, in their own environment, for tables of samples.

Reads JSON from standard input and answers with JSON, by the names of the samples. ``requests`` are
(version, method, arguments): the bytes that EClient sends for each, in hex. ``replies`` are
(version, bytes in hex): the calls that its decoder makes of each, as lists of the method and its
arguments. ``methods`` are the client's requests.
"""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from enum import Enum

from ibapi import comm, contract, execution, order, order_cancel, order_condition, scanner
from ibapi.client import EClient
from ibapi.common import WshEventData
from ibapi.decoder import Decoder
from ibapi.softdollartier import SoftDollarTier
from ibapi.tag_value import TagValue
from ibapi.utils import BadMessage

CLASSES = {
    "ComboLeg": contract.ComboLeg,
    "Contract": contract.Contract,
    "DeltaNeutralContract": contract.DeltaNeutralContract,
    "ExecutionFilter": execution.ExecutionFilter,
    "ExecutionCondition": order_condition.ExecutionCondition,
    "MarginCondition": order_condition.MarginCondition,
    "Order": order.Order,
    "OrderCancel": order_cancel.OrderCancel,
    "OrderComboLeg": order.OrderComboLeg,
    "PercentChangeCondition": order_condition.PercentChangeCondition,
    "PriceCondition": order_condition.PriceCondition,
    "ScannerSubscription": scanner.ScannerSubscription,
    "SoftDollarTier": lambda: SoftDollarTier("", "", ""),
    "TagValue": TagValue,
    "TimeCondition": order_condition.TimeCondition,
    "VolumeCondition": order_condition.VolumeCondition,
    "WshEventData": WshEventData,
}
# What IB's own client calls otherwise than ib_async, whose names the samples have.
NAMES = {"exch": "exchange"}
RENAMED = {
    "commissionAndFees": "commission",
    "commissionAndFeesCurrency": "commissionCurrency",
    "maxCommissionAndFees": "maxCommission",
    "minCommissionAndFees": "minCommission",
    "wap": "average",
}
REQUEST = re.compile(
    "(req|cancel|calculate|exercise|query|replace|request|subscribe|unsubscribe|updateDisplay|verify"
    "|setServer|startApi|placeOrder)(?!.*ProtoBuf)"
)
DECIMALS = {"totalQuantity", "filledQuantity"}


def made(value):
    """The client's own objects from plain values; ``class`` names what a dict stands for."""
    if isinstance(value, list):
        return [made(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = CLASSES[value["class"]]()
    for name, inner in value.items():
        if name == "class":
            continue
        name = NAMES.get(name, name)
        if name == "conjunction":
            name, inner = "isConjunctionConnection", inner == "a"
        setattr(found, name, Decimal(str(inner)) if name in DECIMALS else made(inner))
    return found


class Recorder:
    """Stands for the socket, and for the wrapper: keeps what is sent and what is called."""

    def __init__(self):
        self.sent = []
        self.calls = []

    def sendMsg(self, data):
        self.sent.append(data)

    def isConnected(self):
        return True

    def __getattr__(self, name):
        def call(*arguments):
            self.calls.append([name, *map(plain, arguments)])

        return call


def plain(value):
    """The value as JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(each) for each in value]
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    if isinstance(value, Enum):
        return value.name
    found = {RENAMED.get(key, key): plain(each) for key, each in vars(value).items()}
    if isinstance(value, order_condition.OrderCondition):
        found["exch"] = found.pop("exchange", "")
        found["conjunction"] = "a" if value.isConjunctionConnection else "o"
    return found


def sent(version, method, arguments):
    """The bytes of one request, in hex; an error of the client's own otherwise."""
    recorder = Recorder()
    client = EClient(recorder)
    client.conn = recorder
    client.clientId, client.optCapab, client.extraAuth = 77, "+X", True
    client.serverVersion_ = version
    client.setConnState(EClient.CONNECTED)
    getattr(client, method)(*made(arguments))
    return b"".join(recorder.sent).hex() or str(recorder.calls)


def called(version, data):
    """The calls that one frame causes; what kills the client's reader is told as a call too."""
    recorder = Recorder()
    decoder = Decoder(recorder, version)
    _, body, _ = comm.read_msg(bytes.fromhex(data))
    message_id, _, rest = body.partition(b"\0")
    try:
        decoder.interpret(comm.read_fields(rest), int(message_id))
    except (BadMessage, TypeError, ValueError) as error:
        recorder.calls.append(["reader died", repr(error)])
    return recorder.calls


def main():
    asked = json.load(sys.stdin)
    answer = {
        "methods": [name for name in vars(EClient) if REQUEST.match(name)],
        "requests": {name: sent(*row) for name, row in asked["requests"].items()},
        "replies": {name: called(*row) for name, row in asked["replies"].items()},
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
