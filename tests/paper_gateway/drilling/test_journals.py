"""A client's journal: both forms are read, and a wrong line is named."""

import pytest

from paper_gateway.drilling.journals import Belief, Entry, JournalError, parse_journal


def test_lines_of_json_are_read() -> None:
    text = """
        {"orderRef": "a", "state": "filled", "filled": 10}

        {"clientOrderId": "b", "state": "live"}
    """
    assert parse_journal(text) == {
        "a": Entry("a", Belief.FILLED, "filled", 10.0),
        "b": Entry("b", Belief.WORKING, "live", None),
    }


def test_csv_is_read() -> None:
    text = "order_ref,status,filled\na,Filled,2.5\nb,PreSubmitted,\n"
    assert parse_journal(text) == {
        "a": Entry("a", Belief.FILLED, "Filled", 2.5),
        "b": Entry("b", Belief.WORKING, "PreSubmitted", None),
    }


def test_the_last_line_about_an_order_counts() -> None:
    text = "orderRef,state\na,sending\na,unknown\n"
    assert parse_journal(text) == {"a": Entry("a", Belief.UNKNOWN, "unknown", None)}


@pytest.mark.parametrize("text", ["", "orderRef,state,filled\n"])
def test_a_journal_may_be_empty(text: str) -> None:
    assert parse_journal(text) == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"orderRef": "a", "state": "filled"}\n{', "line 2: this is not JSON"),
        ('{"orderRef": "a", "state": "filled"}\n[1]', "line 2: this is not a JSON object"),
        ('{"state": "filled"}', "line 1: there is no orderRef or clientOrderId"),
        ('{"orderRef": 5, "state": "filled"}', "line 1: there is no orderRef"),
        ('{"orderRef": "a"}', "line 1: there is no state or status"),
        ('{"orderRef": "a", "state": "glad"}', "line 1: the state 'glad' is none"),
        ('{"orderRef": "a", "state": "filled", "filled": -1}', "line 1: filled cannot be -1"),
        ('{"orderRef": "a", "state": "filled", "filled": true}', "filled cannot be True"),
        ('{"orderRef": "a", "state": "filled", "filled": NaN}', "filled cannot be nan"),
        ("orderRef,state,filled\na,filled,many\n", "line 2: "),
        ("orderRef,state\na,glad\n", "line 2: the state 'glad'"),
        ("ref,state\na,filled\n", "line 2: there is no orderRef"),
        ('orderRef,state\n"a"b,filled\n', "line 2: "),
    ],
)
def test_a_wrong_line_is_named(text: str, reason: str) -> None:
    with pytest.raises(JournalError) as caught:
        parse_journal(text)
    assert reason in str(caught.value)
