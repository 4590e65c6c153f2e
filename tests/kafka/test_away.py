"""The broker goes away under load and comes back: no memory is lost without need, and no event."""

import sys
import threading
import time

import pytest
from kafka import KafkaProducer
from typing_extensions import override

from streams.topics import CLIENT_EVENTS, CLIENT_FACTS
from tests import services
from tests.conftest import missing
from tests.kafka import running
from tests.kafka.conftest import QUICK, SHORT


class Load(threading.Thread):
    """Publishes events at a steady rate until told to stop; waits while the broker is away."""

    def __init__(self, bootstrap, messages, *, rate):
        super().__init__(daemon=True)
        self._messages, self._rate = iter(messages), rate
        self._producer = KafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            delivery_timeout_ms=900_000,
            max_block_ms=900_000,
            reconnect_backoff_max_ms=200,
        )
        self._ended, self.sent = threading.Event(), []

    @override
    def run(self):
        for message in self._messages:
            if self._ended.wait(1 / self._rate):
                break
            self.sent.append(
                self._producer.send(
                    message.topic,
                    key=message.key,
                    value=message.value,
                    headers=list(message.headers),
                    partition=message.partition,
                )
            )

    def end(self):
        """Stop, and wait until everything stands on the log."""
        self._ended.set()
        self.join()
        for future in self.sent:
            future.get(120)
        self._producer.close()


def outputs(bootstrap):
    return sum(running.ends_of(bootstrap, CLIENT_FACTS).values())


def outage(cluster, workers, life, *, seconds, plan=running.PLAN):
    """Run under load, take the whole cluster away and bring it back.

    Returns:
        Seconds from when the cluster answers again to the first output, and the worker.
    """
    bootstrap = cluster.bootstrap
    reference, events = life
    running.fresh(bootstrap, plan)
    running.publish(bootstrap, reference)
    # Long enough for a heartbeat after the return, short enough for the lease to end before.
    worker = workers.worker(bootstrap, **{**QUICK, "SUISHEN_KAFKA_SESSION_S": "10"})
    events = [message for message in events if message.topic == CLIENT_EVENTS]
    events, last = events[:-60], events[-60:]
    load = Load(bootstrap, events, rate=len(events) / (seconds + 8))
    load.start()
    running.until(lambda: outputs(bootstrap) > 20, 60)
    nodes = cluster.layout.nodes
    for node in nodes:
        cluster.kill(node)
    time.sleep(seconds)
    for node in nodes:
        cluster.restart(node, wait=False)
    cluster.wait_ready()
    back, before = time.monotonic(), outputs(bootstrap)
    running.publish(bootstrap, last)  # the load may be over, and its outputs there
    running.until(lambda: outputs(bootstrap) > before, 120)
    first = time.monotonic() - back
    load.end()
    running.until_applied(bootstrap, 120)
    return first, worker


def measured(what, seconds):
    """A figure to read with `pytest -rP`; a busy machine must not fail a test by it."""
    sys.stdout.write(f"{what} {seconds:.2f} s\n")


def judged(bootstrap):
    verdict = running.judge(bootstrap, "client")
    return verdict.lost, verdict.doubled, verdict.different


@pytest.fixture(scope="module")
def own_broker():
    """One that these tests may kill."""
    lacks = services.kafka_lacks()
    if lacks is not None:
        missing("kafka", lacks)
    with services.local_kafka(1) as cluster:
        yield cluster


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.untraced
def test_a_broker_that_was_away_finds_the_worker_with_its_memory(own_broker, workers, small_life):
    first, worker = outage(own_broker, workers, small_life, seconds=9)
    measured("broker away for 9 s: first output after its return:", first)
    assert len(worker.lines("loaded")) == running.PLAN.clients
    assert judged(own_broker.bootstrap) == (0, 0, 0)
    assert worker.term() == 0


@pytest.mark.untraced
@pytest.mark.kafka
@pytest.mark.slow
def test_a_worker_is_stopped_while_the_broker_is_away(own_broker, workers, small_life):
    own_broker.restart(1)
    reference, events = small_life
    running.fresh(own_broker.bootstrap)
    running.publish(own_broker.bootstrap, [*reference, *events[:50]])
    never = {"SUISHEN_KAFKA_CHECKPOINT_S": "60"}  # so that the last checkpoint has work
    worker = workers.worker(own_broker.bootstrap, **{**SHORT, **never})
    worker.until("applied")
    own_broker.kill(1)
    assert worker.term(60) == 0
    assert worker.lines("stopped")[0]["reason"] == "the broker is away"
