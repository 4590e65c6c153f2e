"""One process at a time: whoever is the only member of a group works, the others wait outside.

They do not join before the group is empty: a join would make the one at work take part in a
rebalance, and might move the work to the newcomer.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from streams.errors import TransientError, WorkerStopError
from streams.kafka.cluster import GROUP
from streams.kafka.logs import admin
from streams.kafka.offsets import members_of
from streams.topics import REFERENCE

_LOOK_S: Final = 0.5
_JOIN_S: Final = 15.0
_SESSION_MS: Final = 10_000
_ANSWER_MS: Final = 5_000


@contextmanager
def alone(
    bootstrap: str, what: str, *, patience_s: float = 60.0, waiting: Callable[[], None]
) -> Iterator[Callable[[], None]]:
    """Be the only one who does something; others wait until we are done, or gone.

    The reference log has one partition: of two that join at one moment one gets it, and the other
    leaves again. A process that freezes loses it after ten seconds: ask before each step.

    Args:
        bootstrap: `host:port,…`.
        what: names the group.
        patience_s: how long to wait for another.
        waiting: told once that somebody else is at it.

    Yields:
        A question: are we still alone? It raises `WorkerStopError` if not.

    Raises:
        TransientError: the broker is away, or the other does not come to an end.
    """
    consumer = None
    try:
        consumer = _admitted(bootstrap, what, patience_s, waiting)
        yield lambda: _check(consumer, what)
    except KafkaError as error:
        raise TransientError(f"Kafka at {bootstrap}: {type(error).__name__}; is it up?") from error
    finally:
        if consumer is not None:
            consumer.close(autocommit=False)


def _admitted(
    bootstrap: str, what: str, patience_s: float, waiting: Callable[[], None]
) -> KafkaConsumer:
    began, is_told = time.monotonic(), False
    while True:
        waited = time.monotonic() - began
        try:
            consumer = _join(bootstrap, what) if _is_empty(bootstrap, what) else None
        except TransientError:
            # A new cluster begins to keep groups with the first question about one.
            if waited > _JOIN_S:
                raise
            time.sleep(_LOOK_S)
            continue
        if consumer is not None:
            return consumer
        if waited > patience_s:
            raise TransientError(f"another {what} is at work for {waited:.0f} s; try again later")
        if not is_told:
            waiting()
            is_told = True
        time.sleep(_LOOK_S)


def _is_empty(bootstrap: str, what: str) -> bool:
    with admin(bootstrap, answer_ms=_ANSWER_MS) as client:
        return members_of(client, GROUP + what) == 0


def _join(bootstrap: str, what: str) -> KafkaConsumer | None:
    """A consumer that has the work, or nothing if somebody else was quicker."""
    consumer = KafkaConsumer(
        REFERENCE,
        bootstrap_servers=bootstrap.split(","),
        group_id=GROUP + what,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        session_timeout_ms=_SESSION_MS,
        heartbeat_interval_ms=_SESSION_MS // 5,
        bootstrap_timeout_ms=_ANSWER_MS,
        metrics_enabled=False,
    )
    until = time.monotonic() + _JOIN_S
    while not consumer.assignment() and time.monotonic() < until:
        consumer.poll(timeout_ms=100)
    if consumer.assignment():
        consumer.pause(*consumer.assignment())
        return consumer
    consumer.close(autocommit=False)
    return None


def _check(consumer: KafkaConsumer, what: str) -> None:
    consumer.poll(timeout_ms=0)
    if not consumer.assignment():
        raise WorkerStopError(f"another {what} has begun: this one stood still for too long")
