"""ib_async's decoder, quicker, and with nothing swallowed.

A message that cannot be read, and an error of whoever hears it, is a fault that is counted and
told; ib_async 2.1.0 logs it under one of its names and nobody else learns of it.
"""
# mypy: allow-untyped-calls
# (the methods of ib_async that are extended here have no annotations)

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from ib_async.decoder import Decoder
from ib_async.util import parseIBDatetime
from ib_async.wrapper import Wrapper

from ib.guard import Faults
from trading.ib_objects import UNREADABLE_TIME

EXECUTION_TIME = 15  # its place among the fields of execDetails
DASHED_TIME = re.compile(r"\d{8}-\d\d:\d\d:\d\d")

# (field, converter, value when empty)
Conversions = tuple[tuple[str, Callable[[str], Any], Any], ...]


def _conversions(kind: type[Any]) -> Conversions:
    """The fields of an ib_async class that TWS sends as text."""
    converters: dict[type, Callable[[str], Any]] = {
        int: int,
        float: float,
        bool: lambda text: bool(int(text)),
    }
    return tuple(
        (f.name, converters[type(f.default)], f.default)
        for f in dataclasses.fields(kind)
        if type(f.default) in converters
    )


# How ib_async reads a message's fields by their type, and what it puts for an empty one.
FIELD_TYPES: dict[type, tuple[Callable[[Any], Any], Any]] = {
    str: (str, ""),
    int: (int, 0),
    float: (float, 0),
    bool: (lambda text: bool(int(text)), 0),
}


class QuickDecoder(Decoder):
    """ib_async's own spends half its time in looking up field types anew."""

    def __init__(self, wrapper: Wrapper, faults: Faults) -> None:
        super().__init__(wrapper, 0)
        self._faults = faults
        self._conversions: dict[type[Any], Conversions] = {}

    def interpret(self, fields: list[str]) -> None:
        """Never raises: the messages behind this one are heard whatever it holds."""
        try:
            handler = self.handlers.get(int(fields[0]))
            if handler is None:
                self._faults.note("TWS sent a message of an unknown kind")
            else:
                handler(fields)
        except Exception as error:  # noqa: BLE001 - noted, with its traceback
            self._faults.note(f"Message {fields[0][:3]} of TWS could not be handled", error)

    def wrap(
        self, methodName: str, types: list[type], skip: int = 2
    ) -> Callable[[list[str]], None]:
        converters = [FIELD_TYPES[kind] for kind in types]

        def handle(fields: list[str]) -> None:
            method = getattr(self.wrapper, methodName, None)
            if method:
                pairs = zip(converters, fields[skip:], strict=False)
                method(*[convert(text or empty) for (convert, empty), text in pairs])

        return handle

    def execDetails(self, fields: list[str]) -> None:
        """ib_async takes TWS's UTC form for the host's time, and loses a fill whose time it cannot
        read."""
        fields[EXECUTION_TIME] = _readable_time(fields[EXECUTION_TIME])
        super().execDetails(fields)

    def parse(self, obj: Any) -> None:
        kind = type(obj)
        conversions = self._conversions.get(kind)
        if conversions is None:
            conversions = self._conversions[kind] = _conversions(kind)
        for name, convert, default in conversions:
            text = getattr(obj, name)
            setattr(obj, name, convert(text) if text else default)


@lru_cache(maxsize=256)  # the fills of one second have the same
def _readable_time(text: str) -> str:
    """A time of TWS as ib_async reads it right; UNREADABLE_TIME when it is none.

    TWS writes UTC with a dash: 20261120-14:31:02 (its own words with error 10314).
    """
    if DASHED_TIME.fullmatch(text):
        return text.replace("-", " ") + " UTC"
    try:
        is_time = isinstance(parseIBDatetime(text), datetime)
    except (ValueError, KeyError, OSError, OverflowError):  # no time, or of a zone nobody knows
        is_time = False
    return text if is_time else str(int(UNREADABLE_TIME.timestamp()))
