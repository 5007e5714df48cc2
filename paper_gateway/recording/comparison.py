"""A client's request beside the recorded one, and the recorded reply as this client must hear it.

May not know the order of messages. What may differ from one session to the next: ids of requests
and orders, the client id, orderRef and ocaGroup, people's names, times of day, and how a number is
spelled. Everything else is compared as text.
"""

import re
from dataclasses import dataclass
from itertools import zip_longest

from paper_gateway.recording.message_names import REQUEST_NAMES
from paper_gateway.recording.places import Place, places_in
from paper_gateway.requests import START_API

NOTHING = "nothing"
_MAX_SPELLED = 5
# Dates with a time of day as clients write them: 20260105 10:00:00 US/Eastern, 20260105-15:00:00,
# 2026-01-05 10:00:00.0. A date alone is no time: an expiry that differs is another contract.
_TIME = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[ -]{1,2}[0-9]{2}:[0-9]{2}:[0-9]{2}\S*( .*)?")
# Requests about an earlier request: their reqId must be that one's. All others begin a new one.
_ENDING = ("cancel", "unsubscribe")
# Which register a place's value is found in; people's names are in none, as they differ freely.
_REGISTERS = {
    Place.REQUEST: Place.REQUEST,
    Place.ORDER: Place.ORDER,
    Place.PARENT: Place.ORDER,
    Place.ASKER: Place.ASKER,
    Place.CLIENT: Place.CLIENT,
    Place.REFERENCE: Place.REFERENCE,
}
_CHOSEN = {Place.REQUEST, Place.ORDER, Place.REFERENCE}
_START_API = str(START_API)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: its index from the message id, as recorded for this client, and as seen."""

    index: int
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"field {self.index} is {self.seen[:80]!r} instead of {self.expected[:80]!r}"


def spell(differences: list[Difference]) -> str:
    """The first few of them in words."""
    told = [str(each) for each in differences[:_MAX_SPELLED]]
    more = len(differences) - len(told)
    return ", ".join([*told, f"and {more} more"] if more else told)


class Counterparts:
    """Which of this client's ids and references stands for which recorded one."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._live: dict[Place, dict[str, str]] = {place: {} for place in set(_REGISTERS.values())}

    def differences(self, recorded: list[str], seen: list[str]) -> list[Difference]:
        """The fields of a request in which it is another than the recorded one."""
        places = dict(places_in(recorded, True, self._version))
        found = []
        for index, (field, live) in enumerate(zip_longest(recorded, seen, fillvalue=None)):
            if field is None or live is None:
                found.append(Difference(index, field or NOTHING, live or NOTHING))
                break
            place = places.get(index)
            expected = field if place is None else self._expected(place, recorded, field, live)
            if not _is_same(expected, live):
                found.append(Difference(index, expected, live))
        return found

    def _expected(self, place: Place, recorded: list[str], field: str, live: str) -> str:
        """What this client must say where the recording has ``field``."""
        if place is Place.USER:
            return live if field and live else field
        register = self._live.get(_REGISTERS.get(place, place))
        if register is None or not field:
            return field
        begins_anew = place is Place.REQUEST and not _is_ending(recorded)
        if not _may_bind(place, recorded) or (field in register and not begins_anew):
            return register.get(field, field)
        # New on both sides: whatever the client chose, unless that stands for another already.
        return live if live and (begins_anew or live not in register.values()) else field

    def bind(self, recorded: list[str], seen: list[str]) -> None:
        """From now on the ids of ``seen`` stand for those of ``recorded``."""
        for index, place in places_in(recorded, True, self._version):
            field = recorded[index]
            if not field or index >= len(seen) or not _may_bind(place, recorded):
                continue
            self._live[_REGISTERS[place]][field] = seen[index]
            if place in {Place.REQUEST, Place.ORDER}:
                self._live[Place.ASKER][field] = seen[index]

    def reply(self, recorded: list[str]) -> list[str]:
        """A recorded reply with this client's ids and references."""
        told = list(recorded)
        for index, place in places_in(recorded, False, self._version):
            register = self._live.get(_REGISTERS.get(place, place), {})
            told[index] = register.get(recorded[index], recorded[index])
        return told


def _may_bind(place: Place, request: list[str]) -> bool:
    """Whether the value of this place is the client's own choice in this request."""
    if place is Place.CLIENT:
        return request[0] == _START_API
    return place in _CHOSEN


def _is_ending(request: list[str]) -> bool:
    return REQUEST_NAMES.get(request[0], "").startswith(_ENDING)


def _is_same(expected: str, seen: str) -> bool:
    if expected == seen:
        return True
    if _TIME.fullmatch(expected) and _TIME.fullmatch(seen):
        return True
    try:
        return float(expected) == float(seen)
    except ValueError:
        return False
