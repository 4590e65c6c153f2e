"""An engine over a folder with the shipped catalogue, for tests of the host."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.reference import CatalogueFiles
from schemas.time import DAY, Instant
from streams.catalogue_files import read_files, version_of
from streams.embedded.engine import EmbeddedEngine
from streams.ports import Outgoing, Record
from streams.topics import CLIENT_EVENTS, DESK_EVENTS
from tests.builders import CLIENT, CURRENT, MONDAY_10, TERM, a_baseline, a_document, a_product
from tests.fakes import StillClock


class Running:
    """An engine and its clock."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.path = folder / "engine.db"
        self.clock = StillClock(MONDAY_10)
        self.engine = EmbeddedEngine(self.path, self.clock, synchronous="OFF", **options)

    def release(self) -> None:
        files = read_files()
        catalogue = CatalogueFiles(version=version_of(files), files=files)
        self.engine.release([catalogue, CURRENT, TERM, a_product()])

    def known(self, client: str = CLIENT) -> None:
        self.say("corebank.baseline_loaded", a_baseline(), key=client, at=MONDAY_10 - DAY)

    def say(self, kind: str, data: Mapping[str, Any], *, key: str = CLIENT, **more: Any) -> None:
        document = a_document(kind, data, key=key, **more)
        self.put(json.dumps(document).encode(), key=key)

    def put(self, raw: bytes, *, key: str = CLIENT, headers: Any = ()) -> None:
        topic = CLIENT_EVENTS if key.startswith("ct_") else DESK_EVENTS
        self.engine.append([Outgoing(topic, key.encode(), raw, headers)])

    def live(self) -> int:
        done = self.engine.drain()
        self.engine.commit()
        return done

    def all(self, topic: str) -> list[Record]:
        engine = self.engine
        return [
            record
            for partition in range(engine.partitions(topic))
            for record in engine.read(topic, partition, 0, 100_000)
        ]

    def kinds(self, topic: str) -> list[str]:
        return [json.loads(record.value)["type"].split(".")[-2] for record in self.all(topic)]

    def again(self, **options: Any) -> "Running":
        """Close, and open the same file."""
        self.engine.close()
        return Running(self.path.parent, **options)


COMPLAINT = {
    "session": "s",
    "turn": 1,
    "channel": "ai",
    "language": "zh",
    "reading": "accept",
    "guesses": [{"intent": "complain", "p": 0.99}],
    "margin": 0.9,
    "model": "m",
    "path": "p",
}
SPOKE = "conversation.utterance_understood"
LATER = Instant(MONDAY_10 + DAY)
