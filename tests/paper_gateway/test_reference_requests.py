"""Reference data, and the rule that every request has an answer unless IB gives none either."""

import pytest

from paper_gateway.hub import Hub
from paper_gateway.requests import LAYOUTS, PLACE_ORDER, START_API
from paper_gateway.settings import Settings
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


def test_an_advisors_accounts_are_one_family() -> None:
    client = Desk(Settings(accounts=2, is_advisor=True)).connect()
    names = ("DF1234567", "DU1234567", "DU1234568")
    assert client.send(17, 1) == [["15", "1", ",".join(names)]]
    rows = [each for name in names for each in (name, "DF1234567")]
    assert client.send(80) == [["78", "3", *rows]]
    (refusal,) = client.send(18, 1, 1)
    assert "does not model groups" in refusal[4]


@pytest.mark.parametrize(
    ("request_fields", "code"),
    [
        ((18, 1, 1), "321"),
        ((19, 1, 1, "<x/>", 5), "321"),
        ((52, 2, 5, 265598, "AAPL", "STK", "SMART", "", "USD", "", "ReportSnapshot", 0, ""), "430"),
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
    (12, 1, 1), (13, 1), (14, 1, 5), (53, 1, 5), (63, 1, 5),
    (64, 1), (70, 1, 5), (75, 1, 5), (77, 1, 5), (89, 5), (90, 5), (93, 5), (95, 5), (98, 5),
    (101, 5), (103, 5),
]  # fmt: skip


@pytest.mark.parametrize("request_fields", QUIET)
def test_what_ib_does_not_answer_is_not_answered(
    client: WireClient, request_fields: tuple[object, ...]
) -> None:
    assert client.send(*request_fields) == []
