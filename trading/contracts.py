"""Contracts: what is traded, as the user names it, in IB's own fields.

The allowed security types and what an option needs are the mission's rules for
`validate_contract_for_order`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from trading.fields import MAX_INT, FieldSet, Name, Number, Size, Text, refuse, refused
from trading.refusals import FieldError, Refused

SecType = Literal["STK", "OPT", "FOP", "FUT", "CASH", "CRYPTO", "CFD", "BOND", "IND", "BAG"]

SYMBOL_REQUIRED = "Contract symbol is required"
SENTENCES = {
    "conId": "Contract conId must be a positive whole number",
    "secType": f"Contract secType must be one of {', '.join(get_args(SecType))}",
    "strike": "Contract strike must be a number",
    "right": "Contract right must be C, P, CALL or PUT",
}
LEGS_REQUIRED = "Contract comboLegs is required for secType BAG: 2 to 8 legs"
ONLY_BAG = "Contract comboLegs is only for secType BAG"
MAX_CON_ID = MAX_INT
MAX_LEGS = 8
# Where IB routes a contract when the user names no exchange; other types have no usual one.
USUAL_EXCHANGES = {
    "STK": "SMART",
    "OPT": "SMART",
    "CFD": "SMART",
    "BOND": "SMART",
    "CASH": "IDEALPRO",
    "CRYPTO": "PAXOS",
    "BAG": "SMART",
}
OPTION_TYPES = frozenset({"OPT", "FOP"})
EXPIRY = re.compile(r"\d{4}(0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01]))?")


# Where the model's own checks point; their sentences say the rest.
POINTERS = {
    SYMBOL_REQUIRED: "/contract/symbol",
    SENTENCES["conId"]: "/contract/conId",
    LEGS_REQUIRED: "/contract/comboLegs",
    ONLY_BAG: "/contract/comboLegs",
}


class ComboLeg(FieldSet):
    """One contract of a combo: `ratio` of it, bought or sold when the combo is bought.

    Source: https://interactivebrokers.github.io/tws-api/spread_contracts.html
    """

    con_id: Annotated[int, Field(gt=0, le=MAX_INT)]
    ratio: Size
    action: Literal["BUY", "SELL"]
    exchange: Name = "SMART"


def parse_legs(value: object) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= MAX_LEGS:
        raise ValueError(f"must be a list of 2 to {MAX_LEGS} legs")
    return tuple(value)


class Contract(FieldSet):
    """A contract that may be asked of TWS. A conId, a symbol or a localSymbol names it."""

    con_id: int = 0
    symbol: Text = ""
    sec_type: SecType = "STK"
    last_trade_date_or_contract_month: Text = ""
    strike: Number | None = None
    right: Literal["", "C", "P", "CALL", "PUT"] = ""
    multiplier: Text = ""
    exchange: Text = ""
    primary_exchange: Text = ""
    currency: Text = "USD"
    local_symbol: Text = ""
    trading_class: Text = ""
    combo_legs: Annotated[tuple[ComboLeg, ...], BeforeValidator(parse_legs)] = ()

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not 0 <= self.con_id <= MAX_CON_ID:
            raise ValueError(SENTENCES["conId"])
        if not (self.con_id or self.symbol or self.local_symbol):
            raise ValueError(SYMBOL_REQUIRED)
        if bool(self.combo_legs) != self.is_combo:
            raise ValueError(LEGS_REQUIRED if self.is_combo else ONLY_BAG)
        return self

    @property
    def is_combo(self) -> bool:
        """A combo's price may be negative or zero."""
        return self.sec_type == "BAG"

    def to_payload(self) -> dict[str, Any]:
        """IB's field names; strike as a number, unset as null; comboLegs only of a combo."""
        legs = None if self.is_combo else {"combo_legs"}
        return self.model_dump(mode="json", by_alias=True, exclude=legs)


def parse_contract(raw: object) -> Contract:
    """The contract of a request body, or Refused with the mission's sentence."""
    if not isinstance(raw, Mapping):
        raise Refused(SYMBOL_REQUIRED, FieldError("/contract", "Contract must be an object"))
    given = dict(raw)
    if "exchange" not in given:
        given["exchange"] = _usual_exchange(given.get("secType", "STK"))
    try:
        contract = Contract.model_validate(given, strict=True)
    except ValidationError as error:
        if all(
            details["type"] == "value_error" and not details["loc"] for details in error.errors()
        ):
            sentence = str(error.errors()[0]["ctx"]["error"])
            raise refused(POINTERS[sentence], sentence) from error
        refuse(error, "/contract", SENTENCES)
    if not contract.exchange:
        contract = contract.model_copy(update={"exchange": _usual_exchange(contract.sec_type)})
    return contract


def validate_contract_for_order(contract: Contract) -> None:
    """The mission's check before an order: an option says which one it is; an exchange is known."""
    for field, sentence in _missing_for_order(contract):
        raise refused(f"/contract/{field}", sentence)


def _missing_for_order(contract: Contract) -> list[tuple[str, str]]:
    missing = []
    if contract.sec_type in OPTION_TYPES and not contract.con_id:
        expiry = contract.last_trade_date_or_contract_month
        if not contract.local_symbol and not EXPIRY.fullmatch(expiry):
            missing.append(
                (
                    "lastTradeDateOrContractMonth",
                    "Option expiry (YYYYMMDD) or localSymbol is required",
                )
            )
        if not contract.local_symbol and (contract.strike is None or contract.strike <= 0):
            missing.append(("strike", "Option strike must be positive"))
        if not contract.local_symbol and not contract.right:
            missing.append(("right", "Option right must be C or P"))
    if not contract.exchange:
        missing.append(
            ("exchange", f"Contract exchange is required for secType {contract.sec_type}")
        )
    return missing


def _usual_exchange(sec_type: object) -> str:
    return USUAL_EXCHANGES.get(sec_type, "") if isinstance(sec_type, str) else ""
