"""The report as a page of its own."""

from __future__ import annotations

import re

from checklist.findings import Finding
from checklist.page import html, parts, took
from checklist.report import Report
from tests.checklist.reports_for_tests import STARTED, failed, left_open, report_of


def test_it_needs_nothing_from_elsewhere_and_no_script() -> None:
    page = html(report_of(b_01=failed()).to_payload())
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert " style=" not in page


def test_the_sentence_stands_on_top_and_each_red_row_says_what_to_do() -> None:
    page = html(report_of(b_01=failed()).to_payload())
    assert page.index("77 of 78 were seen") < page.index("What to do") < page.index("Positions")
    assert "<b>Look in TWS</b>" in page


def test_raw_messages_are_folded_and_escaped() -> None:
    page = html(report_of(b_01=failed()).to_payload())
    assert "<summary>Raw messages: 1 order</summary>" in page
    assert "&lt;b&gt;raw&lt;/b&gt;" in page
    assert "<b>raw" not in page


def test_two_columns_with_the_differing_rows_marked() -> None:
    page = html(report_of(b_01=Finding("ok", "Live with 399")).to_payload())
    assert "Seen on your TWS" in page
    assert "Seen on the built-in paper gateway" in page
    assert page.count('<tr class="differs">') == 1
    assert "1 rows saw something else" in page


def test_what_was_left_behind_is_red_and_first() -> None:
    report = report_of()
    report.columns[0].cleaned.append(left_open())
    page = html(report.to_payload())
    assert "cl-1 is live. <b>Cancel it in TWS</b>" in page
    assert page.index("left behind") < page.index("Positions")


def test_a_run_that_could_not_begin_is_a_short_page() -> None:
    report = Report("n", "AAPL", "1", STARTED, "could not run", "TRADING_MODE is live.")
    page = html(report.to_payload())
    assert "TRADING_MODE is live." in page
    assert "<table>" not in page


def test_times_are_said_as_a_person_reads_them() -> None:
    assert (took(0.0123), took(2.345)) == ("12 ms", "2.3 s")


def test_the_bar_has_only_what_there_is() -> None:
    assert parts({"ok": 3, "failed": 1, "not run": 0}, 4) == [("ok", 3, 75), ("failed", 1, 25)]
