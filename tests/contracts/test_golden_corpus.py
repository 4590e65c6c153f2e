"""Every event ever released is still read, and means the same when it is written again."""

import json
from pathlib import Path

import pytest

from schemas import codec
from schemas.dead_letter import DeadLetter
from schemas.logs import ALL_KINDS, short_name
from schemas.publish import DEAD_LETTER
from schemas.surprises import surprises
from schemas.time import parse_instant

CORPUS = Path(__file__).parents[2] / "schemas" / "published" / "corpus"
KINDS = {short_name(kind): kind for kind in ALL_KINDS}
FILES = sorted(CORPUS.glob("*/*.jsonl"))
EVENTS = [path for path in FILES if path.stem != DEAD_LETTER]


def as_said(path):
    return f"{path.parent.name}/{path.stem}"


def keeps(before, after):
    """Whether everything said before is still said; null is the same as unsaid."""
    if isinstance(before, dict):
        said = {name: value for name, value in before.items() if value is not None}
        return all(name in after and keeps(value, after[name]) for name, value in said.items())
    if isinstance(before, list):
        return len(before) == len(after) and all(map(keeps, before, after))
    return before == after or is_same_instant(before, after)


def is_same_instant(before, after):
    try:
        return parse_instant(before) == parse_instant(after)
    except (ValueError, TypeError):
        return False


@pytest.mark.parametrize("path", EVENTS, ids=as_said)
def test_a_released_event_is_read_and_means_the_same(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 3
    for line in lines:
        event = codec.decode(line.encode(), (KINDS[path.stem],))
        written = codec.encode(event)
        assert keeps(json.loads(line), json.loads(written))
        assert codec.decode(written, (KINDS[path.stem],)) == event
        assert surprises(event) == (0, 0)


@pytest.mark.parametrize("path", sorted(CORPUS.glob(f"*/{DEAD_LETTER}.jsonl")), ids=as_said)
def test_a_released_dead_letter_is_read_and_means_the_same(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        letter = DeadLetter.model_validate_json(line)
        assert keeps(json.loads(line), json.loads(letter.model_dump_json(exclude_none=True)))


def test_every_released_type_is_in_the_newest_corpus():
    newest = max(CORPUS.iterdir(), key=lambda folder: [*map(int, folder.name.split("."))])
    released = {name for name, kind in KINDS.items() if kind.status == "released"}
    assert {path.stem for path in newest.glob("*.jsonl")} == released | {DEAD_LETTER}
