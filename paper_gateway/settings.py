"""The settings of one paper gateway, as values. May not read the environment."""

from dataclasses import dataclass
from pathlib import Path

from paper_gateway.market_data.hours import Mode


@dataclass(frozen=True, slots=True)
class Settings:
    """``state`` None keeps everything in memory; ``account`` and ``accounts`` None take those of
    the state folder (a new folder gets DU1234567); ``control_port`` None opens no control port."""

    port: int = 0
    state: Path | None = None
    host: str = "127.0.0.1"
    seed: int = 1
    latency_seconds: float = 0.010
    part_gap_seconds: float = 0.030
    """Time between the parts of an order that fills in parts."""
    account: str | None = None
    accounts: int | None = None
    """How many accounts the login has: they are numbered on from ``account``."""
    is_advisor: bool = False
    """A financial advisor's login: a master account before the others."""
    portfolio: Path | None = None
    """What new accounts begin with; see the portfolio module."""
    reset: bool = False
    """Forget what the state folder holds and begin with new accounts."""
    speed: float = 1.0
    """Virtual seconds per real second; 0 for a clock that is moved by hand. Latency stays real."""
    start_time: float | None = None
    """The epoch second at which the clock begins, unless the state folder is already later."""
    master_client_id: int | None = None
    """The client that sees every client's orders and executions, as TWS's setting of that name."""
    control_port: int | None = None
    allow_remote: bool = False
    hours: Mode = "always"
    """``exchange``: contracts trade at the hours of their exchange only."""
    bars: Path | None = None
    """A CSV file of bars, or a folder of them, that prices follow: see the bar_files module."""
    bars_start: str = "first"
    """With bars, where the gateway's clock begins: at the ``first`` bar, at a time of the bars, or
    ``now``."""
