"""The table of drills: read from ``drills.toml``, the one source of the page, the command line and
the documents.

May not press anything: it makes the scripts that do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from paper_gateway.drilling.scripts import Script, ScriptError, parse_script
from paper_gateway.drills import DrillError

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill. ``parameters`` hold the usual values; their types are those to be given."""

    name: str
    theme: str
    what: str
    """One sentence: what the gateway does."""
    client: str
    """What a correct client shows."""
    steps: tuple[str, ...]
    parameters: dict[str, Value] = field(default_factory=dict)

    def script(self, given: Mapping[str, Any]) -> Script:
        """The steps with these parameters. Raises DrillError for an unknown or unfit one."""
        for name, value in given.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "no parameter"
                raise DrillError(f"{self.name} takes {known}, not {name}")
            if not _fits(self.parameters[name], value):
                raise DrillError(f"{self.name}: {name} cannot be {value!r}")
        values = {**self.parameters, **given}
        text = "\n".join(step.format(**values) for step in self.steps)
        try:
            return parse_script(text, self.name)
        except ScriptError as error:
            raise DrillError(f"{self.name}: {error.reason}") from error


def _fits(usual: Value, value: object) -> bool:
    if isinstance(usual, str):
        # One line, without what would end the quotes of a step.
        is_plain = isinstance(value, int | float | str) and not isinstance(value, bool)
        return is_plain and len(str(value)) <= 200 and not set(str(value)) & set('\n\r"\\')
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**31


def _read(path: Path) -> dict[str, Drill]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["drill"]
    return {row["name"]: Drill(**{**row, "steps": tuple(row["steps"])}) for row in rows}


DRILLS = _read(Path(__file__).with_name("drills.toml"))


def drill_script(name: str, given: Mapping[str, Any]) -> Script:
    """The script of a drill of the table. Raises DrillError."""
    script = expand(name, given)
    if script is None:
        raise DrillError(f"there is no drill named {name}")
    return script


def expand(name: str, given: Mapping[str, Any]) -> Script | None:
    """The script of a drill; None for a name that is none."""
    drill = DRILLS.get(name)
    return None if drill is None else drill.script(given)


def as_json() -> list[dict[str, Any]]:
    """The table for the page."""
    return [asdict(drill) for drill in DRILLS.values()]


def as_markdown() -> str:
    """The table for documents, one section a theme."""
    lines: list[str] = []
    theme = ""
    for drill in DRILLS.values():
        if drill.theme != theme:
            theme = drill.theme
            lines += ["", f"### {theme}", "", "| drill | what happens | a correct client |"]
            lines.append("|---|---|---|")
        given = " ".join(f"{name}={value}" for name, value in drill.parameters.items())
        call = f"`{drill.name} {given}`" if given else f"`{drill.name}`"
        lines.append(f"| {call} | {drill.what} | {drill.client} |")
    return "\n".join(lines).strip()
