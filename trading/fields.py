"""Field types shared by contracts and orders: what may stand in a request, and so on the wire.

A NUL inside a string would shift every later field of a TWS message, and a number such as 1E+3 or
NaN reaches TWS as text it does not expect: both are refused here, before a request exists.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from trading.refusals import FieldError, Refused

# Six decimals keep str(Decimal) plain: Python turns to the exponent form only below 1E-6.
MAX_DECIMALS = 6
MAX_NUMBER = Decimal(1_000_000_000)
MAX_STRING = 64
PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]*")


class FieldSet(BaseModel):
    """Frozen, no unknown fields, snake_case in Python and IB's camelCase in JSON."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=False
    )


def parse_number(value: object) -> Decimal:
    """A JSON number as a finite Decimal with at most six decimals; booleans are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number")
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise ValueError(f"must be a number of at most {MAX_NUMBER}")
    plain = Decimal(format(number, "f"))
    if plain != round(plain, MAX_DECIMALS):
        raise ValueError(f"must have at most {MAX_DECIMALS} decimals")
    return plain.normalize() if plain % 1 else plain.quantize(Decimal(1))


def parse_text(value: object) -> str:
    """Printable ASCII without spaces around it, at most 64 characters."""
    if not isinstance(value, str):
        raise ValueError("must be a string")
    if len(value) > MAX_STRING or not PRINTABLE_ASCII.fullmatch(value):
        raise ValueError(f"must be printable ASCII of at most {MAX_STRING} characters")
    return value.strip()


Number = Annotated[Decimal, BeforeValidator(parse_number)]
Text = Annotated[str, BeforeValidator(parse_text)]


def refuse(error: ValidationError, root: str, sentences: dict[str, str]) -> NoReturn:
    """Turn pydantic's errors into one Refused; `sentences` holds the fixed sentence of a field.

    `root` is where the parsed object stands in the request body ("/contract", "/order").
    """
    fields = [_field_error(details, root, sentences) for details in error.errors()]
    raise Refused(fields[0].detail, *fields) from error


def _field_error(details: Any, root: str, sentences: dict[str, str]) -> FieldError:
    # A union's error carries the chosen tag first; the field's own name is always the last part.
    name = str(details["loc"][-1]) if details["loc"] else ""
    pointer = f"{root}/{name}" if name else root
    subject = root.strip("/").capitalize()
    if details["type"] == "extra_forbidden":
        return FieldError(pointer, f"{subject} {name} is not used here; leave it out")
    if name in sentences:
        return FieldError(pointer, sentences[name])
    if details["type"] == "missing":
        return FieldError(pointer, f"{subject} {name} is required")
    reason = str(details["ctx"]["error"]) if "error" in details.get("ctx", {}) else details["msg"]
    return FieldError(pointer, f"{subject} {name} {reason}".replace("  ", " "))
