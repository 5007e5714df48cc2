"""Seals: who may say something to the nodes, and where."""

from __future__ import annotations

from relay.seals import Seals

ONE, OTHER = Seals("a secret of desk and relay, long enough"), Seals("another secret " * 3)


def test_what_is_sealed_is_opened_at_its_place_only() -> None:
    sealed = ONE.seal("node.7", b"an order")
    assert ONE.open("node.7", sealed) == b"an order"
    assert ONE.open("node.8", sealed) is None


def test_a_changed_byte_or_another_secret_opens_nothing() -> None:
    sealed = ONE.seal("node.7", b"an order")
    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 1
        assert ONE.open("node.7", bytes(changed)) is None
    assert OTHER.open("node.7", sealed) is None
    assert ONE.open("node.7", b"") is None


def test_place_and_data_cannot_run_into_each_other() -> None:
    assert ONE.open("a", ONE.seal("ab", b"c")) is None
    assert ONE.open("ab", ONE.seal("a", b"bc")) is None


def test_installations_have_different_names_that_tell_nothing() -> None:
    assert (
        ONE.name != OTHER.name and ONE.name == Seals("a secret of desk and relay, long enough").name
    )
