"""A subscription tells only what is new."""

from paper_gateway.account import Account
from paper_gateway.account_values import Row
from paper_gateway.contracts import Catalogue
from paper_gateway.followed import Followed
from tests.paper_gateway.wire_client import FakeMarket

MARKET = FakeMarket(Catalogue.default())


def test_only_changed_rows_are_news() -> None:
    followed = Followed([])
    cash, worth = Row("Cash", "1.00", "USD"), Row("Worth", "2.00", "USD")
    assert followed.news("DU1", [cash, worth]) == [cash, worth]
    less = Row("Cash", "0.50", "USD")
    assert followed.news("DU1", [less, worth]) == [less]
    assert followed.news("DU1", [less, worth]) == []


def test_the_same_row_of_another_account_or_currency_is_news() -> None:
    followed = Followed([])
    followed.news("DU1", [Row("Cash", "1.00", "USD")])
    assert followed.news("DU2", [Row("Cash", "1.00", "USD")])
    assert followed.news("DU1", [Row("Cash", "1.00", "EUR")])


def test_it_knows_its_accounts() -> None:
    followed = Followed([Account("DU1", MARKET), Account("DU2", MARKET)])
    assert followed.has_one_of(["DU2", "DU3"])
    assert not followed.has_one_of(["DU3"])
