"""Draw a golden corpus by seed, once per release: `python -m tests.schemas.make_corpus VERSION`.

A corpus, once committed, is never drawn again: it stands for what is already on the logs.
"""

import json
import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from schemas import codec
from schemas.dead_letter import DeadLetter
from schemas.logs import ALL_KINDS, short_name
from schemas.publish import DEAD_LETTER, dead_letter_schema
from schemas.surprises import surprises
from tests.schemas.drawn import documents, values

PUBLISHED = Path(__file__).parents[2] / "schemas" / "published"
DRAWN = 120
KEPT = 10


def drawn(strategy, accepts):
    """`KEPT` of `DRAWN` documents, from simple to wild."""
    found = []

    @seed(20261124)
    @settings(
        max_examples=DRAWN,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=False,
    )
    @given(strategy)
    def draw(document):
        if accepts(document):
            found.append(document)

    draw()
    return found[:: max(1, len(found) // KEPT)][:KEPT]


def is_ours(kind):
    """Without words from the future: those are read, but not written again."""
    return lambda document: surprises(codec.decode(as_line(document).encode(), (kind,))) == (0, 0)


def as_line(document):
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def main(version):
    folder = PUBLISHED / "corpus" / version
    folder.mkdir(parents=True)
    valid = (PUBLISHED / "examples" / "valid.jsonl").read_text(encoding="utf-8").splitlines()
    for kind in ALL_KINDS:
        if kind.status == "released":
            shown = [line for line in valid if json.loads(line)["type"] == codec.wire_type(kind)]
            lines = shown + [as_line(it) for it in drawn(documents(kind), is_ours(kind))]
            write(folder, short_name(kind), lines)
    schema = dead_letter_schema()
    letters = drawn(values(schema, schema), lambda it: DeadLetter.model_validate_json(as_line(it)))
    write(folder, DEAD_LETTER, [as_line(it) for it in letters])


def write(folder, name, lines):
    (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
