"""What a trade costs, by IB's fixed schedules, and in which parts a large order fills.

May not know orders or accounts.
"""

from paper_gateway.contracts import ContractDefinition

# US stocks: per share, at least, and at most as part of the trade value.
STOCK_FEE_PER_SHARE = 0.005
STOCK_FEE_MINIMUM = 1.0
STOCK_FEE_CAP = 0.01
# Part of the trade value, and at least, both as USD amounts: currency pairs, cryptocurrencies.
RATES = {"CASH": (0.00002, 2.0), "CRYPTO": (0.0018, 1.75)}
# Options and futures: per contract, and at least.
PER_CONTRACT = {"OPT": (0.65, 1.0), "FUT": (2.25, 2.25), "FOP": (2.25, 2.25)}


def commission(definition: ContractDefinition, shares: float, price: float) -> float:
    """IB's fixed commission of a whole order in one contract, in commission_currency."""
    if shares <= 0:
        return 0.0
    kind = definition.sec_type
    if kind in RATES:
        rate, least = RATES[kind]
        dollars = shares if definition.symbol == "USD" else shares * price
        return round(max(least, rate * dollars), 4)
    if kind in PER_CONTRACT:
        each_one, least = PER_CONTRACT[kind]
        return round(max(least, each_one * shares), 4)
    value = shares * price * float(definition.multiplier or 1)
    fee = max(STOCK_FEE_MINIMUM, STOCK_FEE_PER_SHARE * shares)
    return round(min(fee, STOCK_FEE_CAP * value), 4)


def commission_currency(definition: ContractDefinition) -> str:
    """Stocks are charged in their own currency, currency pairs in dollars."""
    return "USD" if definition.sec_type == "CASH" else definition.currency


def split_into_parts(quantity: float) -> list[float]:
    """How an order of this size fills: whole, or above 500 in two to four parts."""
    if quantity <= 500:
        return [quantity]
    count = 2 if quantity <= 1_000 else 3 if quantity <= 5_000 else 4
    part = float(int(quantity / count / 100) * 100 or int(quantity / count))
    return [*[part] * (count - 1), round(quantity - part * (count - 1), 8)]
