"""The paper gateway: speaks the TWS socket protocol, so unmodified IB clients connect to it.

It stands alone: nothing here imports anything else of the project, and only the standard library
is used. Prices are synthetic and fills are a model: it proves wiring and order handling, not
strategies.

As a program: ``python -m paper_gateway --port 7497 --state var/paper``.

In a test or inside another program, on a running event loop::

    from paper_gateway.server import serve
    from paper_gateway.settings import Settings

    async with serve(Settings(state=tmp_path, latency_seconds=0.0)) as gateway:
        gateway.port, gateway.account              # where it listens, whose account it is
        gateway.counters.received[61]              # how many reqPositions have arrived
        gateway.counters.orders["1000/my-ref"]     # placeOrder messages by clientId/orderRef
        gateway.apply({"swallow_orders": 1})       # drills: see paper_gateway.drills
        gateway.broadcast(1100)                    # a system message to every client
        gateway.drop_connections()                 # close every socket

Prices follow the user's own bars with ``Settings(bars=Path("AAPL.csv"))`` or ``--bars``, and
contracts keep the hours of their exchange with ``Settings(hours="exchange")`` or ``--hours``.

``serve(settings, clock=...)`` takes any clock (epoch seconds); with a clock of its own a test moves
it and calls ``gateway.run_due()``.
"""
