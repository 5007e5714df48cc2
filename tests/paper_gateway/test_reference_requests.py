"""Reference data, and the rule that every request has an answer unless IB gives none either."""

import pytest

from paper_gateway.hub import Hub
from paper_gateway.requests import LAYOUTS, PLACE_ORDER, START_API
from tests.paper_gateway.wire_client import NOON, Desk, WireClient

AAPL = [0, "AAPL", "STK", "", 0.0, "", "", "SMART", "", "USD", "", ""]


@pytest.fixture
def client() -> WireClient:
    return Desk().connect()


def test_every_request_of_the_table_has_a_handler() -> None:
    assert set(Hub.handlers) == set(LAYOUTS) - {PLACE_ORDER, START_API}


def test_the_current_time(client: WireClient) -> None:
    assert client.send(49, 1) == [["49", "1", str(int(NOON))]]


EMPTY = [
    ((79, 5), ["77", "5", "0"]),
    ((85,), ["85", "0"]),
    ((86, 5, 265598, "BZ", "", "", 10, ""), ["87", "5", "0"]),
    ((88, 5, *AAPL, 0, 1, "1 day"), ["89", "5", "0"]),
    ((96, 5, *AAPL, 0, "", "x", 10, "TRADES", 1, 0, ""), ["98", "5", "0", "1"]),
    ((96, 5, *AAPL, 0, "", "x", 10, "BID_ASK", 1, 0, ""), ["97", "5", "0", "1"]),
    ((96, 5, *AAPL, 0, "", "x", 10, "MIDPOINT", 1, 0, ""), ["96", "5", "0", "1"]),
    ((22, 5, *[""] * 23), ["20", "3", "5", "0"]),
    ((17, 1), ["15", "1", "DU1234567"]),
    ((80,), ["78", "1", "DU1234567", ""]),
    ((104, 5), ["107", "5", ""]),
    ((67, 1, 5), ["67", "1", "5", "1|2|3|4|5|6|7"]),
    ((68, 1, 5, 1), ["68", "1", "5", "none"]),
    ((69, 1, 5, "8314@SMART"), ["68", "1", "5", "8314@SMART"]),
    ((65, 1, "a", "b"), ["66", "1", "0", "Verification is not supported."]),
]


@pytest.mark.parametrize(("request_fields", "answer"), EMPTY)
def test_what_there_is_nothing_of_is_answered_with_nothing(
    client: WireClient, request_fields: tuple[object, ...], answer: list[str]
) -> None:
    assert client.send(*request_fields) == [answer]


@pytest.mark.parametrize(
    ("request_fields", "code"),
    [
        ((10, 5, 5, *AAPL, 5, 1, ""), "10092"),
        ((18, 1, 1), "321"),
        ((19, 1, 1, "<x/>", 5), "321"),
        ((23, 1, 5), "162"),
        ((52, 2, 5, 265598, "AAPL", "STK", "SMART", "", "USD", "", "ReportSnapshot", 0, ""), "430"),
        ((84, 5, "BZ", "BZ$1", ""), "10172"),
        ((97, 5, *AAPL, "Last", 0, 0), "10189"),
        ((96, 5, *AAPL, 0, "", "x", 10, "SMILES", 1, 0, ""), "321"),
        ((100, 5), "10276"),
        ((102, 5, 265598, "", 0, 0, 0, "", "", ""), "10276"),
    ],
)
def test_what_is_not_modelled_is_refused_with_ibs_code(
    client: WireClient, request_fields: tuple[object, ...], code: str
) -> None:
    ((error),) = client.send(*request_fields)
    assert (error[0], error[3]) == ("4", code)


QUIET = [
    (11, 1, 5, 0), (12, 1, 1), (13, 1), (14, 1, 5), (53, 1, 5), (63, 1, 5),
    (64, 1), (70, 1, 5), (75, 1, 5), (77, 1, 5), (89, 5), (90, 5), (93, 5), (95, 5), (98, 5),
    (101, 5), (103, 5),
]  # fmt: skip


@pytest.mark.parametrize("request_fields", QUIET)
def test_what_ib_does_not_answer_is_not_answered(
    client: WireClient, request_fields: tuple[object, ...]
) -> None:
    assert client.send(*request_fields) == []


@pytest.mark.parametrize("message_id", [24, 82])
def test_lists_are_read_by_the_client(client: WireClient, message_id: int) -> None:
    assert len(client.send(message_id, 1)) == 1


def test_smart_components(client: WireClient) -> None:
    ((message),) = client.send(83, 5, "9c0001")
    assert message[:3] == ["82", "5", "4"]
