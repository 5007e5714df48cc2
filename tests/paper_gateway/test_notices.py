"""The sentences of codes: known ones, filled-in ones, and any other."""

import pytest

from paper_gateway.notices import NOTICES, text_of


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (1100, NOTICES[1100]),
        (10147, "OrderId 5 that needs to be cancelled is not found."),
        (10148, "OrderId 5 that needs to be cancelled cannot be cancelled, state: Filled."),
        (135, "Can't find order with id = 5"),
        (9999, "Message 9999 of a drill."),
    ],
)
def test_every_code_has_a_sentence(code: int, text: str) -> None:
    assert text_of(code, order_id=5) == text


def test_a_sentence_may_name_the_perm_id() -> None:
    assert text_of(161, 5, 1_000_000_007).endswith("Order permId = 1000000007")
