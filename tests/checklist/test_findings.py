"""A finding as it is written."""

from __future__ import annotations

from checklist.findings import VERDICTS, Failed, Finding, NotProvoked, NotRun


def test_a_finding_is_written_with_everything_a_person_needs() -> None:
    found = Finding("failed", "Seen", "12", "Do this", 0.12345, ({"order": "a", "events": []},))
    assert found.to_payload() == {
        "verdict": "failed",
        "seen": "Seen",
        "detail": "12",
        "do": "Do this",
        "seconds": 0.123,
        "messages": [{"order": "a", "events": []}],
    }


def test_each_verdict_but_ok_is_raised() -> None:
    raised = [one("x").verdict for one in (Failed, NotProvoked, NotRun)]
    assert ("ok", *raised) == VERDICTS
