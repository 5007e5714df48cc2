"""What is private is replaced, the same by the same, and nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ib_async import LimitOrder, Stock

from paper_gateway.recording.redaction import Private, Redactor
from tests.paper_gateway.wire_client import encoded, messages


def managed(redactor: Redactor, accounts: str) -> str:
    """What becomes of managedAccounts."""
    return redactor.redact(["15", "1", accounts, ""], False, 178)[2]


def placed(redactor: Redactor, **terms: str) -> list[str]:
    """What becomes of a placeOrder."""
    order, contract = LimitOrder("BUY", 10, 1.0, **terms), Stock("AAPL", "SMART", "USD")
    data = encoded(178, lambda client: client.placeOrder(1, contract, order))
    return redactor.redact(messages(data)[0], True, 178)


@pytest.mark.parametrize(
    ("account", "stand_in"),
    [
        ("DU1234567", "DU0000001"),
        ("U7654321", "U0000001"),
        ("F7654321", "F0000001"),
        ("DF7654321", "DF0000001"),
        ("DU777", "DU001"),
        ("Alice's", "DU0000001"),
    ],
)
def test_an_account_keeps_its_letters_and_its_length(account: str, stand_in: str) -> None:
    assert managed(Redactor(), account) == stand_in


def test_every_managed_account_gets_a_number_of_its_own_and_keeps_it() -> None:
    redactor = Redactor()
    assert managed(redactor, "F1111111,U2222222,U3333333,") == "F0000001,U0000002,U0000003,"
    assert managed(redactor, "U3333333,F1111111,U2222222") == "U0000003,F0000001,U0000002"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("0.0/U2222222/10", "0.0/U0000002/10"),
        ("F1111111A", "F0000001A"),
        (
            "<acct>U2222222</acct><acct>F1111111</acct>",
            "<acct>U0000002</acct><acct>F0000001</acct>",
        ),
        ("for accountU2222222.", "for accountU0000002."),
        ("U22222220 U222222", "U00000003 U000004"),
        ("not US0378331005, not 11111111, not E1111111", None),
        ("0000e0d5.67fe667b.01.01", None),
    ],
)
def test_managed_accounts_are_replaced_inside_any_text(text: str, redacted: str | None) -> None:
    redactor = Redactor()
    managed(redactor, "F1111111,U2222222")
    told = redactor.redact(["4", "2", "-1", "201", text, "", ""], False, 178)[4]
    assert told == (text if redacted is None else redacted)


def test_an_account_without_digits_is_replaced_as_a_word() -> None:
    redactor = Redactor()
    managed(redactor, "Alice")
    assert redactor.redact_text("Alice and Alices") == "DU0000001 and Alices"


def test_an_account_is_replaced_before_managed_accounts_has_named_it() -> None:
    redactor = Redactor()
    assert redactor.redact(["6", "2", "1", "DU777", ""], True, 178)[3] == "DU001"
    assert managed(redactor, "DU777") == "DU001"


@pytest.mark.parametrize("word", ["", "All", "1"])
def test_a_word_in_an_accounts_place_stays(word: str) -> None:
    assert Redactor().redact(["6", "2", "1", word, ""], True, 178)[3] == word


def test_a_family_code_is_an_account() -> None:
    redactor = Redactor()
    fields = ["78", "1", "U1234567", "F7654321A", ""]
    assert redactor.redact(fields, False, 178) == ["78", "1", "U0000001", "F0000002A", ""]


def test_an_account_that_looks_like_a_stand_in_is_replaced_once() -> None:
    redactor = Redactor()
    assert managed(redactor, "DU0000002,DU0000001") == "DU0000001,DU0000002"
    assert redactor.redact_text("DU0000001") == "DU0000002"


def test_an_orders_reference_group_and_people_are_replaced() -> None:
    redactor = Redactor()
    fields = placed(
        redactor,
        account="DU1234567",
        orderRef="secret strategy DU1234567",
        ocaGroup="secret group",
        extOperator="alice",
        mifid2DecisionMaker="bob",
    )
    text = "|".join(fields)
    assert (fields[23], fields[26], fields[22]) == ("DU0000001", "ref2", "ref1")
    assert "user1" in fields
    assert "user2" in fields
    assert not any(word in text for word in ("secret", "alice", "bob", "DU1234567"))
    assert placed(redactor, orderRef="secret strategy DU1234567")[26] == "ref2"


def test_references_are_kept_when_asked_but_for_accounts_in_them() -> None:
    fields = placed(Redactor([Private.REFERENCES]), orderRef="mine DU1234567")
    assert fields[26] == "mine DU0000001"


def test_accounts_are_kept_when_asked() -> None:
    redactor = Redactor([Private.ACCOUNTS])
    assert managed(redactor, "DU1234567,Alice") == "DU1234567,Alice"
    assert placed(redactor, account="DU777")[23] == "DU777"


def test_only_what_is_replaced_is_named() -> None:
    assert Redactor().replaced == ["accounts", "users", "hosts", "references"]
    assert Redactor([Private.ACCOUNTS], ["x"]).replaced == [
        "users", "hosts", "references", "hidden",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("mail alice.b+ib@example.com.", "mail user1."),
        ("cannot write /home/alice/Jts/jts.ini", "cannot write /home/user1/Jts/jts.ini"),
        ("in /Users/alice/Jts", "in /Users/user1/Jts"),
        ("in C:\\Users\\alice\\Jts", "in C:\\Users\\user1\\Jts"),
        ("from 192.168.1.20:7497", "from host1:7497"),
        ("from desk.alice.lan and nas.local", "from host1 and host2"),
        ("from 127.0.0.1", None),
        ("Market data farm connection is OK:usfarm.nj", None),
        ("AMAZON.COM INC, EUR.USD, BRK B, 178.5.2", None),
        ("00000123.45678901.01.01", None),
    ],
)
def test_people_and_machines_are_replaced_where_their_form_tells_them(
    text: str, redacted: str | None
) -> None:
    assert Redactor().redact_text(text) == (text if redacted is None else redacted)


def test_the_same_person_has_the_same_name_again() -> None:
    redactor = Redactor()
    assert redactor.redact_text("/home/alice/ /home/bob/ /home/alice/") == (
        "/home/user1/ /home/user2/ /home/user1/"
    )


def test_hidden_words_are_replaced_wherever_they_stand() -> None:
    redactor = Redactor(hidden=["Alice", "Alice & Co", ""])
    assert redactor.redact_text("MyAlice, Alice & Co.") == "Myhidden1, hidden2."


def test_the_white_brand_of_a_user_is_a_users_name() -> None:
    assert Redactor().redact(["107", "5", "broker-x", ""], False, 178)[2] == "user1"


_AROUND = st.text(alphabet="abDU ,/<>:.-_\\\u00e9@", max_size=4)
_MESSAGE_IDS = st.sampled_from(
    ["3", "4", "5", "6", "7", "11", "15", "16", "61", "78", "101", "9999"]
)


@given(_MESSAGE_IDS, st.lists(st.tuples(_AROUND, _AROUND), min_size=1, max_size=30), st.booleans())
def test_no_managed_account_leaves_in_any_field_of_any_message(
    message_id: str, around: list[tuple[str, str]], is_request: bool
) -> None:
    redactor = Redactor()
    managed(redactor, "DU7654321,U1234567")
    fields = [f"{before}DU7654321{after}U1234567" for before, after in around]
    redacted = redactor.redact([message_id, *fields, ""], is_request, 178)
    assert len(redacted) == len(fields) + 2
    assert not any("7654321" in field or "1234567" in field for field in redacted)
