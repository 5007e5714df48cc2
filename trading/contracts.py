"""Contracts: what is traded, as the user names it, in IB's own fields.

The allowed security types and what an option needs are the mission's rules for
`validate_contract_for_order`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator

from trading.fields import FieldSet, Number, Text, refuse
from trading.refusals import FieldError, Refused

SecType = Literal["STK", "OPT", "FOP", "FUT", "CASH", "CRYPTO", "CFD", "BOND", "IND"]

SYMBOL_REQUIRED = "Contract symbol is required"
SENTENCES = {
    "conId": "Contract conId must be a positive whole number",
    "secType": "Contract secType must be one of STK, OPT, FOP, FUT, CASH, CRYPTO, CFD, BOND, IND",
    "strike": "Contract strike must be a number",
    "right": "Contract right must be C, P, CALL or PUT",
}
MAX_CON_ID = 2_147_483_647  # TWS reads it as a 32-bit number
# Where IB routes a contract when the user names no exchange; other types have no usual one.
USUAL_EXCHANGES = {
    "STK": "SMART",
    "OPT": "SMART",
    "CFD": "SMART",
    "BOND": "SMART",
    "CASH": "IDEALPRO",
    "CRYPTO": "PAXOS",
}
OPTION_TYPES = frozenset({"OPT", "FOP"})
EXPIRY = re.compile(r"\d{4}(0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01]))?")


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

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not 0 <= self.con_id <= MAX_CON_ID:
            raise ValueError(SENTENCES["conId"])
        if not (self.con_id or self.symbol or self.local_symbol):
            raise ValueError(SYMBOL_REQUIRED)
        return self

    def to_payload(self) -> dict[str, Any]:
        """IB's field names; strike as a number, unset as null."""
        payload = self.model_dump(by_alias=True)
        payload["strike"] = None if self.strike is None else float(self.strike)
        return payload


def parse_contract(raw: object) -> Contract:
    """The contract of a request body, or Refused with the mission's sentence."""
    if not isinstance(raw, Mapping):
        raise Refused(SYMBOL_REQUIRED, FieldError("/contract", "Contract must be an object"))
    try:
        contract = Contract.model_validate(dict(raw), strict=True)
    except ValidationError as error:
        if all(
            details["type"] == "value_error" and not details["loc"] for details in error.errors()
        ):
            sentence = str(error.errors()[0]["ctx"]["error"])
            pointer = "/contract/conId" if "conId" in sentence else "/contract/symbol"
            raise Refused(sentence, FieldError(pointer, sentence)) from error
        refuse(error, "/contract", SENTENCES)
    return _with_usual_exchange(contract)


def validate_contract_for_order(contract: Contract) -> None:
    """The mission's check before an order: an option says which one it is; an exchange is known."""
    for field, sentence in _missing_for_order(contract):
        raise Refused(sentence, FieldError(f"/contract/{field}", sentence))


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


def _with_usual_exchange(contract: Contract) -> Contract:
    if contract.exchange:
        return contract
    return contract.model_copy(update={"exchange": USUAL_EXCHANGES.get(contract.sec_type, "")})
