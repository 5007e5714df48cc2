"""Where in a message the things stand that differ from one session to the next, or are private.

May not read or change values. Indexes count from the message id; facts about the layouts are IB's
text protocol at server versions 176 to 178. Beyond, the fields named here have the same places up
to version 193; from 194 on error has another layout.
"""

import contextlib
from collections.abc import Iterator
from enum import StrEnum

from paper_gateway.requests import LAYOUTS, PLACE_ORDER, Layout
from paper_gateway.ticket_layout import read_sections
from paper_gateway.wire import FieldError


class Place(StrEnum):
    """What stands there."""

    ACCOUNT = "account"
    CLIENT = "client"
    """A clientId."""
    REQUEST = "request"
    """A reqId."""
    ORDER = "order"
    """An orderId."""
    PARENT = "parent"
    """An orderId that names another order than the message's own."""
    ASKER = "asker"
    """A reqId or an orderId: error has one place for both."""
    REFERENCE = "reference"
    """A text that the client made up for an order: orderRef, ocaGroup."""
    USER = "user"
    """A person's name or number."""


Places = list[tuple[int, Place]]

_LAYOUT_FIELDS = {
    "req_id": Place.REQUEST,
    "order_id": Place.ORDER,
    "client_id": Place.CLIENT,
    "account": Place.ACCOUNT,
}
# placeOrder: the places before its first optional block. exerciseOptions: those behind a contract.
_REQUESTS = """
3 order:1 reference:22 account:23 reference:26 parent:28
21 request:2 account:16
"""
_REPLIES = """
1 request:2
2 request:2
3 order:1 parent:7 client:9
4 asker:2
5 order:1 reference:19 account:20 reference:23 client:24 parent:57
6 account:5
7 account:19
10 request:1
11 request:1 order:2 account:16 client:22 reference:26
12 request:2
13 request:2
15 account:2
17 request:1
18 request:1
20 request:2
21 request:1
45 request:2
46 request:2
47 request:2
50 request:2
51 request:2
52 request:2
54 account:2
55 request:2
56 request:2
57 request:2
58 request:2
61 account:2
63 request:2 account:3
64 request:2
67 request:2
68 request:2
71 request:2 account:3
72 request:2
73 request:2 account:3
74 request:2
75 request:1
76 request:1
77 request:1
79 request:1
81 request:1
82 request:1
83 request:1
84 request:1
86 request:1
87 request:1
88 request:1
89 request:1
90 request:1
91 request:1
92 request:1
94 request:1
95 request:1
96 request:1
97 request:1
98 request:1
99 request:1
100 client:2 order:3
101 reference:18 account:19 reference:22
103 request:1
104 request:1
105 request:1
106 request:1
107 request:1 user:2
108 request:1
"""
_PLACE_ORDER = str(PLACE_ORDER)
_OPEN_ORDER = "5"
_FAMILY_CODES = "78"
# At 176 openOrder has faProfile at this index, and everything behind it is one further.
_FA_PROFILE = 34
# The places of placeOrder behind its optional blocks: the operator, and MiFID's decision makers and
# traders, are people.
_TICKET_FIELDS = {
    "clearingAccount": Place.ACCOUNT,
    "extOperator": Place.USER,
    "mifid2DecisionMaker": Place.USER,
    "mifid2DecisionAlgo": Place.USER,
    "mifid2ExecTrader": Place.USER,
    "mifid2ExecAlgo": Place.USER,
}
_SEC_TYPE, _EXCHANGE, _TICKET_HEAD = 4, 9, 14


def places_in(fields: list[str], is_request: bool, version: int) -> Places:
    """The places of one message, without those that it is too short for."""
    message_id = fields[0] if fields else ""
    found = (_REQUEST_PLACES if is_request else _REPLY_PLACES).get(message_id, [])
    if is_request and message_id == _PLACE_ORDER:
        found = [*found, *_ticket_places(fields, version)]
    elif not is_request and message_id == _OPEN_ORDER and version < 177:
        found = [(index + (index >= _FA_PROFILE), place) for index, place in found]
    elif not is_request and message_id == _FAMILY_CODES:
        # Pairs of an account and the code of its family, which is an account's number too.
        found = [(index, Place.ACCOUNT) for index in range(2, len(fields))]
    return [(index, place) for index, place in found if index < len(fields)]


class _Field(str):
    """A field that knows where it stands."""

    place: int


def _ticket_places(fields: list[str], version: int) -> Iterator[tuple[int, Place]]:
    """They stand behind optional blocks, so the whole order has to be read."""
    if len(fields) <= _TICKET_HEAD:
        return
    placed = [_Field(text) for text in fields]
    for index, field in enumerate(placed):
        field.place = index
    values: dict[str, str] = {"secType": placed[_SEC_TYPE], "exchange": placed[_EXCHANGE]}
    # Of an order that cannot be read to its end, what was found up to there counts.
    with contextlib.suppress(FieldError, StopIteration):
        read_sections(iter(placed[_TICKET_HEAD:]), values, version)
    for name, place in _TICKET_FIELDS.items():
        found = values.get(name)
        if isinstance(found, _Field):
            yield found.place, place


def _of_layout(layout: Layout) -> Places:
    """The places of a request whose fields before them are single ones."""
    return [
        (layout.first + offset, _LAYOUT_FIELDS[name])
        for offset, (name, _) in enumerate(layout.fields)
        if name in _LAYOUT_FIELDS
    ]


def _read_table(table: str) -> dict[str, Places]:
    rows = (row.split() for row in table.strip().splitlines())
    return {message_id: [_read_place(text) for text in texts] for message_id, *texts in rows}


def _read_place(text: str) -> tuple[int, Place]:
    place, _, index = text.partition(":")
    return int(index), Place(place)


_REQUEST_PLACES = {
    **{str(message_id): _of_layout(layout) for message_id, layout in LAYOUTS.items()},
    **_read_table(_REQUESTS),
}
_REPLY_PLACES = _read_table(_REPLIES)
