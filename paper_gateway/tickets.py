"""An order ticket: what a client's placeOrder says, read field by field.

May not judge the order (see rules) or know whether it exists already.
"""

from dataclasses import dataclass, replace
from typing import Any

from paper_gateway.contracts import ContractQuery
from paper_gateway.instructions import PLAIN, Instructions, read_instructions
from paper_gateway.requests import MalformedRequest, contract_from_fields
from paper_gateway.ticket_layout import ALL_NAMES, read_sections
from paper_gateway.wire import FieldError, number, parse_bool, parse_float, parse_int


@dataclass(frozen=True, slots=True)
class OrderTicket:
    """One placeOrder. Prices are None when unset.

    ``fields`` holds the text of every other field by IB's name, and ``blocks`` the texts of those
    optional blocks that are there, by letter, so that openOrder can give back what was sent.
    """

    order_id: int
    contract: ContractQuery
    action: str
    quantity: float
    order_type: str
    limit_price: float | None
    aux_price: float | None
    tif: str
    account: str
    order_ref: str
    parent_id: int
    transmit: bool
    outside_rth: bool
    what_if: bool
    fields: dict[str, str]
    blocks: dict[str, list[str]]
    instructions: Instructions = PLAIN

    @property
    def is_combo(self) -> bool:
        return self.contract.sec_type == "BAG"

    def with_quantity(self, quantity: float) -> "OrderTicket":
        """The same order of another size."""
        fields = {**self.fields, "totalQuantity": number(quantity)}
        return replace(self, quantity=quantity, fields=fields)


def decode_ticket(fields: list[str], version: int) -> OrderTicket:
    """Read a placeOrder frame whose fields are given with the id. Raises MalformedRequest."""
    values: dict[str, str] = {}
    texts = iter(fields)
    next(texts)
    order_id = -1
    try:
        order_id = parse_int(next(texts))
        contract = contract_from_fields(texts)
        values["secType"] = contract.sec_type
        values["exchange"] = contract.exchange
        blocks = read_sections(texts, values, version)
        if next(texts, None) is not None:
            # One field too many means that some block was misread: such an order is not placed.
            raise FieldError("Too many fields")
        return _ticket(order_id, contract, values, blocks)
    except StopIteration as error:
        raise MalformedRequest(fields[0], order_id, "Too few fields") from error
    except FieldError as error:
        raise MalformedRequest(fields[0], order_id, str(error)) from error


def _ticket(
    order_id: int,
    contract: ContractQuery,
    values: dict[str, str],
    blocks: dict[str, list[str]],
) -> OrderTicket:
    return OrderTicket(
        order_id=order_id,
        contract=contract,
        action=values["action"],
        quantity=parse_float(values["totalQuantity"]) or 0.0,
        order_type=values["orderType"],
        limit_price=parse_float(values["lmtPrice"]),
        aux_price=parse_float(values["auxPrice"]),
        tif=values["tif"],
        account=values["account"],
        order_ref=values["orderRef"],
        parent_id=parse_int(values["parentId"]),
        transmit=parse_bool(values["transmit"]),
        outside_rth=parse_bool(values["outsideRth"]),
        what_if=parse_bool(values["whatIf"]),
        fields=values,
        blocks=blocks,
        instructions=read_instructions(values, blocks),
    )


def ticket_to_json(ticket: OrderTicket) -> dict[str, Any]:
    """The ticket as plain values that JSON keeps; ticket_from_json reads it back."""
    query = ticket.contract
    return {
        "order_id": ticket.order_id,
        "contract": [
            query.con_id,
            query.symbol,
            query.sec_type,
            query.last_trade_date,
            query.strike,
            query.right,
            query.multiplier,
            query.exchange,
            query.primary_exchange,
            query.currency,
            query.local_symbol,
            query.trading_class,
        ],
        "fields": {name: text for name, text in ticket.fields.items() if text},
        "blocks": ticket.blocks,
    }


def ticket_from_json(row: dict[str, Any]) -> OrderTicket:
    """The ticket written by ticket_to_json."""
    contract = contract_from_fields(iter(str(value) for value in row["contract"]))
    fields = {"secType": "", "exchange": "", **dict.fromkeys(ALL_NAMES, ""), **row["fields"]}
    return _ticket(row["order_id"], contract, fields, row["blocks"])
