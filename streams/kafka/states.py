"""Every client's state as the changelog has it: for what has to look at all of them."""

from collections.abc import Iterator

from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from streams.frame import state_of
from streams.ports import LogReader
from streams.recording import records_of
from streams.topics import CLIENT_EVENTS, STATE

_FOLD = ClientFold()


def clients_of(reader: LogReader) -> Iterator[ClientState]:
    """The last state of each client, as far as workers have written it.

    The log is read twice, so that no more is held than where each client's last record stands.
    """
    topic = STATE + _FOLD.name
    for partition in range(reader.partitions(CLIENT_EVENTS)):
        last = {record.key: record.offset for record in records_of(reader, topic, partition)}
        for record in records_of(reader, topic, partition):
            if record.value and last.get(record.key) == record.offset:
                yield _FOLD.decode(state_of(record.value))
