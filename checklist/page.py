"""The report as one HTML file: its own style inside, no script, nothing from elsewhere."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

MARKS = {"ok": "✔", "failed": "✖", "not provoked": "◌", "not run": "–"}
TONES = {"ok": "good", "failed": "bad", "not provoked": "none", "not run": "none"}
WORDS = {
    "green": ("✔", "good", "Green: nothing is against it"),
    "red": ("✖", "bad", "Red: not ready"),
    "incomplete": ("–", "none", "Not a whole checklist"),
    "could not run": ("✖", "bad", "The checklist could not run"),
}
ENVIRONMENT = Environment(
    loader=PackageLoader("checklist", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters["json"] = lambda value: json.dumps(value, indent=1, ensure_ascii=False)


def html(report: dict[str, Any]) -> str:
    """The whole report, from its JSON form."""
    template = ENVIRONMENT.get_template("report.html")
    mark, tone, title = WORDS[report["word"]]
    return template.render(
        report=report,
        mark=mark,
        tone=tone,
        title=title,
        marks=MARKS,
        tones=TONES,
        sections=sections(report),
        parts=parts(report["counts"], report["total"]),
        took=took,
        red=[row for row in rows(report) if _is_red(row)],
        differing=[row for row in rows(report) if row["differs"]],
    )


def rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Each row with its findings, one for each column, in the columns' order; None = not yet."""
    columns = report["columns"]
    return [
        row | {"findings": [column["findings"].get(row["key"]) for column in columns]}
        for row in report["rows"]
    ]


def sections(report: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows by their headings, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(report):
        found.setdefault(row["section"], []).append(row)
    return list(found.items())


def took(seconds: float) -> str:
    """How long a row took, as a person reads it."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def parts(counts: dict[str, int], total: int) -> list[tuple[str, int, float]]:
    """The bar on top: (verdict, how many, percent of all rows)."""
    return [(word, count, 100 * count / total) for word, count in counts.items() if count]


def _is_red(row: dict[str, Any]) -> bool:
    return any(one and one["verdict"] == "failed" for one in row["findings"])
