"""The language of the product: values and rules.

No sockets, no threads, no clocks, no Flask, no database. ib_async appears only as the owner of
the value types that travel to and from TWS (`ib_objects.py`).
"""
