import json
from base64 import b64encode

import pytest
from pydantic import ValidationError

from schemas.dead_letter import DeadFault, DeadLetter

RAW = bytes(range(256))


def a_letter(**more):
    said = {
        "topic": "client-events",
        "partition": 2,
        "offset": 7,
        "fold": "client",
        "error": "contract",
        "code": "malformed-json",
        "faults": (DeadFault(pointer="", expected="JSON"),),
        "family": "book",
        "raw": b64encode(RAW),
    }
    return DeadLetter.model_validate(said | more)


def test_a_dead_letter_keeps_the_bytes_as_they_came():
    written = a_letter(raw_key=b64encode(b"\xff")).model_dump_json(exclude_none=True)
    again = DeadLetter.model_validate_json(written)
    assert (again.raw, again.raw_key) == (RAW, b"\xff")


def test_its_base64_has_no_line_breaks():
    written = json.loads(a_letter().model_dump_json())
    assert written["raw"] == b64encode(RAW).decode()


def test_what_is_not_base64_is_no_dead_letter():
    with pytest.raises(ValidationError, match="base64"):
        a_letter(raw=b"a")
