"""The list of generic ticks that a client writes."""

import pytest

from paper_gateway.market_data.generic_lists import GenericList, parse_generic_list


def test_a_list_holds_numbers_once_by_their_newer_name() -> None:
    assert parse_generic_list("233, 236 ,,233", "STK") == GenericList((233, 236))
    assert parse_generic_list("221,220,47,59,104", "STK").numbers == (232, 221, 258, 456, 104)
    assert parse_generic_list("", "STK") == GenericList()


def test_quotes_may_be_off_and_news_may_name_providers() -> None:
    found = parse_generic_list("mdoff,292:brfg+DJNL", "STK")
    assert found == GenericList((292,), False, ("BRFG", "DJNL"))


@pytest.mark.parametrize("text", ["999", "13", "233,13", "abc", "292:", ":5", "-100", "mdoff", "²"])
def test_a_wrong_list_is_refused_with_the_right_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"Legal ones for \(STK\) are: 100\(Option Volume\),101"):
        parse_generic_list(text, "STK")
