"""Wire logs: record what a client and its TWS say to each other, and play TWS's side back.

Works with any TWS, IB Gateway or paper gateway. As programs::

    python -m paper_gateway record --upstream 127.0.0.1:7496 --log bug.wirelog --port 7499
    python -m paper_gateway replay --log bug.wirelog --port 7499

In a test, on a running event loop::

    from paper_gateway.recording.log import read_log
    from paper_gateway.recording.playback import replay

    async with replay(Path("bug.wirelog")) as server:
        ...                                    # connect any client to server.port
        await server.finished()
    assert server.departures == []
    read_log(Path("bug.wirelog")).lines        # every message, with time, direction and fields

Account numbers, user names, addresses and order references are replaced in a log (see redaction).
A log still holds orders, executions and positions.
"""
