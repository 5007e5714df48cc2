"""What a report calls green, red and neither."""

from __future__ import annotations

import json

from checklist.column import NOT_ASKED, all_rows
from checklist.findings import Finding
from checklist.report import EXIT_CODES, Report
from tests.checklist.reports_for_tests import STARTED, failed, left_open, report_of


def test_green_is_only_what_was_seen() -> None:
    report = report_of()
    assert (report.word, EXIT_CODES[report.word]) == ("green", 0)
    assert report.sentence == "78 of 78 were seen as expected on your TWS."


def test_what_could_not_be_provoked_is_said_and_is_not_red() -> None:
    report = report_of(b_4_3a=Finding("not provoked", "Taken"))
    assert report.word == "green"
    assert "1 could not be provoked there, so nothing is known of it" in report.sentence


def test_what_was_not_run_is_never_green() -> None:
    report = report_of(b_01=Finding("not run", "No price"))
    assert (report.word, EXIT_CODES[report.word]) == ("incomplete", 1)
    assert "1 could not be tried" in report.sentence
    assert "It is not a whole checklist" in report.sentence


def test_rows_that_nobody_asked_for_are_not_counted_and_not_green() -> None:
    report = report_of(b_01=Finding("not run", NOT_ASKED))
    assert report.word == "incomplete"
    assert report.sentence.startswith("77 of 77 were seen")


def test_one_failure_is_red() -> None:
    report = report_of(b_01=failed())
    assert (report.word, EXIT_CODES[report.word]) == ("red", 1)
    assert report.sentence.endswith("Do not go live before the red rows are understood.")


def test_a_failure_on_the_built_in_gateway_is_red_too() -> None:
    report = report_of()
    report.columns[1].findings["01"] = failed()
    assert report.word == "red"


def test_something_left_behind_is_red_although_every_row_is_ok() -> None:
    report = report_of()
    report.columns[0].cleaned.append(left_open())
    assert report.word == "red"
    assert report.left_behind == ["your TWS: cl-1 is live. Cancel it in TWS"]
    assert report.sentence.endswith("Something was left behind in TWS: look at it now.")


def test_an_interrupted_run_is_never_green() -> None:
    assert report_of("interrupted").word == "incomplete"
    assert "It was interrupted." in report_of("interrupted").sentence


def test_a_run_without_any_row_is_not_green() -> None:
    assert Report("n", "AAPL", "1", STARTED, "done").word == "incomplete"


def test_what_could_not_run_says_why() -> None:
    report = Report("n", "AAPL", "1", STARTED, "could not run", "TRADING_MODE is live.")
    assert (report.sentence, EXIT_CODES[report.word]) == ("TRADING_MODE is live.", 2)


def test_a_running_one_says_how_far_it_is() -> None:
    report = report_of("running")
    report.columns[0].findings = {"4.1a": Finding("ok", "Same")}
    assert report.sentence == "It runs on your TWS: 1 of 78 rows are done."


def test_columns_differ_where_something_else_was_seen() -> None:
    report = report_of(b_01=Finding("ok", "Live, Submitted with 399"))
    assert [row.key for row in all_rows() if report.differs(row)] == ["01"]


def test_the_payload_is_json_with_every_row() -> None:
    payload = json.loads(json.dumps(report_of(b_01=failed()).to_payload()))
    assert (payload["total"], len(payload["rows"])) == (78, 78)
    assert payload["steps"] == {"ok": 59, "failed": 1, "not provoked": 0, "not run": 0}
    assert payload["boxes"]["ok"] == 18
