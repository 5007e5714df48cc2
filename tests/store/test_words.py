"""Words that come from elsewhere."""

from __future__ import annotations

from store.words import printable


def test_what_cannot_be_shown_is_left_out() -> None:
    assert printable("a\r\nb\x00c\x1b[31m\u202e\ud800é 日本", 40) == "abc[31mé 日本"


def test_what_is_too_long_is_cut() -> None:
    assert printable("x" * 100, 40) == "x" * 40
