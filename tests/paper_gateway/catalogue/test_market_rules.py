"""Market rules as they are read."""

import pytest

from paper_gateway.catalogue.market_rules import MARKET_RULES, steps_of
from paper_gateway.catalogue.tables import Row, TableError


def test_ibs_rules_have_ibs_steps() -> None:
    assert MARKET_RULES[26] == ((0.0, 0.0001), (1.0, 0.01))
    assert MARKET_RULES[239] == ((0.0, 0.00005),)


@pytest.mark.parametrize("text", ["-", "1:0.01", "0:0.01 0:0.05", "0:0", "0", "0:x"])
def test_steps_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(TableError, match=r"rules\.tsv:3"):
        steps_of(Row("rules.tsv:3", {"steps": text}))
