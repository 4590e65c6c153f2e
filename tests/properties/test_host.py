"""A worker that dies anywhere between outputs, states and offset says what the plain fold says."""

import json
from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from schemas.reference import CatalogueFiles
from streams import dead_letters, reference
from streams.catalogue_files import read_files
from streams.plain import PlainFold
from streams.ports import Outgoing
from streams.processor import Partition, Processor
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DEAD_LETTERS
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_document
from tests.fakes import FakeLog
from tests.streams.test_processor import EPOCH, Count, Counting

KEYS = (CLIENT, OTHER_CLIENT)


@cache
def references():
    """The shipped catalogue, read once: reading it takes longer than a worker's life."""
    log = FakeLog(partitions=1)
    catalogue = CatalogueFiles(version="t", files=read_files())
    log.append(reference.releases([catalogue], now=MONDAY_10))
    return ReferenceLog(log)


class Counts(Counting):
    """The counting fold for several keys; some events are too much for it."""

    max_state_bytes = 16 * 1024

    @override
    def apply(self, state, event, reference, *, requeue_of=None):
        if event.id.endswith("7"):
            raise ValueError(event.id)
        return super().apply(state, event, reference, requeue_of=requeue_of)

    @override
    def encode(self, state):
        return json.dumps(state).encode()

    @override
    def decode(self, blob):
        return Count(*json.loads(blob))


def a_log(kinds):
    """One partition: a marker, then records as drawn; `marker` names what is there by then."""
    log = FakeLog(partitions=1)
    log.append(reference.markers(log, offset=1, now=MONDAY_10)[:1])
    for number, (kind, which) in enumerate(kinds):
        key = KEYS[which]
        document = a_document(
            "app.page_viewed", {"page": "holdings"}, key=key, event_id=f"e{number}"
        )
        raw = json.dumps(document).encode()
        log.append(_record(kind, key, raw, number, log))
    return log


def _record(kind, key, raw, number, log):
    match kind:
        case "event":
            return [Outgoing(CLIENT_EVENTS, key.encode(), raw, (), 0)]
        case "broken":
            return [Outgoing(CLIENT_EVENTS, key.encode(), raw[:-9], (), 0)]
        case "keyless":
            return [Outgoing(CLIENT_EVENTS, None, raw, (), 0)]
        case "requeued":
            place = f"0:{max(1, number - 3)}".encode()
            headers = ((dead_letters.REQUEUE_OF, place),)
            return [Outgoing(CLIENT_EVENTS, key.encode(), raw, headers, 0)]
        case _:
            return reference.markers(log, offset=1, now=MONDAY_10)[:1]


class Store:
    """What outlives a worker: outputs, then states, then the offset, in this order."""

    def __init__(self):
        self.outputs, self.states, self.offset, self.marker = [], {}, 0, 0

    def checkpoint(self, processor, part, outputs, *, until):
        """Make durable as much as a worker managed before it died: 0 nothing, 3 all."""
        if until >= 1:
            self.outputs += outputs
        if until >= 2:
            self.states |= {key: blob for key, blob, _ in processor.cut(part)}
        if until >= 3:
            self.offset, self.marker = part.next_offset, part.marker


def live(log, batches):
    """Run workers over the log; each batch ends with a checkpoint that goes so far."""
    store = Store()
    for size, until in [*batches, (1_000_000, 3)]:
        processor = Processor(
            Counts(),
            CLIENT_EVENTS,
            references(),
            epoch=EPOCH,
            stored=lambda _partition, key: store.states.get(key),
            end=lambda partition: log.end(CLIENT_EVENTS, partition),
        )
        part = Partition(0, store.offset, store.marker)
        records = log.read(CLIENT_EVENTS, 0, store.offset, size)
        batch = processor.apply(part, records)
        store.checkpoint(processor, part, batch.outputs, until=until)
    return store


kinds = st.lists(
    st.tuples(
        st.sampled_from(["event"] * 12 + ["broken", "keyless", "requeued", "marker"]),
        st.integers(0, 1),
    ),
    max_size=40,
)
batches = st.lists(st.tuples(st.integers(1, 15), st.integers(0, 3)), max_size=12)


@given(kinds, batches)
def test_no_death_loses_or_changes_or_invents_an_output(kinds, batches):
    log = a_log(kinds)
    plain = PlainFold(Counts(), references())
    wanted = [
        ((CLIENT_FACTS, f"{EPOCH}:{said.src[1]}:{said.src[2]}".encode()), said.value)
        for said in plain.live(log.read(CLIENT_EVENTS, 0, 0, 1_000_000))
    ]
    store = live(log, batches)
    found: dict[tuple[str, bytes], bytes] = {}
    for message in store.outputs:
        name = (message.topic, dict(message.headers)["src"])
        assert found.setdefault(name, message.value) == message.value
    letters = [name for name in found if name[0] == DEAD_LETTERS]
    facts = {name: value for name, value in found.items() if name[0] == CLIENT_FACTS}
    assert facts == dict(wanted)
    assert len(letters) == len(plain.buried)
    assert {key: json.loads(blob[33:]) for key, blob in store.states.items()} == {
        key: json.loads(blob) for key, blob in plain.frozen().items()
    }


@given(kinds, st.integers(1, 9))
def test_how_a_log_is_cut_into_batches_changes_nothing(kinds, size):
    log = a_log(kinds)
    whole, parts = live(log, []), live(log, [(size, 3)] * 50)
    assert whole.outputs == parts.outputs
    assert whole.states == parts.states
