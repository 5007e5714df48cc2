"""`flask doctor`: checks what a desk needs and says how to repair what is missing.

It only looks: it makes no order, no file and no table, signs in nowhere and prints no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine import checks
from engine.checks import Finding
from engine.tws_check import tws_greets
from store.database import StoreError, file_of
from store.schema import NEWEST, current_revision
from web.desk import Desk
from web.page_values import chart_library

OTHER_TABLES = "The database's tables have revision {found}; the next start brings them to {newest}"
NPM = "npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm run vendor"


def examine(desk: Desk) -> Iterator[Finding]:
    """Every check in turn; each takes three seconds at most."""
    for check in RELAY_CHECKS if desk.seats else CHECKS:
        yield from check(desk)


def _database(desk: Desk) -> Iterator[Finding]:
    """As it is: no file is made and no table is changed."""
    engine = desk.people.engine
    path = file_of(engine)
    if path and not path.exists():
        yield Finding("ok", f"There is no database yet; the first start makes {path}")
        return
    try:
        revision = current_revision(engine)
        if revision == NEWEST:
            yield Finding("ok", f"The database answers; users: {len(desk.users.all())}")
        else:
            yield Finding("warn", OTHER_TABLES.format(found=revision or "none", newest=NEWEST))
    except StoreError as error:
        yield Finding("FAIL", str(error))


def _charts(_desk: Desk) -> Iterator[Finding]:
    if chart_library().is_file():
        yield Finding("ok", "The chart library is installed")
    else:
        yield Finding("warn", f"The chart library is missing; the page draws its own. Run: {NPM}")


def _relay(desk: Desk) -> Iterator[Finding]:
    trouble = desk.seats.trouble() if desk.seats else None
    where = desk.settings.relay_url
    if trouble:
        yield Finding("FAIL", f"The relay {where}: {trouble}")
    else:
        yield Finding("ok", f"The relay {where} answers and knows this desk's RELAY_TOKEN")


CHECKS: tuple[Callable[[Desk], Iterator[Finding]], ...] = (
    lambda _desk: checks.python(),
    lambda _desk: checks.known_settings(),
    lambda desk: checks.var_dir(desk.settings),
    _database,
    lambda desk: checks.journal(desk.settings),
    _charts,
    lambda desk: tws_greets(desk.settings),
)
# In relay mode TWS and journal are beside each agent, which has a doctor of its own.
RELAY_CHECKS: tuple[Callable[[Desk], Iterator[Finding]], ...] = (
    lambda _desk: checks.python(),
    lambda _desk: checks.known_settings(),
    lambda desk: checks.var_dir(desk.settings),
    _database,
    _charts,
    _relay,
)
