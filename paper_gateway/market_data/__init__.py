"""Market data: what clients are told about prices, apart from the prices themselves.

Each module answers one kind of request and has its handlers in a table; ``handlers`` joins the
tables. May not know orders, accounts or sockets.
"""
