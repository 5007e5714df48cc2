"""The report of one run, as data: rows, columns, figures, and the sentence on top."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from checklist.column import NOT_ASKED, Column, all_rows
from checklist.findings import VERDICTS, Finding, Row
from trading.snapshots import iso

State = Literal["running", "done", "interrupted", "could not run"]
Word = Literal["running", "green", "red", "incomplete", "could not run"]
EXIT_CODES: dict[Word, int] = {"green": 0, "red": 1, "incomplete": 1, "could not run": 2}


@dataclass(slots=True)
class Report:
    """`sentence` of a run that could not begin is the reason; else it is made from the rows."""

    name: str
    symbol: str
    version: str
    started: datetime
    state: State = "running"
    reason: str = ""
    ended: datetime | None = None
    columns: list[Column] = field(default_factory=list)

    @property
    def word(self) -> Word:
        """Green only when every row was seen as expected, or could not be provoked."""
        if self.state in ("running", "could not run"):
            return "running" if self.state == "running" else "could not run"
        found = [finding for column in self.columns for finding in column.findings.values()]
        if any(one.verdict == "failed" for one in found) or self.left_behind:
            return "red"
        is_whole = self.state == "done" and all(one.verdict != "not run" for one in found)
        return "green" if is_whole and self.columns else "incomplete"

    @property
    def left_behind(self) -> list[str]:
        return [
            f"{column.title}: {one.what}. {one.do}"
            for column in self.columns
            for one in column.cleaned
            if not one.is_done
        ]

    def counts(self, *, steps: bool | None = None) -> dict[str, int]:
        """How many rows have each verdict in the first column, the user's TWS."""
        findings = self.columns[0].findings if self.columns else {}
        rows = [row for row in all_rows() if steps is None or row.is_step is steps]
        found = [findings[row.key].verdict for row in rows if row.key in findings]
        return {verdict: found.count(verdict) for verdict in VERDICTS}

    @property
    def sentence(self) -> str:
        if self.state == "could not run":
            return self.reason
        return _sentence(self)

    def differs(self, row: Row) -> bool:
        """Whether the two columns saw something else."""
        found = [column.findings.get(row.key) for column in self.columns]
        if len(found) < 2 or any(one is None for one in found):
            return False
        return len({(one.verdict, one.seen) for one in found if one}) > 1

    def to_payload(self) -> dict[str, Any]:
        """What is written as JSON; the page and the HTML report are made of it."""
        until = self.ended or datetime.now(UTC)
        return {
            "name": self.name,
            "state": self.state,
            "word": self.word,
            "sentence": self.sentence,
            "symbol": self.symbol,
            "version": self.version,
            "startedAt": iso(self.started),
            "endedAt": iso(self.ended) if self.ended else None,
            "seconds": round((until - self.started).total_seconds(), 1),
            "total": len(all_rows()),
            "counts": self.counts(),
            "boxes": self.counts(steps=False),
            "steps": self.counts(steps=True),
            "leftBehind": self.left_behind,
            "columns": [column.to_payload() for column in self.columns],
            "rows": [
                {
                    "key": row.key,
                    "section": row.section,
                    "words": row.words,
                    "expected": row.expected,
                    "isStep": row.is_step,
                    "differs": self.differs(row),
                }
                for row in all_rows()
            ],
        }


def _sentence(report: Report) -> str:
    counts, total = report.counts(), len(all_rows())
    asked = total - _not_asked(report)
    where = report.columns[0].title if report.columns else "TWS"
    if report.state == "running":
        done = sum(counts.values())
        return f"It runs on {where}: {done} of {total} rows are done."
    parts = [f"{counts['ok']} of {asked} were seen as expected on {where}"]
    numbers = {
        "failed": counts["failed"],
        "could not be provoked there, so nothing is known of it": counts["not provoked"],
        "could not be tried": counts["not run"] - _not_asked(report),
    }
    parts += [f"{number} {words}" for words, number in numbers.items() if number]
    return " ".join([f"{', '.join(parts)}.", *_endings(report)])


def _endings(report: Report) -> list[str]:
    """What a person must know besides the figures, the most urgent last."""
    said = []
    if report.state == "interrupted":
        said.append("It was interrupted.")
    if report.word == "incomplete":
        said.append("It is not a whole checklist: something was not seen.")
    if any(one.verdict == "failed" for c in report.columns for one in c.findings.values()):
        said.append("Do not go live before the red rows are understood.")
    if report.left_behind:
        said.append("Something was left behind in TWS: look at it now.")
    return said


def _not_asked(report: Report) -> int:
    findings: dict[str, Finding] = report.columns[0].findings if report.columns else {}
    return sum(finding.seen == NOT_ASKED for finding in findings.values())
