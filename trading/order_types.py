"""The order types: one class each, so that a field that a type does not use is refused.

A limit order without its price must never become a market order. Values only; nothing is sent.
Sources: https://interactivebrokers.github.io/tws-api/basic_orders.html for fields and their
meaning, https://www.interactivebrokers.com/campus/ibkr-api-page/order-types/ for cash amounts.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, TypeAdapter

from trading.algos import AlgoParams, Strategy
from trading.conditions import Conditions
from trading.fields import FieldSet, Name, NotNegative, Number, OneOf, Positive, Price, Size, Text
from trading.times import Time

Action = Literal["BUY", "SELL", "SSHORT"]
Tif = Literal["DAY", "GTC", "IOC", "FOK", "GTD", "OPG"]
OcaType = Annotated[Literal[1, 2, 3], OneOf]
Percent = Annotated[Number, Field(gt=0, lt=100)]


class OrderFields(FieldSet):
    """What every order has. Fields that are None, False or empty are not set."""

    at_open: ClassVar[str] = ""  # IB's own orderType where ours is IB's with tif OPG

    action: Action
    total_quantity: Positive | None = None  # only an order of an amount of cash has none
    tif: Tif = "DAY"
    outside_rth: bool = False
    account: Text = ""
    what_if: bool = False
    good_till_date: Time | None = None
    good_after_time: Time | None = None
    oca_group: Name | None = None
    oca_type: OcaType | None = None
    all_or_none: bool = False
    min_qty: Size | None = None
    conditions: Conditions = ()
    conditions_ignore_rth: bool = False
    conditions_cancel_order: bool = False

    def to_payload(self) -> dict[str, Any]:
        """IB's field names: what every order shows, unset as null, and what else is set."""
        payload = {
            "lmtPrice": None,
            "auxPrice": None,
            "totalQuantity": None,
            "tif": self.tif,
            "outsideRth": self.outside_rth,
            "account": self.account,
            "whatIf": self.what_if,
        } | self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if self.conditions:
            payload["conditions"] = [condition.to_payload() for condition in self.conditions]
        return payload


class MarketOrder(OrderFields):
    """At the best price there is now."""

    order_type: Literal["MKT"]
    cash_qty: Positive | None = None
    algo_strategy: Strategy | None = None
    algo_params: AlgoParams | None = None


class LimitOrder(OrderFields):
    """At lmtPrice or better."""

    order_type: Literal["LMT"]
    lmt_price: Price
    cash_qty: Positive | None = None
    display_size: Size | None = None
    algo_strategy: Strategy | None = None
    algo_params: AlgoParams | None = None


class StopOrder(OrderFields):
    """A market order once the price has reached auxPrice."""

    order_type: Literal["STP"]
    aux_price: Price


class StopLimitOrder(OrderFields):
    """A limit order at lmtPrice once the price has reached auxPrice."""

    order_type: Literal["STP LMT"]
    lmt_price: Price
    aux_price: Price
    display_size: Size | None = None


class TrailingStopOrder(OrderFields):
    """A stop that follows the price by auxPrice (an amount) or trailingPercent."""

    order_type: Literal["TRAIL"]
    aux_price: Positive | None = None
    trailing_percent: Percent | None = None
    trail_stop_price: Price | None = None


class TrailingStopLimitOrder(OrderFields):
    """A stop limit that follows the price; its limit is lmtPrice now, or lmtPriceOffset away."""

    order_type: Literal["TRAIL LIMIT"]
    aux_price: Positive | None = None
    trailing_percent: Percent | None = None
    trail_stop_price: Price
    lmt_price: Price | None = None
    lmt_price_offset: NotNegative | None = None
    display_size: Size | None = None


class MarketIfTouchedOrder(OrderFields):
    """A market order once the price has come to auxPrice, from its good side."""

    order_type: Literal["MIT"]
    aux_price: Price


class LimitIfTouchedOrder(OrderFields):
    """A limit order at lmtPrice once the price has come to auxPrice, from its good side."""

    order_type: Literal["LIT"]
    lmt_price: Price
    aux_price: Price
    display_size: Size | None = None


class MarketOnCloseOrder(OrderFields):
    """A market order in the closing auction."""

    order_type: Literal["MOC"]


class LimitOnCloseOrder(OrderFields):
    """A limit order in the closing auction."""

    order_type: Literal["LOC"]
    lmt_price: Price


class MarketOnOpenOrder(OrderFields):
    """A market order in the opening auction. IB has no such orderType: MKT with tif OPG."""

    at_open: ClassVar[str] = "MKT"
    order_type: Literal["MOO"]


class LimitOnOpenOrder(OrderFields):
    """A limit order in the opening auction. IB has no such orderType: LMT with tif OPG."""

    at_open: ClassVar[str] = "LMT"
    order_type: Literal["LOO"]
    lmt_price: Price


class MarketToLimitOrder(OrderFields):
    """A market order; what is not filled at once rests at the price of the part that is."""

    order_type: Literal["MTL"]


class MidpriceOrder(OrderFields):
    """At the middle of bid and ask or better, never beyond lmtPrice."""

    order_type: Literal["MIDPRICE"]
    lmt_price: Price | None = None


class RelativeOrder(OrderFields):
    """Better than the best price of its own side by auxPrice, never beyond lmtPrice."""

    order_type: Literal["REL"]
    aux_price: NotNegative
    lmt_price: Price | None = None
    display_size: Size | None = None


class PeggedToMidpointOrder(OrderFields):
    """Follows the middle of bid and ask by auxPrice; IBKRATS takes the two offsets."""

    order_type: Literal["PEG MID"]
    aux_price: NotNegative | None = None
    lmt_price: Price | None = None
    mid_offset_at_whole: Number | None = None
    mid_offset_at_half: Number | None = None


Order = (
    MarketOrder
    | LimitOrder
    | StopOrder
    | StopLimitOrder
    | TrailingStopOrder
    | TrailingStopLimitOrder
    | MarketIfTouchedOrder
    | LimitIfTouchedOrder
    | MarketOnCloseOrder
    | LimitOnCloseOrder
    | MarketOnOpenOrder
    | LimitOnOpenOrder
    | MarketToLimitOrder
    | MidpriceOrder
    | RelativeOrder
    | PeggedToMidpointOrder
)
ORDER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="order_type")])
CLASSES: dict[str, type[OrderFields]] = {
    get_args(kind.model_fields["order_type"].annotation)[0]: kind for kind in get_args(Order)
}
ORDER_TYPES = tuple(CLASSES)
# Which tif a type can have. OPG is only for orders at the open ("Time in Force for Orders" of the
# TWS users' guide), and an order that waits for the close cannot be immediate. Beyond that TWS
# decides, by exchange and contract.
RESTING: tuple[str, ...] = ("DAY", "GTC", "GTD")
ANY_TIME = (*RESTING, "IOC", "FOK")
TIFS = dict.fromkeys(ORDER_TYPES, ANY_TIME) | {
    "MKT": (*ANY_TIME, "OPG"),
    "LMT": (*ANY_TIME, "OPG"),
    "MOC": RESTING,
    "LOC": RESTING,
    "MOO": ("OPG",),
    "LOO": ("OPG",),
}
