"""What every page shows around its content."""

from __future__ import annotations

from flask import g

from tests.web.visitors import World
from web.auth import Caller
from web.page_values import chart_library, page_values


def test_a_stranger_sees_the_mode_only(world: World) -> None:
    with world.app.test_request_context("/"):
        values = page_values()
    assert (values["mode"], values["account"], values["user_name"]) == ("paper", None, None)
    assert values["synthetic_prices"] is True


def test_somebody_signed_in_sees_the_account(world: World) -> None:
    with world.app.test_request_context("/"):
        g.caller = Caller(world.alice, "admin")
        values = page_values()
    assert (values["account"], values["user_name"]) == ("DU1000001", "alice")
    assert values["now"].endswith("Z")


def test_the_page_knows_whether_the_chart_library_is_there(world: World) -> None:
    with world.app.test_request_context("/"):
        assert page_values()["chart_library"] is chart_library().is_file()
        assert chart_library().parts[-3:-1] == ("static", "vendor")
