"""The price steps of every market rule, by its number.

A rule is IB's list of (low edge, increment): from a low edge on, prices are whole multiples of its
increment. What a price on them is, is the business of the ticks module.
"""

from paper_gateway.catalogue.tables import Row, TableError, read_table

Steps = tuple[tuple[float, float], ...]


def read_market_rules() -> dict[int, Steps]:
    """rule id -> ((low edge, increment), ...), edges rising from 0. Raises TableError."""
    return {row.integer("rule"): steps_of(row) for row in read_table("market_rules")}


def steps_of(row: Row) -> Steps:
    """The steps of one rule, written ``0:0.01 3:0.05``. Raises TableError."""
    try:
        pairs = [each.split(":") for each in row["steps"].split()]
        steps = tuple((float(edge), float(increment)) for edge, increment in pairs)
    except ValueError as error:
        raise TableError(f"{row.place}: steps are edge:increment") from error
    edges = [edge for edge, _ in steps]
    if not edges or edges[0] != 0 or edges != sorted(set(edges)):
        raise TableError(f"{row.place}: edges rise from 0")
    if any(increment <= 0 for _, increment in steps):
        raise TableError(f"{row.place}: increments are above 0")
    return steps


MARKET_RULES = read_market_rules()
