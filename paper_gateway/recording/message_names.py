"""What the messages are called, by their ids. May not know their fields.

Requests have the names of the gateway's own table; replies those of IB's callbacks.
"""

from paper_gateway.reply_names import REPLY_NAMES
from paper_gateway.requests import LAYOUTS, PLACE_ORDER

HELLO = "hello"
SERVER_VERSION = "serverVersion"
UNKNOWN = "unknown"
# From server version 201 on the id is a raw 4-byte integer, and 200 more when the body is protobuf.
FIRST_BINARY_VERSION = 201
_PROTOBUF = 200

_REPLIES = {str(message_id): name for message_id, name in REPLY_NAMES.items()}
REQUEST_NAMES = {
    str(PLACE_ORDER): "placeOrder",
    **{str(message_id): layout.name for message_id, layout in LAYOUTS.items()},
}


def name_of(message_id: str, is_request: bool) -> str:
    """The message's name, ``unknown`` for an id that is in no table."""
    return (REQUEST_NAMES if is_request else _REPLIES).get(message_id, UNKNOWN)


def binary_name_of(content: bytes, is_request: bool) -> str:
    """The name of a message of a connection at server version 201 or later."""
    number = int.from_bytes(content[:4], "big")
    return name_of(str(number - _PROTOBUF if number > _PROTOBUF else number), is_request)
