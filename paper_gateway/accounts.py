"""The accounts of one login: which there are, and which of them a client's account field means.

May not know orders, clients or sockets. A login has one account, or several, or it is that of a
financial advisor: then its master account comes first. The master holds nothing itself: its figures
are the sums of the others'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paper_gateway.account import Account
from paper_gateway.figures import Figures, total

# IB's prefixes of paper accounts: DU, and DF for a financial advisor's master (QuantConnect's Lean,
# issue 3398).
FIRST_ACCOUNT = "DU1234567"
MASTER_PREFIX = "DF"
ALL = "All"
MOST_ACCOUNTS = 1000


class AccountsError(Exception):
    """Such accounts cannot be made; the text says why."""


def account_names(first: str, count: int, is_advisor: bool) -> tuple[str, ...]:
    """The names of so many accounts, numbered on from the first one; an advisor's master leads.

    Raises AccountsError.
    """
    stem = first.rstrip("0123456789")
    digits = first[len(stem) :]
    if not 1 <= count <= MOST_ACCOUNTS:
        raise AccountsError(f"there can be 1 to {MOST_ACCOUNTS} accounts, not {count}")
    if count > 1 and not digits:
        raise AccountsError(f"{first} does not end in a number that others could follow")
    if is_advisor and stem.startswith(MASTER_PREFIX):
        raise AccountsError(f"{first} is the name of a master: name the first account under it")
    numbers = (f"{stem}{int(digits) + n:0{len(digits)}}" for n in range(1, count))
    master = (f"{MASTER_PREFIX}{digits}",) if is_advisor else ()
    return (*master, first, *numbers)


class Accounts:
    """The accounts that hold cash and positions, in the order of their names' list."""

    def __init__(self, accounts: Iterable[Account], master: str = "") -> None:
        self.master = master
        """The financial advisor's own account; empty for any other login."""
        self._accounts = {account.name: account for account in accounts}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def __len__(self) -> int:
        return len(self._accounts)

    def __contains__(self, name: str) -> bool:
        return name in self._accounts

    def __getitem__(self, name: str) -> Account:
        return self._accounts[name]

    @property
    def first(self) -> Account:
        """The one that is meant when there is no other."""
        return next(iter(self))

    @property
    def names(self) -> tuple[str, ...]:
        """All names, as managedAccounts lists them."""
        return (*([self.master] if self.master else []), *self._accounts)

    def chosen(self, name: str) -> list[Account]:
        """The accounts that a request's account field means; none when the name is not known.

        No name, ``All`` and the master's stand for all accounts.
        """
        if name in {"", ALL, self.master}:
            return list(self)
        return [self._accounts[name]] if name in self._accounts else []


def figures_of_all(accounts: Iterable[Account], at: float) -> Figures:
    """The sum over accounts, in the base currency."""
    return total(account.figures(at) for account in accounts)


def ledgers_of_all(accounts: Iterable[Account], at: float) -> dict[str, Figures]:
    """The sums over accounts by currency, each in that currency."""
    found: dict[str, Figures] = {}
    for account in accounts:
        for currency, figures in account.ledgers(at).items():
            found[currency] = found.get(currency, Figures()).plus(figures)
    return found
