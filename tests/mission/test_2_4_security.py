"""L 2.4, security and permissions."""

from __future__ import annotations

import pytest

from tests.mission.browsers import Browser
from tests.mission.world import MissionWorld, order_body
from tests.processes import until
from trading.refusals import AGENT_NOT_CONNECTED


def test_2_4_tws_read_only_api(dora: MissionWorld) -> None:
    """placeOrder will fail at TWS; we surface the error from error() in the response."""
    dora.gateways["dora"].drill(read_only=True)
    status, answer = dora.place("dora", "p24-read-only")
    assert (status, answer["errorCode"], answer["state"]) == (422, 321, "rejected")
    assert "Read-Only" in answer["errorString"]
    assert "TWS refused the request" in answer["error"]


def test_2_4_no_trading_permission_for_product(dora: MissionWorld) -> None:
    """TWS/IB returns an error; we map known codes and pass through message."""
    dora.gateways["dora"].drill(refuse_code=460, refuse_orders=1)
    status, answer = dora.place("dora", "p24-permission")
    assert (status, answer["errorCode"], answer["sent"]) == (422, 460, "yes")
    assert answer["error"] == f"The account may not trade this contract: {answer['errorString']}"


def test_2_4_10167_is_about_data_and_no_order_fails_by_it(dora: MissionWorld) -> None:
    """A known code (10167) is mapped: delayed data is shown, and orders are not affected."""
    dora.gateways["dora"].drill(notices_after=[10167])
    status, answer = dora.place("dora", "p24-delayed")
    assert (status, answer["state"]) == (201, "filled")

    def told() -> list[str]:
        order = dora.call("dora", "GET", "/api/v1/orders/p24-delayed")[1]
        return [one["meaning"] for one in order["messages"] if one["code"] == 10167]

    assert until(told, "10167 is told")[0].startswith("No live market data is subscribed")


@pytest.mark.attack("A35", "A36")
def test_2_4_user_id_from_session(dora: MissionWorld) -> None:
    """Routes use the signed-in user and pass it to the relay so only that user's agent is used."""
    browsers = {name: Browser(dora.port) for name in ("alice", "dora", "charlie")}
    for name, browser in browsers.items():
        browser.sign_in(name)
    accounts = {
        name: browser.call("GET", "/api/v1/status")[1]["account"]
        for name, browser in browsers.items()
    }
    assert accounts == {"alice": "DU1000001", "dora": "DU4000001", "charlie": None}
    path = "/api/ib-connection/place-order"
    header = {"X-User-Id": "alice"}
    status, answer = browsers["charlie"].call("POST", path, order_body("p24-whose"), header)
    assert (status, answer["error"]) == (503, AGENT_NOT_CONNECTED)
    assert browsers["dora"].call("POST", path, order_body("p24-whose"))[0] == 201
    assert len(dora.gateways["dora"].orders("p24-whose")) == 1
    assert dora.gateways["alice"].orders("p24-whose") == []
