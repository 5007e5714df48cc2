"""What commands are given: every kind of value is read or refused with its name."""

import pytest

from paper_gateway.command_values import flag, named_fields
from paper_gateway.drills import DrillError


def test_a_flag_is_true_or_false() -> None:
    assert (flag("x", True), flag("x", False)) == (True, False)
    with pytest.raises(DrillError, match="x is true or false"):
        flag("x", 1)


def test_fields_have_known_names_and_types() -> None:
    assert named_fields("x", {"code": 5}, code=int, text=str) == {"code": 5}
    assert named_fields("x", {"permId": "last"}, permId=(int, str)) == {"permId": "last"}


@pytest.mark.parametrize("value", [5, None, {"other": 1}, {"code": "5"}, {"code": True}])
def test_other_fields_are_refused(value: object) -> None:
    with pytest.raises(DrillError, match="x"):
        named_fields("x", value, code=int)
