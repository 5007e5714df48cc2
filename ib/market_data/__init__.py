"""Market data inside the read connection's loop: contracts, quotes, chains and bars.

Everything is asked once however many want it, within IB's pace and its budget of lines. It may not
place, change or cancel an order, and knows nothing of positions.
"""
