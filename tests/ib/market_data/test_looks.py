"""What a page shows is followed at once; what must be asked first comes by itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ib.market_data.looks import Looks
from ib.market_data.pace import Pace
from tests.ib.market_data.test_prices import Desk
from trading.contracts import Contract, parse_contract

ONE, NONE = (parse_contract({"symbol": name}) for name in ("S1", "NOSUCH"))


class Page(Desk):
    def __init__(self) -> None:
        super().__init__()
        self.looks = Looks(self.contracts, self.quotes, self.prices, Pace())

    def renew(self, *contracts: Contract, lent: bool = False) -> dict[str, Any]:
        return self.looks.renew(self.wire, contracts, lent=lent)

    async def settle(self) -> None:
        """What was asked of TWS is answered."""
        while self.looks._asking:
            await asyncio.wait(list(self.looks._asking.values()))


@pytest.fixture
def page() -> Page:
    return Page()


async def test_an_unknown_contract_is_asked_for_beside_the_answer(page: Page) -> None:
    first = page.renew(ONE)
    assert (first["quotes"], first["failed"]) == ([], [])
    page.renew(ONE)
    await page.settle()
    assert (page.fake.asked_details, 1 in page.quotes) == (1, True)


async def test_what_ib_does_not_know_is_told_and_not_asked_for_all_the_time(page: Page) -> None:
    page.renew(NONE)
    await page.settle()
    for _ in range(3):
        (failed,) = page.renew(NONE)["failed"]
        assert (failed["symbol"], failed["errorCode"], failed["conId"]) == ("NOSUCH", 200, 0)
    assert page.fake.asked_details == 1


async def test_a_failure_is_forgotten_after_a_while(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.renew(NONE)
    await page.settle()
    monkeypatch.setattr("ib.market_data.looks.FORGET_SECONDS", 0.0)
    assert page.renew(NONE)["failed"] == []
    await page.settle()
    assert page.fake.asked_details == 2


async def test_what_others_watch_is_lent(page: Page) -> None:
    page.renew(ONE, lent=True)
    await page.settle()
    assert 1 not in page.quotes
    page.renew(ONE)
    assert 1 in page.quotes


async def test_an_answer_has_the_lines(page: Page) -> None:
    assert page.renew(ONE)["lines"] == {"used": 0, "cap": 100, "held": 0}
    await page.settle()
