"""What a door hears when its producer is left behind under its hand."""

import pytest
from kafka.errors import IllegalStateError, KafkaTimeoutError

from streams.errors import TransientError
from streams.kafka import publisher as module
from streams.kafka.publisher import KafkaPublisher
from streams.ports import Outgoing


class Producer:
    """A producer of a broker that has just gone away."""

    def __init__(self, **_):
        self.is_closed = False

    def partitions_for(self, _):
        return {0, 1}

    def send(self, *_, **__):
        if self.is_closed:
            raise IllegalStateError("closed")
        raise KafkaTimeoutError("no metadata")

    def close(self, timeout):
        """As kafka-python does: without time to flush it raises, and is not closed."""
        if timeout == 0:
            raise KafkaTimeoutError("flush")
        self.is_closed = True


@pytest.fixture
def publisher(monkeypatch):
    monkeypatch.setattr(module, "KafkaProducer", Producer)
    return KafkaPublisher("h:1")


MESSAGE = Outgoing("client-events", b"ct", b"{}")


@pytest.mark.kafka
async def test_a_call_that_comes_too_late_for_its_producer_is_told_that_the_log_is_away(publisher):
    """Another call drops the producer, and what it knew, between this one's look and its send."""
    connected = publisher._connected

    def connected_then_dropped(topics):
        connection = connected(topics)
        publisher.close()
        connection.producer.is_closed = True
        return connection

    publisher._connected = connected_then_dropped
    with pytest.raises(TransientError, match=r"IllegalStateError; is it up\?"):
        await publisher.publish([MESSAGE])


@pytest.mark.kafka
async def test_a_producer_that_failed_is_left_behind_with_all_it_knew(publisher):
    for _ in range(2):
        with pytest.raises(TransientError, match="KafkaTimeoutError"):
            await publisher.publish([MESSAGE])
        assert publisher._connection is None
