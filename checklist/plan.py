"""What one run is asked to do: which TWS, which client ids, which symbol, which rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checklist.findings import Row
from config import Settings

# The running desk keeps its own ids.
CLIENT_ID_DISTANCE = 100
SYMBOL = "AAPL"


@dataclass(frozen=True, slots=True)
class Plan:
    """`only`: beginnings of row keys; empty = every row. `name` is the report's, in UTC.

    `paper_sleep` is a text as in PAPER_SLEEP. `may_compare`: a TWS is compared with the built-in
    paper gateway.
    """

    settings: Settings
    name: str
    symbol: str = SYMBOL
    only: tuple[str, ...] = ()
    may_compare: bool = True
    paper_sleep: str = ""

    @property
    def reports(self) -> Path:
        return reports_folder(self.settings)

    @property
    def work(self) -> Path:
        """Everything that the checklist's own programs write."""
        return self.reports / self.name

    @property
    def client_id(self) -> int:
        """The first of six: read, orders, another client's two, and the agent's two."""
        return self.settings.ib_client_id + CLIENT_ID_DISTANCE

    @property
    def has_tws(self) -> bool:
        return not self.settings.uses_embedded_gateway

    def wants(self, row: Row) -> bool:
        return not self.only or row.key.startswith(self.only)

    def wanted(self, rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if self.wants(row)]


def reports_folder(settings: Settings) -> Path:
    return settings.var_dir.resolve() / "checklists"
