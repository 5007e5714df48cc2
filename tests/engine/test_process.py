"""What every program with an engine does at its start."""

from __future__ import annotations

import logging

from engine.process import ROOT, OneLine, version


def test_the_version_is_the_first_heading_of_the_changelog() -> None:
    assert f"## [{version()}]" in (ROOT / "CHANGELOG.md").read_text()


def test_a_message_cannot_forge_a_log_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "a\n2026 forged\x1b[31m", None, None)
    assert OneLine("%(message)s").format(record) == "a\\x0a2026 forged\\x1b[31m"
