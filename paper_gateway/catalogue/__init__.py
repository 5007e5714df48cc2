"""The contracts the paper gateway knows: figures in .tsv files, rules in code.

conIds, ISINs, listings and names are the real ones where they are publicly known. A conId from
900000001 upward is made up, because the real one is not known for certain, and no such conId exists
at IB. Prices, volatilities and volumes are rough starting values of a synthetic market. May not
know prices in motion, orders or sockets.
"""
