"""What runs inside the loops: what is asked of TWS, and what to do with what comes back.

Everything here belongs to the one thread whose loop owns the connection. It waits with asyncio,
never blocks, knows no Flask and no database; `order_handler.py` and `ib_connector.py` are its only
doors to other threads.
"""
