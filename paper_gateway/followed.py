"""What one subscription to account values is about, and what it was last told.

May not send anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from paper_gateway.account import Account
from paper_gateway.account_values import Row


@dataclass(slots=True)
class Followed:
    """Some accounts: under ``name`` as their sum, or each under its own when that is empty.

    ``tags`` are those of a summary; ``ledger_only`` leaves out all but ledgers and net liquidation.
    """

    accounts: list[Account]
    name: str = ""
    tags: Sequence[str] = ()
    ledger_only: bool = False
    told: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def news(self, account: str, rows: Iterable[Row]) -> list[Row]:
        """The rows that differ from what was told; they count as told now."""
        changed = [
            row for row in rows if self.told.get((account, row.tag, row.currency)) != row.value
        ]
        self.told.update({(account, row.tag, row.currency): row.value for row in changed})
        return changed

    def has_one_of(self, names: Iterable[str]) -> bool:
        """Whether one of these accounts is among its own."""
        own = {account.name for account in self.accounts}
        return not own.isdisjoint(names)
