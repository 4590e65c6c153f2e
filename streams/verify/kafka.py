"""The Kafka host under kill -9, SIGSTOP and brokers that die, with work always at hand.

Open mode: the file holds ticks and claims, so timers and feedback are off. Closed loop: only what
came from outside is published; the run makes its own ticks and claims.
"""

import random
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, NamedTuple

from streams.kafka.local.cluster import LocalKafka
from streams.kafka.logs import Plan
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.recorded import Recorded
from streams.verify import comparison
from streams.verify.broker import Groups, make_anew, own_cluster, states_of
from streams.verify.choice import Choice
from streams.verify.comparison import ONE_OWNER
from streams.verify.crew import Crew
from streams.verify.feed import Feed
from streams.verify.incidents import Parts, Run
from streams.verify.pace import Pace
from streams.verify.recorded import standing
from streams.verify.report import Report
from streams.verify.ticking import start_timers

_RELEASES: Final = 50
"""So many in a run besides the file's own."""
_ANSWER_S: Final = 60.0


class Place(NamedTuple):
    """Where a run takes place."""

    bootstrap: str
    cluster: LocalKafka | None
    """Only one of our own has nodes that may be killed."""
    folder: Path


def verify_kafka(choice: Choice, folder: Path, *, cluster: LocalKafka | None = None) -> Report:
    """Publish a recorded file, run workers under kills, and compare.

    Args:
        choice: of the run.
        folder: for the workers' logs, and for a broker where none is given.
        cluster: a local one that runs, whose nodes may be killed; else the cluster that the
            choice names, else one of our own.

    Raises:
        ValueError: the file is no recording, or has fewer partitions than there are workers.
        WorkerStopError: a worker ended by itself again and again, or the broker serves others.
        TransientError: the broker stays away.
    """
    began = time.perf_counter()
    with ExitStack() as stack:
        recorded = stack.enter_context(
            closing(Recorded(choice.events, is_external=choice.is_closed))
        )
        if choice.workers > recorded.partitions:
            raise ValueError(
                f"{choice.events.name} has {recorded.partitions} partitions for "
                f"{choice.workers} workers; some would have nothing to do"
            )
        bootstrap = choice.bootstrap
        if cluster is not None or bootstrap is None:
            cluster = cluster or stack.enter_context(own_cluster(folder / "kafka", choice.nodes))
            bootstrap = cluster.bootstrap
        make_anew(bootstrap, _plan(choice, recorded.partitions))
        report = Report(
            seed=choice.seed,
            events=recorded.events,
            workers=choice.workers,
            mode="closed" if choice.is_closed else "open",
        )
        reader = stack.enter_context(closing(KafkaReader(bootstrap, answer_s=_ANSWER_S)))
        _live(choice, recorded, reader, Place(bootstrap, cluster, folder), report)
        _judge(choice, bootstrap, recorded, reader, report)
    report.seconds = round(time.perf_counter() - began, 1)
    return report


def _live(
    choice: Choice, recorded: Recorded, reader: KafkaReader, place: Place, report: Report
) -> None:
    """The run itself; no worker outlives it."""
    draw = random.Random(choice.seed)  # noqa: S311 - moments and victims, nothing secret
    groups, crew = Groups(place.bootstrap), _crew(choice, place)
    stretches = 2 + choice.kills + choice.broker_kills
    with ExitStack() as stack:
        publisher = KafkaPublisher(place.bootstrap, answer_s=_ANSWER_S)
        stack.callback(publisher.close)
        stack.callback(groups.leave)
        stack.callback(crew.abandon)
        feed = Feed(recorded, publisher, reader, _moments(draw))
        pace = Pace(feed, crew, groups, reader, most_behind=recorded.events // stretches)
        parts = Parts(feed, crew, groups, pace, place.cluster)
        timers = start_timers(place.bootstrap) if choice.is_closed else None
        if timers is not None:
            stack.callback(timers.close)
        Run(choice, parts, draw, report).live(timers)


def _crew(choice: Choice, place: Place) -> Crew:
    return Crew(
        choice.worker,
        ["--bootstrap", place.bootstrap, *([] if choice.is_closed else ["--no-feedback"])],
        place.folder,
        choice.workers,
        choice.start,
        SUISHEN_KAFKA_SESSION_S=str(choice.session_s),
        SUISHEN_KAFKA_HEARTBEAT_S=str(choice.session_s / 5),
    )


def _plan(choice: Choice, partitions: int) -> Plan:
    return Plan(partitions, partitions, 1 if choice.nodes == 1 else 3, unfed=True)


def _moments(draw: random.Random) -> list[float]:
    """Shares of the file after which a release goes out, one in each stretch of equal length."""
    return [(number + draw.random()) / _RELEASES for number in range(_RELEASES)]


def _judge(
    choice: Choice, bootstrap: str, recorded: Recorded, reader: KafkaReader, report: Report
) -> None:
    found = standing(recorded, reader)
    report.unpublished, report.releases, report.ticks, report.claims = found
    comparison.compare(
        reader,
        states_of(bootstrap, reader),
        report,
        unfed=not choice.is_closed,
        # Amendment 1: after a freeze what stands twice is told apart by its name.
        strict=frozenset() if choice.freeze_s else ONE_OWNER,
    )
