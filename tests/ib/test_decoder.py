"""What TWS sent, read as ib_async reads it, only quicker."""

from __future__ import annotations

import ib_async
import pytest
from ib_async.decoder import Decoder
from ib_async.wrapper import Wrapper

from ib.decoder import QuickDecoder
from ib.guard import Faults


def order_as_text(text: str) -> ib_async.Order:
    """An Order whose numbers are texts, as they come from the socket."""
    order = ib_async.Order()
    order.orderId = order.totalQuantity = order.lmtPrice = order.transmit = text  # type: ignore[assignment]
    return order


@pytest.mark.parametrize("text", ["1", "0", "", "7"])
def test_the_quick_decoder_parses_as_ib_async_does(text: str) -> None:
    ours, theirs = order_as_text(text), order_as_text(text)
    wrapper = Wrapper(ib_async.IB())
    QuickDecoder(wrapper, Faults()).parse(ours)
    Decoder(wrapper, 178).parse(theirs)
    assert vars(ours) == vars(theirs)
    assert [type(value) for value in vars(ours).values()] == [
        type(value) for value in vars(theirs).values()
    ]
