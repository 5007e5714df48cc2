"""Secrets that somebody carries."""

from __future__ import annotations

from store.tokens import AGENT_KEY_MARK, API_KEY_MARK, digest, new_token, prefix


def test_a_token_is_256_random_bits_behind_its_mark() -> None:
    tokens = {new_token(API_KEY_MARK) for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {4 + 43}
    assert all(token.startswith("ibk_") for token in tokens)


def test_what_is_kept_does_not_show_it() -> None:
    token = new_token(AGENT_KEY_MARK)
    assert digest(token) == digest(token)
    assert len(digest(token)) == 64
    assert token[4:12] not in digest(token)


def test_a_prefix_tells_eight_characters() -> None:
    assert prefix("iba_1234567890") == "iba_12345678"
