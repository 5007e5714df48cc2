"""The doctor's checks."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from engine.checks import Finding
from relay.link import RelayLink
from store.database import transaction
from store.journal import Batch, Journal
from store.schema import current_revision
from tests.conftest import PaperGateway
from tests.processes import free_port
from tests.relay.fake_relay import TOKEN
from tests.store.journal_for_tests import order, write
from tests.store.journals import heard
from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import World
from web.doctor import NPM, examine
from web.relay_seats import RelaySeats


def findings(world: World) -> list[Finding]:
    with world.app.app_context():
        return list(examine(world.desk))


def about(found: list[Finding], part: str) -> Finding:
    return next(finding for finding in found if part in finding.about)


def world_at(folder: Path, port: str) -> World:
    return World(folder / "own", {"IB_PORT": port})


def test_a_gateway_that_greets_is_fine(tmp_path: Path, gateway: PaperGateway) -> None:
    world = world_at(tmp_path, str(gateway.port))
    found = findings(world)
    for part in (f"listens at 127.0.0.1:{gateway.port}", "TWS greets", "Accounts: DU", "read-only"):
        assert about(found, part).word == "ok"
    world.close()


def test_a_gateway_that_is_not_there_is_a_fail_with_what_to_do(tmp_path: Path) -> None:
    port = free_port()
    world = world_at(tmp_path, str(port))
    found = about(findings(world), f":{port}")
    assert found.word == "FAIL"
    assert "Start TWS or IB Gateway and log in" in found.about
    world.close()


def test_without_a_gateway_configured_the_desk_has_its_own(tmp_path: Path) -> None:
    world = world_at(tmp_path, "")
    assert about(findings(world), "paper gateway").word == "ok"
    world.close()


def test_the_folder_and_the_database_are_tried(world: World) -> None:
    found = findings(world)
    assert about(found, f"{world.folder} can be written").word == "ok"
    assert about(found, "users: 1").word == "ok"
    assert about(found, "Python").word == "ok"


def test_a_folder_that_is_gone_is_made_by_the_next_start_and_not_by_a_look(tmp_path: Path) -> None:
    world = world_at(tmp_path, "")
    world.engine.dispose()
    for path in world.folder.iterdir():
        path.unlink()
    world.folder.rmdir()
    found = findings(world)
    assert about(found, f"{world.folder} is not there yet").word == "warn"
    assert about(found, "no database yet").word == "ok"
    assert not world.folder.exists()
    world.close()


def test_a_database_that_is_none_is_a_fail(world: World) -> None:
    world.engine.dispose()
    (world.folder / "desk.db").write_bytes(b"no database at all" * 100)
    assert about(findings(world), "cannot be used").word == "FAIL"


def test_old_tables_are_named_and_left_as_they_are(world: World) -> None:
    with transaction(world.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    assert "have revision 0003" in about(findings(world), "The database's tables").about
    assert current_revision(world.engine) == "0003"


def test_a_missing_chart_library_comes_with_its_command(world: World, tmp_path: Path) -> None:
    world.app.static_folder = str(tmp_path)
    found = about(findings(world), "chart library")
    assert found.word == "warn"
    assert NPM in found.about


def journal_of(world: World) -> Journal:
    return Journal(world.desk.settings.journal_path)


def test_a_desk_that_never_ran_has_no_journal(world: World) -> None:
    assert about(findings(world), "no order journal yet").word == "ok"


def test_a_journal_in_use_is_read_and_verified(world: World) -> None:
    journal = journal_of(world)
    write(journal, Batch(new=(order(),), lines=(heard(),)))
    found = findings(world)
    assert about(found, "can be read; orders: 1").word == "ok"
    assert about(found, "as it was written").word == "ok"
    assert about(found, f"order engine with pid {os.getpid()}").word == "ok"
    assert about(found, "not frozen").word == "ok"
    journal.close()


def test_a_changed_line_is_a_fail(world: World) -> None:
    journal = journal_of(world)
    write(journal, Batch(new=(order(),), lines=(heard(),)))
    journal.close()
    with closing(sqlite3.connect(world.desk.settings.journal_path)) as file:
        file.execute("DROP TRIGGER lines_are_not_changed")
        file.execute("UPDATE lines SET key = 'other'")
        file.commit()
    found = about(findings(world), "is not as it was written")
    assert found.word == "FAIL"
    assert found.about.endswith("find out who changed it.")


def test_a_file_that_is_no_journal_is_a_fail(world: World) -> None:
    world.desk.settings.journal_path.write_bytes(b"no database at all" * 100)
    assert about(findings(world), "cannot be read").word == "FAIL"


def test_a_freeze_and_orders_in_doubt_are_warnings(world: World) -> None:
    journal = journal_of(world)
    rows = tuple(order(f"ui-{number}", "unknown") for number in range(12))
    write(journal, Batch(new=rows, switches=(("freeze", "alice"),)))
    journal.close()
    found = findings(world)
    assert about(found, "frozen (by alice)").word == "warn"
    assert about(found, "the order ui-9 ").word == "warn"
    assert about(found, "2 more orders").word == "warn"
    assert not [finding for finding in found if "ui-10" in finding.about]


# Relay mode.


def failures(world: RelayWorld) -> list[str]:
    with world.app.app_context():
        return [one.about for one in examine(world.desk) if one.word == "FAIL"]


def test_the_doctor_of_relay_mode_asks_the_relay(relayed: RelayWorld) -> None:
    relayed.link.stop()  # as a command finds it
    relayed.link = RelayLink(relayed.relay.url, TOKEN)
    relayed.desk.seats = RelaySeats(relayed.link, relayed.streams)
    with relayed.app.app_context():
        about = {finding.about: finding.word for finding in examine(relayed.desk)}
    where = relayed.relay.url
    assert about[f"The relay {where} answers and knows this desk's RELAY_TOKEN"] == "ok"
    assert not any("TWS" in line or "journal" in line for line in about)


def test_the_doctor_finds_a_wrong_token_and_a_relay_that_is_away(relayed: RelayWorld) -> None:
    stranger = RelayLink(relayed.relay.url, "another secret, just as long as it must be")
    relayed.desk.seats = RelaySeats(stranger, relayed.streams)
    failed = failures(relayed)
    assert len(failed) == 1
    assert "the same RELAY_TOKEN" in failed[0]
    relayed.relay.stop()
    relayed.desk.seats = RelaySeats(relayed.link, relayed.streams)
    failed = failures(relayed)
    assert ".venv/bin/python -m relay" in failed[0]
    relayed.relay.start()
