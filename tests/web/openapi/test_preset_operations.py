"""What the document says about presets is what the desk takes, refuses and answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.openapi.as_documented import is_as_documented
from tests.web.schema_checks import every_schema
from tests.web.visitors import World, data
from trading import presets
from web.openapi.preset_operations import PRESET, PRESET_REQUESTS, PRESETS
from web.openapi.requests import REFUSALS

PUT = ("PUT", "/api/v1/presets")
# Each sentence of the document, and the presets that earn it.
SENTENCES: dict[str, Any] = {
    presets.NOT_A_LIST: {},
    presets.TOO_MANY: [PRESET | {"name": str(number)} for number in range(31)],
    presets.SAME_NAME: [PRESET, PRESET],
    presets.TWO_DEFAULTS: [PRESET, PRESET | {"name": "Other"}],
    presets.NO_OBJECT: ["Stocks"],
    presets.WRONG_TIF: [PRESET | {"orderType": "MOC", "tif": "IOC"}],
    presets.WRONG_ALGO: [PRESET | {"orderType": "STP", "algoStrategy": "Adaptive"}],
}
BODIES: dict[str, Any] = {name: {"presets": rows} for name, rows in SENTENCES.items()} | {
    "The body must be a JSON object": [],
    "hopefulPercent is not a field here": {"hopefulPercent": 1},
}


@pytest.mark.parametrize(("said", "body"), BODIES.items())
def test_a_refusal_has_exactly_the_documented_sentence(
    world: World, said: str, body: object
) -> None:
    answer = world.program("admin").call(*PUT, json=body)
    assert (answer.status_code, data(answer)["error"]) == (422, said)


def test_every_documented_sentence_is_tried_above() -> None:
    parts = (part for schema in PRESET_REQUESTS.values() for part in every_schema(schema))
    said = {text for part in parts for text in part.get(REFUSALS, ())}
    assert said == BODIES.keys()


def test_presets_are_as_documented(world: World) -> None:
    answer = world.program("admin").call(*PUT, json=PRESETS)
    assert data(answer) == PRESETS
    assert is_as_documented(answer, *PUT)
