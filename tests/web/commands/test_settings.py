"""`flask config` and `flask doctor`."""

from __future__ import annotations

from engine.checks import Finding
from tests.web.commands.runs import run
from tests.web.visitors import World


def test_the_settings_are_shown_with_their_source(world: World) -> None:
    result = run(world, "config")
    assert result.exit_code == 0
    assert any(line.startswith("IB_CLIENT_ID") for line in result.output.splitlines())
    assert "[default]" in result.output


def test_the_doctor_prints_words_and_fails_on_a_fail(world: World) -> None:
    result = run(world, "doctor")
    words = {line.split()[0] for line in result.output.splitlines()}
    assert words <= {"ok", "warn", "FAIL"}
    assert result.exit_code == int("FAIL" in words)


def test_a_finding_is_a_word_and_a_sentence() -> None:
    assert Finding("ok", "fine") == ("ok", "fine")
