"""`suishen run timers`: what is due goes to its log as a tick."""

import time
from typing import Final

import click

from channels.process import Process, run_process
from streams.errors import TransientError
from streams.kafka.follower import Follower, Membership
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.kafka.standing import Standing
from streams.kafka.ticking import Rules, Ticking
from streams.topics import SOURCE_OF, STATE, TIMERS_GROUP, channel_topic

_POLL_S: Final = 0.2
_AT_ONCE: Final = 2000
_ROUND_S: Final = 0.5
"""Between two looks at what is due."""
_LOOK_S: Final = 2.0
_PAUSE_S: Final = 1.0


@click.command("timers")
@click.option("--instance", type=click.IntRange(0), help="Number of a static member, its own each.")
def timers(instance: int | None) -> int:
    """Send a tick for every client and desk whose earliest timer is due.

    Settings: SUISHEN_KAFKA_BOOTSTRAP, SUISHEN_CHANNELS (whose backlog ticks wait for),
    SUISHEN_TIMERS_MOST_BEHIND, SUISHEN_TIMERS_AGAIN_S. Several processes share the partitions.
    """
    return run_process("timers", lambda process: run_timers(process, instance))


def run_timers(process: Process, instance: int | None) -> None:
    """Follow and send until told to stop.

    Raises:
        WorkerStopError: a topic is missing, access is refused, a state is from the future.
    """
    settings = process.settings
    me = None if instance is None else f"{TIMERS_GROUP}-{instance}"
    feed = Follower(
        process.bootstrap,
        [STATE + fold for fold in SOURCE_OF],
        Membership(TIMERS_GROUP, me, settings.kafka_session_s, settings.kafka_heartbeat_s),
        clock=process.clock,
        shown=process.shown,
        told=lambda what, topic, part, offset: process.log.warning(
            "log_changed", result=what, topic=topic, partition=part, offset=offset
        ),
        keeps_place=True,
    )
    standing, reader = Standing(process.bootstrap), KafkaReader(process.bootstrap)
    publisher = KafkaPublisher(process.bootstrap)
    channels = tuple(channel_topic(row.name) for row in settings.channels)
    rules = Rules(channels, settings.timers_most_behind, settings.timers_again_s)
    told = _Told(process)
    ticking = Ticking(
        feed, standing, reader, publisher.write, rules, sent=told.sent, shown=process.shown
    )
    try:
        _run(process, ticking, told)
    finally:
        for part in (feed, standing, reader, publisher):
            part.close()


def _run(process: Process, ticking: Ticking, told: "_Told") -> None:
    look_at = tick_at = 0.0
    while not process.stop.is_set():
        try:
            ticking.follow(_POLL_S, _AT_ONCE)
            process.health.beat()
            if time.monotonic() >= look_at:
                told.looked(is_ready=ticking.look())
                look_at = time.monotonic() + _LOOK_S
            if time.monotonic() >= tick_at:
                ticking.tick(process.clock.now())
                told.held_up(is_so=ticking.is_held_up)
                tick_at = time.monotonic() + _ROUND_S
        except TransientError as error:
            process.health.not_ready(str(error))
            process.log.warning("broker_away", reason=str(error))
            process.stop.wait(_PAUSE_S)


class _Told:
    """Metrics, log lines and readiness of a timer service."""

    def __init__(self, process: Process) -> None:
        self._process, self._is_held_up = process, False

    def sent(self, fold: str, count: int, late_s: float) -> None:
        self._process.metrics.ticks_sent.labels(fold).inc(count)
        self._process.metrics.timers_late_seconds.labels(fold).set(late_s)
        self._process.log.info("ticked", fold=fold, batch_events=count, duration_s=round(late_s, 3))

    def looked(self, *, is_ready: bool) -> None:
        if is_ready:
            self._process.health.ready()
        else:
            self._process.health.not_ready("reading the changelogs")

    def held_up(self, *, is_so: bool) -> None:
        if is_so != self._is_held_up:
            self._is_held_up = is_so
            result = "ticks wait for ingress" if is_so else "ticks go again"
            self._process.log.warning("held_up", result=result)
