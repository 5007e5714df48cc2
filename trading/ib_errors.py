"""IB's message codes as data (`ib_codes.toml`): kind, plain sentence and next step of each.

A code tells what IB said; whether an order is over is told by the order's own status messages.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from trading.snapshots import iso

CODES_FILE = Path(__file__).with_name("ib_codes.toml")
KINDS = ("info", "warning", "hold", "reject", "cancel", "connectivity", "data")

# A cancel request was refused with these: the order itself lives on or is already final.
CANCEL_REFUSED = frozenset({135, 136, 161, 10147, 10148})
# A change of a live order was refused with these; the order keeps its old terms.
MODIFY_REFUSED = frozenset({104, 105, 135, 329, 2102})
LINK_LOST = frozenset({1100, 2110})
LINK_RESTORED = frozenset({1101, 1102})
DATA_LOST = 1101
CLIENT_ID_IN_USE = 326
ORDER_ID_USED = 103

# code -> (kind of farm, its state); the farm's name follows the last colon or dot of the text.
FARM_NOTICES = {
    2103: ("market data", "broken"),
    2104: ("market data", "ok"),
    2105: ("historical data", "broken"),
    2106: ("historical data", "ok"),
    2107: ("historical data", "inactive"),
    2108: ("market data", "inactive"),
    2157: ("security definitions", "broken"),
    2158: ("security definitions", "ok"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means: `kind` is one of KINDS, the rest are sentences for a person."""

    kind: str
    meaning: str
    next_step: str


class CodeTable:
    """The table of codes; `extra` names a file of the same form that adds or replaces entries."""

    def __init__(self, extra: Path | None = None) -> None:
        self._meanings = _read(CODES_FILE) | (_read(extra) if extra else {})

    def __contains__(self, code: int) -> bool:
        return code in self._meanings

    def explain(self, code: int) -> Meaning:
        """A code that nobody listed is an annotation: it never ends an order."""
        return self._meanings.get(code) or Meaning("warning", "", "Read IB's text")

    def sentence(self, code: int, text: str) -> str:
        """The human sentence for an error answer: ours if the code is known, IB's text always."""
        meaning = self.explain(code).meaning
        return f"{meaning}: {text}" if meaning else f"IB error {code}: {text}"

    def message(self, code: int, text: str, time: datetime) -> dict[str, Any]:
        """A message from TWS as the API shows it."""
        meaning = self.explain(code)
        return {
            "time": iso(time),
            "code": code,
            "kind": meaning.kind,
            "text": text,
            "meaning": meaning.meaning,
            "next": meaning.next_step,
        }

    def known(self) -> dict[int, Meaning]:
        return dict(self._meanings)


def _read(path: Path) -> dict[int, Meaning]:
    table = tomllib.loads(path.read_text())
    meanings = {
        int(code): Meaning(row["kind"], row["meaning"], row["next"]) for code, row in table.items()
    }
    strange = sorted({m.kind for m in meanings.values()} - set(KINDS))
    if strange:
        raise ValueError(f"{path}: unknown kind {', '.join(strange)}")
    return meanings
