"""A recorded file of a few lines, for tests of what reads and publishes it."""

import json

from schemas.facts import DESK_FOLD
from schemas.reference import CatalogueFiles
from schemas.time import Instant
from streams import recording, reference, timers
from streams.catalogue_files import read_files
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, DESK_EVENTS
from tests.builders import CLIENT, MONDAY_10, a_document, a_product
from tests.fakes import FakeLog

CATALOGUE = CatalogueFiles(version="one", files=read_files())


def a_page(number, *, partition, source="/app/mobile"):
    document = a_document(
        "app.page_viewed", {"page": "other"}, event_id=f"p{partition}-{number}", source=source
    )
    return Outgoing(CLIENT_EVENTS, CLIENT.encode(), json.dumps(document).encode(), (), partition)


def released(log, *payloads):
    """A release as it stands on a log: its records, and a marker in every partition."""
    log.append(reference.releases(payloads, now=MONDAY_10))
    offset = log.end("reference", 0)
    log.append(reference.markers(log, offset=offset, now=MONDAY_10))


def a_file(folder, pages=10):
    """Two partitions of each log: a release, pages, another release in the middle, pages."""
    log = FakeLog(partitions=2)
    released(log, CATALOGUE, a_product())
    for number in range(pages):
        if number == pages // 2:
            released(log, a_product(version=2))
        log.append([a_page(number, partition=part) for part in range(2)])
    log.append([a_page(pages, partition=0, source=DESK_FOLD)])
    log.append([Outgoing(DESK_EVENTS, b"rm-li", b"broken", (), 1)])
    log.append(timers.ticks(CLIENT_EVENTS, [(CLIENT, Instant(MONDAY_10))]))
    recording.write(log, folder / "life.jsonl")
    return folder / "life.jsonl"
