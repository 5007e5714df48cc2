"""Strict JSON: one value, exact numbers, or a refusal. What it returns is data; nothing is judged.

Numbers are int or Decimal, never float, so that 228.1 stays 228.1.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from trading.refusals import FieldError, Refused

# Longer literals and larger exponents are no order's size or price, and cost time to expand.
MAX_LITERAL = 40
MAX_EXPONENT = 30
SURROGATE = re.compile(rb"\\u[dD][89abAB]")


def parse_json(raw: bytes) -> Any:
    """One JSON value, or Refused: no duplicate keys, NaN, lone surrogates or endless nesting."""
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_object,
            parse_int=_int,
            parse_float=_decimal,
            parse_constant=_refuse_constant,
        )
        if SURROGATE.search(raw):
            orjson.dumps(value, default=str)
    except UnicodeDecodeError:
        _refuse("The body is not UTF-8")
    except json.JSONDecodeError as error:
        _refuse(f"The body is not JSON: {error.msg} at character {error.pos}")
    except RecursionError:
        _refuse("The body is nested too deeply")
    except orjson.JSONEncodeError:
        _refuse("The body has a text that is not Unicode")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        _refuse("The body names a field twice")
    return result


def _int(literal: str) -> int:
    if len(literal) > MAX_LITERAL:
        _refuse("The body has a number that is too long")
    return int(literal)


def _decimal(literal: str) -> Decimal:
    exponent = re.split("[eE]", literal)[1:]
    if len(literal) > MAX_LITERAL or (exponent and abs(int(exponent[0])) > MAX_EXPONENT):
        _refuse("The body has a number that is too long")
    return Decimal(literal)


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"The body is not JSON: {name} is not a number")


def _refuse(sentence: str) -> NoReturn:
    raise Refused(sentence, FieldError("", sentence), malformed=True)
