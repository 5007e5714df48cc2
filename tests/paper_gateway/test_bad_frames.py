"""Broken frames are broken in the way their names say."""

import pytest

from paper_gateway import replies
from paper_gateway.bad_frames import GARBAGE, with_bad_text, with_field
from paper_gateway.contracts import Catalogue
from paper_gateway.wire import MAX_FRAME, frame
from tests.paper_gateway.wire_client import AAPL


def test_garbage_is_what_its_name_says() -> None:
    lengths = {kind: int.from_bytes(data[:4], "big") for kind, data in GARBAGE.items()}
    assert lengths["zero_length"] == 0
    assert lengths["oversized"] == 0x7FFFFFFF > MAX_FRAME
    assert lengths["half_frame"] > len(GARBAGE["half_frame"]) - 4
    whole = GARBAGE.keys() - {"oversized", "half_frame"}
    assert all(lengths[kind] == len(GARBAGE[kind]) - 4 for kind in whole)


def test_a_field_is_replaced_and_the_length_fits() -> None:
    assert with_field(frame(4, 2, -1, 201, "old", ""), 4, b"newer") == frame(
        4, 2, -1, 201, "newer", ""
    )


def test_a_frame_without_that_field_stays_as_it_is() -> None:
    assert with_field(frame(4, 2), 7, b"x") == frame(4, 2)


@pytest.mark.parametrize(
    ("kind", "part"),
    [("control", b"\x1b[31m"), ("not_utf8", b"\xff\xfe"), ("markup", b"<img src=x onerror=")],
)
def test_error_texts_and_long_names_become_bad(kind: str, part: bytes) -> None:
    definition = Catalogue.default().by_con_id(AAPL)
    assert definition is not None
    details = replies.contract_details(3, definition, "SMART", ("", ""))
    for data in (replies.error(-1, 2104, "fine"), details):
        bad = with_bad_text(data, kind)
        assert part in bad
        assert bad.count(b"\0") - bad[:4].count(0) == data.count(b"\0") - data[:4].count(0)
    assert definition.long_name.encode() not in with_bad_text(details, kind)


def test_other_frames_keep_their_texts() -> None:
    assert with_bad_text(frame(49, 1, 0), "control") == frame(49, 1, 0)
