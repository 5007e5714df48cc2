"""IB's message codes as data (`ib_codes.toml`): kind, plain sentence and next step of each.

A code tells what IB said; whether an order is over is told by the order's own status messages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from trading.snapshots import iso

CODES_FILE = Path(__file__).with_name("ib_codes.toml")
KINDS = ("info", "warning", "hold", "reject", "cancel", "connectivity", "data")

# A cancel request was refused with these: the order itself lives on or is already final.
CANCEL_REFUSED = frozenset({135, 136, 161, 10147, 10148})
CANCEL_UNDER_WAY = "state: PendingCancel"  # so ends 10148's text when an earlier one goes on
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
    """What a code means: `kind` is one of KINDS, the rest are sentences for a person.

    `if_said`: what it means instead when IB's text has these words.
    """

    kind: str
    meaning: str
    next_step: str
    if_said: Mapping[str, Meaning] = field(default_factory=dict)


class CodeTable:
    """The table of codes; `extra` names a file of the same form that adds or replaces entries."""

    def __init__(self, extra: Path | None = None) -> None:
        self._meanings = _read(CODES_FILE) | (_read(extra) if extra else {})

    def __contains__(self, code: int) -> bool:
        return code in self._meanings

    def explain(self, code: int, text: str = "") -> Meaning:
        """A code that nobody listed is an annotation: it never ends an order."""
        meaning = self._meanings.get(code) or Meaning("warning", "", "Read IB's text")
        said = (other for words, other in meaning.if_said.items() if words in text)
        return next(said, meaning)

    def sentence(self, code: int, text: str) -> str:
        """The human sentence for an error answer: ours if the code is known, IB's text always."""
        meaning = self.explain(code, text).meaning
        return f"{meaning}: {text}" if meaning else f"IB error {code}: {text}"

    def message(self, code: int, text: str, time: datetime) -> dict[str, Any]:
        """A message from TWS as the API shows it."""
        meaning = self.explain(code, text)
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


def refuses_cancel(code: int, text: str) -> bool:
    """Whether IB does not do what a cancel asked; what it is doing already it does not refuse."""
    return code in CANCEL_REFUSED and CANCEL_UNDER_WAY not in text


def _read(path: Path) -> dict[int, Meaning]:
    table = tomllib.loads(path.read_text())
    meanings = {int(code): _meaning(row) for code, row in table.items()}
    strange = sorted({m.kind for m in meanings.values()} - set(KINDS))
    if strange:
        raise ValueError(f"{path}: unknown kind {', '.join(strange)}")
    return meanings


def _meaning(row: dict[str, Any]) -> Meaning:
    """A table within the row is for a text that has the words it is called by."""
    said = {words: _meaning(other) for words, other in row.items() if isinstance(other, dict)}
    return Meaning(row["kind"], row["meaning"], row["next"], said)
