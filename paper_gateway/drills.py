"""Drills: switches that make the paper gateway misbehave as real ones have been seen to.

May not act: the exchange, the sessions and the server read these switches. ``apply`` takes what a
test or the control port asks for, as plain values.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

Moment = Literal["", "before", "after"]

# Texts of the connectivity notices, as IB writes them. Parts in braces name a farm.
NOTICES = {
    1100: "Connectivity between IB and Trader Workstation has been lost.",
    1101: "Connectivity between IB and Trader Workstation has been restored - data lost.",
    1102: "Connectivity between IB and Trader Workstation has been restored - data maintained. "
    "All data farms are connected: usfarm; ushmds; secdefil.",
    1300: "TWS socket port has been reset and this connection is being dropped.",
    2103: "Market data farm connection is broken:usfarm",
    2104: "Market data farm connection is OK:usfarm",
    2105: "HMDS data farm connection is broken:ushmds",
    2106: "HMDS data farm connection is OK:ushmds",
    2107: "HMDS data farm connection is inactive but should be available upon demand.ushmds",
    2108: "Market data farm connection is inactive but should be available upon demand.usfarm",
    2110: "Connectivity between Trader Workstation and server is broken. "
    "It will be restored automatically.",
    2157: "Sec-def data farm connection is broken:secdefil",
    2158: "Sec-def data farm connection is OK:secdefil",
}


@dataclass(slots=True)
class Drills:
    """The switches. Counts run down to zero; everything else stays until it is changed."""

    swallow_orders: int = 0
    """So many coming orders vanish without any answer, as on the real paper server at times."""
    reject_orders: int = 0
    """So many coming orders are rejected with ``reject_code`` and ``reject_text``."""
    reject_code: int = 201
    reject_text: str = "Order rejected - reason:Drill"
    tif_notice: Moment = ""
    """10349 for every order, before or after its first openOrder."""
    always_2109: bool = False
    """2109 (outside regular hours ignored) for every order."""
    always_399: bool = False
    """399 (not placed at the exchange yet) before the first openOrder of every order."""
    hold_for_locate: bool = False
    """404: new orders wait with whyHeld ``locate`` until this is switched off."""
    partial_fills: list[float] = field(default_factory=list)
    """Sizes in which every order fills; what is left after them fills last."""
    fill_delay_ms: float | None = None
    """Time between acceptance and fill; None for the gateway's setting."""
    freeze: bool = False
    """Nothing is read or answered; all sockets stay open."""
    hold_client_id_seconds: float = 0.0
    """A closed connection keeps its client id so long: 326 for whoever comes back."""
    read_only: bool = False
    """Orders and reqOpenOrders are answered with 321."""


class DrillError(ValueError):
    """A drill that does not exist, or a value that it cannot take."""


_FIELDS = {each.name for each in fields(Drills)}
_OPTIONAL = frozenset({"fill_delay_ms"})


def apply(drills: Drills, changes: dict[str, Any]) -> None:
    """Set switches by name. All of them or, on DrillError, none."""
    for name, value in changes.items():
        if name not in _FIELDS:
            raise DrillError(f"there is no drill named {name}")
        if not _fits(name, getattr(Drills(), name), value):
            raise DrillError(f"{name} cannot be {value!r}")
    for name, value in changes.items():
        setattr(drills, name, value)


def _fits(name: str, sample: object, value: object) -> bool:
    if name == "tif_notice":
        return value in get_args(Moment)
    if name in _OPTIONAL:
        return value is None or _is_size(value)
    if isinstance(value, list):
        return isinstance(sample, list) and all(_is_size(size) and size > 0 for size in value)
    if isinstance(sample, float):
        return _is_size(value)
    # A bool is an int for Python, not for a drill; a count is never negative.
    return type(value) is type(sample) and (isinstance(value, str) or value >= 0)  # type: ignore[operator]


def _is_size(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
