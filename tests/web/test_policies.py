"""The table of policies: whole, readable, and never more open than the door was meant to be."""

from __future__ import annotations

import pytest

from store.roles import SCOPES
from tests.web.visitors import World, data
from web.guards import NO_POLICY
from web.policies import EXIT, NEVER, OWN, OWN_PAGE, POLICIES, READ, Policy

# Whoever is not known may do this and nothing else.
PUBLIC = {
    "static",
    "health.healthz",
    "health.readyz",
    "auth.login",
    "auth.sign_in",
    "auth.code",
    "auth.check_code",
    "auth.invitation",
    "auth.accept_invitation",
}


def test_every_route_has_a_policy_and_every_policy_a_route(world: World) -> None:
    endpoints = {rule.endpoint for rule in world.app.url_map.iter_rules()}
    assert endpoints == POLICIES.keys()


def test_what_is_public_is_known_by_name() -> None:
    assert {name for name, policy in POLICIES.items() if policy.needs == "public"} == PUBLIC
    assert {name for name, policy in POLICIES.items() if policy.needs == "local"} == {
        "health.metrics"
    }


def test_a_policy_names_scopes_that_exist() -> None:
    for policy in POLICIES.values():
        assert policy.needs in (*SCOPES, "public", "local")
        assert policy.key_needs in ("", NEVER, *SCOPES)


def test_no_key_changes_a_password_or_a_second_factor() -> None:
    pages = {name: policy for name, policy in POLICIES.items() if name.startswith("account.")}
    assert len(pages) == 12
    assert {policy.needed(by_key=True) for policy in pages.values()} == {NEVER}
    takeover = pages.pop("account.take_over")
    assert takeover.needed(by_key=False) == "trade"
    assert {policy.needed(by_key=False) for policy in pages.values()} == {"read"}


def test_without_a_second_factor_one_gets_out_of_risk_and_never_into_it() -> None:
    open_to_all = {name for name, policy in POLICIES.items() if policy.without_factor}
    assert {"exits.cancel_all", "exits.cancel_order", "exits.close_position"} < open_to_all
    assert {"exits.flatten", "exits.freeze", "exits.kill", "mission.cancel_order"} < open_to_all
    closed = {"orders.place_order", "mission.place_order", "exits.modify_order", "exits.unfreeze"}
    closed |= {"orders.dismiss_order"}
    assert closed.isdisjoint(open_to_all)
    assert not POLICIES["account.remove_factor"].without_factor


@pytest.mark.parametrize(
    ("policy", "browser", "key"),
    [
        (READ, "read", "read"),
        (OWN, "read", "admin"),
        (OWN_PAGE, "read", NEVER),
        (EXIT, "trade", "trade"),
    ],
)
def test_a_key_may_need_more_than_a_browser(policy: Policy, browser: str, key: str) -> None:
    assert (policy.needed(by_key=False), policy.needed(by_key=True)) == (browser, key)


def test_a_route_without_a_policy_is_refused_to_everybody(world: World) -> None:
    world.app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "open")
    assert world.visitor().get("/api/v1/forgotten").status_code == 401
    for caller in (world.program("admin"), world.browser()):
        answer = caller.get("/api/v1/forgotten")
        assert (answer.status_code, data(answer)["error"]) == (403, NO_POLICY)
