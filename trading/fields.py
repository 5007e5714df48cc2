"""Field types shared by contracts and orders: what may stand in a request, and so on the wire.

A NUL inside a string would shift every later field of a TWS message, and a number such as 1E+3 or
NaN reaches TWS as text it does not expect: both are refused here, before a request exists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, NoReturn

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel

from trading.refusals import FieldError, Refused

# Six decimals keep str(Decimal) plain: Python turns to the exponent form only below 1E-6.
MAX_DECIMALS = 6
MAX_NUMBER = Decimal(1_000_000_000)
TOO_LARGE = f"must be at most {MAX_NUMBER:,}, the desk's own limit for any number"
MAX_INT = 2_147_483_647  # TWS reads whole numbers as 32 bits
MAX_STRING = 64
PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]*")
# What pydantic puts around the values that it tells: 'DAY', Decimal('0.1').
QUOTES = re.compile(r"Decimal\(|[')]")
# pydantic's errors in this project's words; the braces hold what pydantic tells with the error.
ERRORS = {
    "missing": "is required",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "must be an object with {discriminator}",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
}


class TooLarge(ValueError):
    """A number that nothing else is wrong with: a field's fixed sentence would mislead."""


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
    if number.is_finite() and number > MAX_NUMBER:
        raise TooLarge(TOO_LARGE)
    if not number.is_finite() or number < -MAX_NUMBER:
        raise ValueError(f"must be a number of at most {MAX_NUMBER}")
    plain = Decimal(format(number, "f"))
    if plain != round(plain, MAX_DECIMALS):
        raise ValueError(f"must have at most {MAX_DECIMALS} decimals")
    return plain.normalize() if plain % 1 else plain.quantize(Decimal(1))


def parse_price(value: object, info: ValidationInfo) -> Decimal:
    """A price of one contract is positive; a combo's may be negative (a credit) or zero."""
    price = parse_number(value)
    if price <= 0 and info.context is not COMBO:
        raise ValueError("must be a positive price")
    return price


def parse_choice(value: object) -> int:
    """A whole number to choose by: true and 1.0 are none, although Python finds them equal to 1."""
    if type(value) is not int:
        raise ValueError("must be a whole number")
    return value


def parse_text(value: object) -> str:
    """Printable ASCII without spaces around it, at most 64 characters."""
    if not isinstance(value, str):
        raise ValueError("must be a string")
    if len(value) > MAX_STRING or not PRINTABLE_ASCII.fullmatch(value):
        raise ValueError(f"must be printable ASCII of at most {MAX_STRING} characters")
    return value.strip()


def parse_name(value: object) -> str:
    """A text that says something."""
    text = parse_text(value)
    if not text:
        raise ValueError("must not be empty")
    return text


def plain(value: Any) -> int | float:
    """A number as JSON shows it: whole numbers without a decimal point."""
    return int(value) if value == int(value) else float(value)


# The context of a validation in which prices are a combo's.
COMBO = {"prices": "combo"}
Number = Annotated[Decimal, BeforeValidator(parse_number), PlainSerializer(plain)]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Price = Annotated[Decimal, BeforeValidator(parse_price), PlainSerializer(plain)]
Size = Annotated[int, Field(gt=0, le=MAX_INT)]
OneOf = BeforeValidator(parse_choice)
Text = Annotated[str, BeforeValidator(parse_text)]
Name = Annotated[str, BeforeValidator(parse_name)]


def refuse(error: ValidationError, root: str, sentences: Mapping[str, str]) -> NoReturn:
    """Turn pydantic's errors into one Refused; `sentences` holds the fixed sentence of a field.

    `root` is where the parsed object stands in the request body ("/contract", "/order").
    """
    fields = list(field_errors(error, root, sentences))
    raise Refused(fields[0].detail, *fields) from error


def refused(pointer: str, sentence: str) -> Refused:
    """One field is wrong, with the whole sentence."""
    return Refused(sentence, FieldError(pointer, sentence))


def field_errors(
    error: ValidationError, root: str, sentences: Mapping[str, str], inside: tuple[Any, ...] = ()
) -> list[FieldError]:
    """Each wrong field of a ValidationError; `inside` is the path to a part parsed by itself."""
    found = []
    for details in error.errors():
        path = inside + _path(details["loc"])
        cause = details.get("ctx", {}).get("error")
        if isinstance(cause, ValidationError):
            found += field_errors(cause, root, sentences, path)
        else:
            found.append(_field_error(details, path, root, sentences))
    return found


def _field_error(
    details: Any, path: tuple[Any, ...], root: str, sentences: Mapping[str, str]
) -> FieldError:
    pointer = "/".join([root, *map(str, path)])
    subject = root.strip("/").replace("/", " ").capitalize()
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]
    if details["type"] == "extra_forbidden":
        return FieldError(pointer, f"{subject} {name} is not used here; leave it out".strip())
    about = details.get("ctx", {})
    if name in sentences and not isinstance(about.get("error"), TooLarge):
        return FieldError(pointer, sentences[name])
    words = str(about["error"]) if "error" in about else details["msg"]
    if details["type"] in ERRORS:
        words = QUOTES.sub("", ERRORS[details["type"]].format(**about))
    return FieldError(pointer, f"{subject} {name} {words}".replace("  ", " ").strip())


def _path(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Where a field stands; the tags of unions that pydantic adds are no part of a body."""
    return tuple(part for at, part in enumerate(loc) if not _is_tag(loc, at))


def _is_tag(loc: tuple[int | str, ...], at: int) -> bool:
    # Order types are in capitals, and no field is; a condition's type stands after its index.
    return str(loc[at]).isupper() or (at > 1 and loc[at - 2] == "conditions")
