"""The desk's word for whom it asks: only its own, only for this, only for a minute."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from itsdangerous import NoneAlgorithm, Signer, URLSafeTimedSerializer

from relay.assertions import AUDIENCE, SCOPES, Assertion, BadAssertion, make, verify

TOKEN = "one secret that only desk and relay know"
NOW = 1_800_000_000.0


def verified(assertion: str, token: str = TOKEN, later: float = 0) -> Assertion:
    return verify(token, assertion, lambda: NOW + later)


def made(user: str = "alice", scope: str = "trade", token: str = TOKEN) -> str:
    return make(token, user, scope, lambda: NOW)


def refused(assertion: str, token: str = TOKEN, later: float = 0) -> bool:
    with pytest.raises(BadAssertion):
        verified(assertion, token, later)
    return True


@pytest.mark.parametrize("later", [-5, 0, 60])
def test_an_assertion_names_user_and_scope_for_a_minute(later: float) -> None:
    assert verified(made("Ünal"), later=later) == Assertion("Ünal", "trade")


@pytest.mark.attack("A38")
@pytest.mark.parametrize("later", [61, 3600, -6, -3600])
def test_A38_an_old_assertion_and_one_of_the_future_are_refused(later: float) -> None:
    assert refused(made(), later=later)


@pytest.mark.attack("A38")
def test_A38_an_assertion_under_another_secret_is_refused() -> None:
    assert refused(made(token="some other secret that is just as long"))


def signed(body: object, salt: str = AUDIENCE, **changes: Any) -> str:
    """A body of any form, signed as the desk does unless `changes` say otherwise."""
    ours: dict[str, Any] = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    signer = Signer(TOKEN, salt=salt, **ours | changes)
    return signer.sign(base64.urlsafe_b64encode(json.dumps(body).encode())).decode()


BODY = ["alice", "trade", int(NOW)]


@pytest.mark.attack("A38")
def test_A38_an_assertion_for_another_audience_is_refused() -> None:
    assert verified(signed(BODY)) == Assertion("alice", "trade")
    assert refused(signed(BODY, salt="relay-admin"))


def unsigned(*parts: object) -> str:
    texts = (json.dumps(part).encode() for part in parts)
    return ".".join(base64.urlsafe_b64encode(text).decode().rstrip("=") for text in texts)


@pytest.mark.attack("A38")
@pytest.mark.parametrize(
    "assertion",
    [
        "",
        ".",
        "a.b.c",
        "é",
        unsigned(["alice", "admin", int(NOW)]) + ".",
        unsigned({"alg": "none", "typ": "JWT"}, {"sub": "alice", "aud": AUDIENCE}) + ".",
        signed(BODY, digest_method=hashlib.sha1),
        signed(BODY, key_derivation="none"),
        signed(BODY, algorithm=NoneAlgorithm()),
        str(URLSafeTimedSerializer(TOKEN, salt=AUDIENCE).dumps(BODY)),
    ],
    ids=[
        "empty",
        "dot",
        "dots",
        "not ASCII",
        "unsigned",
        "alg none",
        "SHA-1",
        "raw",
        "no signature",
        "timed",
    ],
)
def test_A38_what_is_not_signed_our_way_is_refused(assertion: str) -> None:
    assert refused(assertion)


@pytest.mark.parametrize("index", [0, 5, -5])
def test_a_changed_byte_is_refused(index: int) -> None:
    letters = list(made())
    letters[index] = "A" if letters[index] != "A" else "B"
    assert refused("".join(letters))


@pytest.mark.parametrize(
    "body",
    [
        ["alice", "root", int(NOW)],
        ["", "read", int(NOW)],
        [7, "read", int(NOW)],
        ["alice", ["read"], int(NOW)],
        ["alice", "read", None],
        ["alice", "read", True],
        ["alice", "read"],
        {"user": "alice"},
        7,
    ],
)
def test_a_signed_body_of_another_form_is_refused(body: object) -> None:
    assert refused(signed(body))


@pytest.mark.parametrize(("user", "scope"), [("", "read"), ("alice", "root")])
def test_nonsense_is_not_asserted(user: str, scope: str) -> None:
    with pytest.raises(ValueError, match="with scope"):
        make(TOKEN, user, scope)


def test_scopes_are_a_ladder() -> None:
    for held, scope in enumerate(SCOPES):
        caller = Assertion("alice", scope)
        assert [caller.allows(one) for one in SCOPES] == [n <= held for n in range(len(SCOPES))]
