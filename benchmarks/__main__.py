"""`python -m benchmarks [NAME …]`: print the tables; each says what its goal is."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks import (
    bursts,
    chains,
    gateway,
    orders,
    overlap,
    pages,
    positions,
    quotes,
    relay,
    relay_nodes,
    relayed,
    streams,
)

TABLES: dict[str, Callable[[argparse.Namespace], None]] = {
    "orders": lambda options: orders.run(options.count, options.latency_ms),
    "delays": lambda _: orders.run_delays(),
    "bursts": lambda _: bursts.run_bursts(),
    "throughput": lambda options: bursts.run_throughput(options.count),
    "memory": lambda options: bursts.run_memory(10 * options.count),
    "gateway": lambda _: gateway.run(),
    "chain": lambda _: chains.run(),
    "overlap": lambda _: overlap.run(),
    "pages": lambda _: pages.run(),
    "positions": lambda _: positions.run(),
    "quotes": lambda _: quotes.run(),
    "relayed": lambda options: relayed.run(options.count, options.latency_ms),
    "streams": lambda _: streams.run(),
    "relay": lambda _: relay.run(),
    "relay-nodes": lambda _: relay_nodes.run(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(TABLES)} (default: all)")
    parser.add_argument("--count", type=int, default=2000, help="orders, each way")
    parser.add_argument("--latency-ms", type=float, default=0, help="the gateway's, for orders")
    options = parser.parse_args()
    for name in options.names or TABLES:
        TABLES[name](options)


if __name__ == "__main__":
    main()
