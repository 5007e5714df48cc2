"""Requests: what ib_async's own encoder sends is read into the fields it meant."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ib_async import Stock
from ib_async.client import Client

from paper_gateway.requests import LAYOUTS, MalformedRequest, decode_request
from paper_gateway.wire import MAX_FIELDS, split_fields
from tests.conformance.codec_ib_async import sent
from tests.conformance.request_samples import REQUESTS, RequestSample
from tests.paper_gateway.wire_client import encoded, requests_of

REQUEST = re.compile(
    "(req|cancel|calculate|exercise|query|replace|request|subscribe|unsubscribe|updateDisplay|verify"
    "|setServer|startApi|placeOrder)"
)


@pytest.mark.parametrize("version", [176, 178])
@pytest.mark.parametrize("row", REQUESTS, ids=str)
def test_every_argument_lands_in_its_field(row: RequestSample, version: int) -> None:
    request = decode_request(split_fields(sent(version, row.method, row.arguments)[4:]))
    assert (request.name, request.values) == (row.method, row.fields)


def test_every_request_of_the_client_is_in_the_table() -> None:
    methods = {name for name in vars(Client) if REQUEST.match(name)}
    assert methods == {row.method for row in REQUESTS} | {"placeOrder"}
    assert {layout.name for layout in LAYOUTS.values()} == {row.method for row in REQUESTS}


def test_a_right_that_means_none_is_read_as_none() -> None:
    (fields,) = requests_of(
        encoded(178, lambda c: c.reqContractDetails(1, Stock("AAPL", right="?")))
    )
    assert decode_request(fields)["contract"].right == ""


@pytest.mark.parametrize(
    ("fields", "reason", "req_id"),
    [
        (["999"], "Unknown message id", -1),
        (["x"], "Unknown message id", -1),
        ([""], "Unknown message id", -1),
        (["7", "3", "5"], "Too few fields", 5),
        (["4", "1", "33"], "Too few fields", 33),
        (["91", "abc"], "'abc' is not an integer", -1),
        (["\u0664\u0669", "1"], "Unknown message id", -1),
    ],
)
def test_a_malformed_request_says_what_is_wrong_and_whose_it_is(
    fields: list[str], reason: str, req_id: int
) -> None:
    with pytest.raises(MalformedRequest) as caught:
        decode_request(fields)
    assert (caught.value.reason, caught.value.req_id) == (reason, req_id)


def test_fields_behind_the_last_known_one_are_ignored() -> None:
    assert decode_request(["49", "1", "extra"]).name == "reqCurrentTime"


@pytest.mark.parametrize("count", ["-1", str(MAX_FIELDS + 1), "x"])
def test_an_absurd_count_of_legs_is_refused(count: str) -> None:
    bag = ["0", "A", "BAG", *[""] * 9]
    with pytest.raises(MalformedRequest) as caught:
        decode_request(["1", "11", "9", *bag, count, *["1"] * 9])
    assert caught.value.req_id == 9


@given(st.sampled_from(sorted(LAYOUTS)), st.lists(st.text(max_size=6), max_size=30))
def test_no_fields_break_the_decoder(message_id: int, texts: list[str]) -> None:
    try:
        request = decode_request([str(message_id), *texts])
    except MalformedRequest as error:
        assert error.reason
    else:
        assert request.message_id == message_id


@pytest.mark.parametrize("includes_expired", [True, False])
def test_a_query_says_whether_expired_contracts_count(includes_expired: bool) -> None:
    contract = ["0", "ES", "FUT", "202512", "0", "", "", "CME", "", "USD", "", ""]
    request = decode_request(["9", "8", "5", *contract, str(int(includes_expired)), "", "", ""])
    assert (request.query.symbol, request.query.includes_expired) == ("ES", includes_expired)
