"""The sentences that go with IB's codes when a drill sends them.

May not decide when. Connectivity texts are those of recorded traffic, the others those of IB's
message-code page; parts in braces are filled in for one order. The wording of 163, 383, 2148 (of
which the public log shows only the middle), 2168 and 2169 is the gateway's own.
"""

# System messages. The part behind the colon names a farm.
NOTICES = {
    1100: "Connectivity between IB and Trader Workstation has been lost.",
    1101: "Connectivity between IB and Trader Workstation has been restored - data lost.",
    1102: "Connectivity between IB and Trader Workstation has been restored - data maintained. "
    "All data farms are connected: usfarm; ushmds; secdefil.",
    1300: "TWS socket port has been reset and this connection is being dropped.",
    2103: "Market data farm connection is broken:usfarm",
    2104: "Market data farm connection is OK:usfarm",
    2105: "HMDS data farm connection is broken:ushmds",
    2106: "HMDS data farm connection is OK:ushmds",
    2107: "HMDS data farm connection is inactive but should be available upon demand.ushmds",
    2108: "Market data farm connection is inactive but should be available upon demand.usfarm",
    2110: "Connectivity between Trader Workstation and server is broken. "
    "It will be restored automatically.",
    2157: "Sec-def data farm connection is broken:secdefil",
    2158: "Sec-def data farm connection is OK:secdefil",
}
DATA_LOST = 1101

# Texts about one order or one request.
_TEXTS = {
    100: "Max rate of messages per second has been exceeded.",
    101: "Max number of tickers has been reached.",
    103: "Duplicate order id",
    104: "Cannot modify a filled order.",
    105: "Order being modified does not match original order.",
    109: "Price is out of the range defined by the Percentage setting at order defaults frame. The "
    "order will not be transmitted.",
    110: "The price does not conform to the minimum price variation for this contract.",
    135: "Can't find order with id = {order_id}",
    136: "This order cannot be cancelled.",
    161: "Cancel attempted when order is not in a cancellable state. Order permId = {perm_id}",
    163: "The following order would violate the percent limit from the market that is set in the "
    "order presets.",
    162: "Historical Market Data Service error message:Drill",
    200: "No security definition has been found for the request",
    201: "Order rejected - reason:Drill",
    202: "Order Canceled - reason:",
    321: "Error validating request.-'bN' : cause - Drill",
    322: "Error processing request.-'bN' : cause - Drill",
    329: "Order modify failed. Cannot change to the new order type.",
    354: "Requested market data is not subscribed.",
    383: "The following order size exceeds the size limit of the order presets.",
    399: "Order Message:\nDrill\nWarning: your order will not be placed at the exchange until the "
    "next opening.",
    404: "Order held while securities are located.",
    2100: "New account data requested from TWS.  API client has been unsubscribed from account "
    "data.",
    434: "The order size cannot be zero.",
    460: "No trading permissions.",
    2102: "Unable to modify this order as it is still being processed.",
    2109: "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the "
    "order type and destination. PlaceOrder is now being processed.",
    2148: "URGENT: The account does not meet its margin requirement; liquidation of positions may "
    "commence at any time.",
    2168: "The EtradeOnly order attribute is not supported.",
    2169: "The FirmQuoteOnly order attribute is not supported.",
    10147: "OrderId {order_id} that needs to be cancelled is not found.",
    10148: "OrderId {order_id} that needs to be cancelled cannot be cancelled, state: Filled.",
    10167: "Requested market data is not subscribed. Displaying delayed market data.",
    10197: "No market data during competing live session",
    10349: "Order TIF was set to DAY based on order preset.",
}


def text_of(code: int, order_id: int = 0, perm_id: int = 0) -> str:
    """IB's sentence for a code; a plain one for a code that is not known here."""
    text = NOTICES.get(code) or _TEXTS.get(code) or f"Message {code} of a drill."
    return text.format(order_id=order_id, perm_id=perm_id)
