"""Messages have the names that IB's documents give them."""

import pytest

from paper_gateway.recording.message_names import binary_name_of, name_of
from paper_gateway.reply_names import REPLY_NAMES


@pytest.mark.parametrize(
    ("message_id", "request_name", "reply_name"),
    [
        ("3", "placeOrder", "orderStatus"),
        ("5", "reqOpenOrders", "openOrder"),
        ("61", "reqPositions", "position"),
        ("71", "startApi", "positionMulti"),
        ("4", "cancelOrder", "error"),
        ("104", "reqUserInfo", "wshMetaData"),
    ],
)
def test_an_id_has_a_name_for_each_direction(
    message_id: str, request_name: str, reply_name: str
) -> None:
    assert name_of(message_id, is_request=True) == request_name
    assert name_of(message_id, is_request=False) == reply_name


@pytest.mark.parametrize("message_id", ["", "9999", "x", "-1", "60"])
def test_an_id_of_no_table_is_unknown(message_id: str) -> None:
    assert name_of(message_id, is_request=True) == "unknown"
    assert name_of(message_id, is_request=False) == "unknown"


def test_every_reply_of_the_text_protocol_has_a_name() -> None:
    ids = {*range(1, 22), *range(45, 48), *range(49, 60), *range(61, 69), *range(71, 110)}
    ids -= {48, 60, 69, 70}
    assert set(REPLY_NAMES) == ids


def test_a_binary_message_is_named_by_its_four_bytes_with_or_without_protobuf() -> None:
    assert binary_name_of((203).to_bytes(4, "big") + b"\x08\x01", is_request=True) == "placeOrder"
    assert binary_name_of((3).to_bytes(4, "big"), is_request=False) == "orderStatus"
    assert binary_name_of(b"", is_request=False) == "unknown"
