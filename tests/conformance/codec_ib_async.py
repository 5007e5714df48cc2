"""ib_async's own encoder and decoder for tables of samples.

session_ibapi_codec does the same with IB's.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import ib_async
from ib_async.contract import DeltaNeutralContract
from ib_async.objects import SoftDollarTier, WshEventData
from ib_async.order import OrderComboLeg

from tests.paper_gateway.wire_client import RecordingClient, decoded

_CLASSES = {
    each.__name__: each
    for each in (DeltaNeutralContract, OrderComboLeg, SoftDollarTier, WshEventData)
}


def made(value: Any) -> Any:
    """The library's own objects from plain values; ``class`` names what a dict stands for."""
    if isinstance(value, list):
        return [made(each) for each in value]
    if not isinstance(value, dict):
        return value
    name = value["class"]
    found = _CLASSES.get(name) or getattr(ib_async, name)
    return found(**{key: made(inner) for key, inner in value.items() if key != "class"})


def sent(version: int, method: str, arguments: list[Any]) -> bytes:
    """The bytes of one request."""
    client = RecordingClient(version)
    client.clientId, client.optCapab = 77, "+X"
    getattr(client, method)(*made(arguments))
    return b"".join(client.frames)


def called(version: int, data: bytes) -> list[list[Any]]:
    """The calls that one frame causes: the method and its arguments as plain values."""
    return [[method, *map(plain, arguments)] for method, arguments in decoded(data, version)]


def plain(value: Any) -> Any:
    """The value as JSON has it; a time is in epoch seconds."""
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: plain(each) for key, each in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
