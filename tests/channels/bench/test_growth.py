"""What the processor's guess of a state's size rests on."""

import pytest

from channels.bench import toy
from channels.bench.life import recorded
from journeys.client.fold import ClientFold
from schemas import codec
from schemas.growth import new_in
from streams.file_log import FileLog
from streams.plain import PlainFold
from streams.recording import records_of
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS

pytestmark = pytest.mark.untraced


def test_a_state_grows_by_less_than_what_came_in_and_what_was_said_of_it(tmp_path):
    log = FileLog.of(recorded(tmp_path, clients=12, days=20))
    fold = ClientFold()
    plain, sizes = PlainFold(fold, ReferenceLog(log)), {}
    for partition in range(log.partitions(CLIENT_EVENTS)):
        for record in records_of(log, CLIENT_EVENTS, partition):
            outputs = plain.step(record)
            key = (record.key or b"").decode()
            if key in plain.states:
                size = len(fold.encode(plain.states[key]))
                came = codec.decode(record.value, fold.kinds, key=key)
                told = [output.event for output in outputs]
                new = new_in(came, len(record.value))
                new += sum(new_in(event, len(codec.encode(event))) for event in told)
                assert size - sizes.get(key, 0) < new
                sizes[key] = size
    assert len(sizes) == 12


def test_the_toy_of_the_host_is_measured_as_any_event():
    (one,) = toy.events(1, clients=1, partitions=1)
    event = toy.decode(one.value, (one.key or b"").decode())
    told = len(event.type) + len(event.subject) + len(event.partitionkey)
    assert new_in(event, len(one.value)) == toy.EVENT_BYTES - told
