"""Declares every log on a broker, and holds what is there against the one table."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Self

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from streams.errors import TransientError, WorkerStopError
from streams.settings import Settings
from streams.topics import Keeps, Topic, Width, on_a_broker

ANY_WIDTH: Final = 8
ANSWER_MS: Final = 30_000
_MISSING: Final = ": missing; 'suishen kafka declare' makes it"
_LOOK_S: Final = 0.1
_DAY_MS: Final = 24 * 3600 * 1000
_FOREIGN: Final = {
    # The broker unpacks: no codec that ingress lacks, and no small batch that unfolds to gigabytes.
    "compression.type": "uncompressed",
    "max.message.bytes": "1048588",
    # Ingress stamps `receivedat` from it.
    "message.timestamp.type": "LogAppendTime",
}


class Plan(NamedTuple):
    """What differs between a cluster of production and a local one."""

    clients: int = 8
    """Partitions of `client-events` and its followers: N."""
    desks: int = 8
    """Partitions of `desk-events` and its followers: M."""
    replication: int = 1
    channels: tuple[str, ...] = ()
    unfed: bool = False
    events_kept_days: int = 14
    letters_kept_days: int = 90
    compaction_lag_s: int = 3600

    @classmethod
    def of(cls, settings: Settings, *, unfed: bool = False) -> Self:
        """The plan of a deployment."""
        return cls(
            settings.kafka_client_partitions,
            settings.kafka_desk_partitions,
            settings.kafka_replication,
            tuple(row.name for row in settings.channels),
            unfed,
            settings.kafka_events_kept_days,
            settings.kafka_letters_kept_days,
            settings.kafka_compaction_lag_s,
        )

    def topics(self) -> tuple[Topic, ...]:
        """Every log of this cluster."""
        return on_a_broker(self.channels, unfed=self.unfed)

    def width(self, topic: Topic) -> int:
        """How many partitions a log is made with."""
        match topic.width:
            case Width.AS_CLIENTS:
                return self.clients
            case Width.AS_DESKS:
                return self.desks
            case Width.ONE:
                return 1
            case Width.ANY:
                return ANY_WIDTH

    def policy(self, topic: Topic) -> dict[str, str]:
        """How a log is kept, in the broker's words; these are checked."""
        if topic.keeps is Keeps.LAST_OF_KEY:
            lag = str(self.compaction_lag_s * 1000)
            return {"cleanup.policy": "compact", "min.compaction.lag.ms": lag}
        kept = {"cleanup.policy": "delete", "retention.ms": str(self._kept_ms(topic.keeps))}
        return kept | (_FOREIGN if topic.is_foreign else {})

    def _kept_ms(self, keeps: Keeps) -> int:
        if keeps is Keeps.FOREVER:
            return -1
        is_event = keeps is Keeps.FOURTEEN_DAYS
        return (self.events_kept_days if is_event else self.letters_kept_days) * _DAY_MS

    def configs(self, topic: Topic) -> dict[str, str]:
        """Everything that a log is made with."""
        made = self.policy(topic) | {
            # The broker's clock: a sender's wrong one must not decide what is kept.
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(min(2, self.replication)),
        }
        if topic.keeps is Keeps.LAST_OF_KEY:
            # Only closed segments are compacted, and a restart reads what is not.
            made |= {"segment.ms": str(self.compaction_lag_s * 1000), "segment.bytes": "134217728"}
        return made


def declare(bootstrap: str, plan: Plan) -> list[str]:
    """Make the logs that are missing, wait until they are led, and check them all.

    Returns:
        The names of those made.

    Raises:
        WorkerStopError: a log that is there differs from the table.
        TransientError: the broker is away.
    """
    with admin(bootstrap) as client:
        there = set(client.list_topics())
        missing = [topic for topic in plan.topics() if topic.name not in there]
        for topic in missing:
            _make(client, topic, plan)
        client.wait_for_topics([topic.name for topic in plan.topics()], timeout_ms=ANSWER_MS)
        _refuse(_settled_faults(client, plan))
    return [topic.name for topic in missing]


def check(bootstrap: str, plan: Plan) -> None:
    """Hold every log against the table.

    Raises:
        WorkerStopError: names each topic, what was found, what was wanted, and the remedy.
        TransientError: the broker is away.
    """
    with admin(bootstrap) as client:
        _refuse(_faults(client, plan))


def epochs(bootstrap: str, names: Iterable[str], *, answer_ms: int = ANSWER_MS) -> dict[str, str]:
    """The id that Kafka gave each topic when it was made; one made anew has another.

    Raises:
        WorkerStopError: a topic is missing.
        TransientError: the broker is away.
    """
    with admin(bootstrap, answer_ms=answer_ms) as client:
        found = {one["name"]: one for one in client.describe_topics(sorted(names))}
    for name, one in found.items():
        if one["error_code"]:
            raise WorkerStopError(f"there is no topic {name}; 'suishen kafka declare'")
    return {name: str(one["topic_id"]).replace("-", "") for name, one in found.items()}


@contextmanager
def admin(bootstrap: str, *, answer_ms: int = ANSWER_MS) -> Iterator[KafkaAdminClient]:
    """A client for questions and changes.

    Raises:
        TransientError: the broker is away, or does not answer in time.
    """
    try:
        client = KafkaAdminClient(
            bootstrap_servers=bootstrap.split(","),
            bootstrap_timeout_ms=answer_ms,
            request_timeout_ms=answer_ms,
        )
        try:
            yield client
        finally:
            client.close()
    except KafkaError as error:
        raise TransientError(f"Kafka at {bootstrap}: {type(error).__name__}; is it up?") from error


def _settled_faults(client: KafkaAdminClient, plan: Plan) -> list[str]:
    """Faults that are still there when every broker has heard of what was just made."""
    deadline = time.monotonic() + ANSWER_MS / 1000
    while (faults := _faults(client, plan)) and time.monotonic() < deadline:
        if not any(_MISSING in fault for fault in faults):
            break
        time.sleep(_LOOK_S)
    return faults


def _make(client: KafkaAdminClient, topic: Topic, plan: Plan) -> None:
    wanted = {
        "num_partitions": plan.width(topic),
        "replication_factor": plan.replication,
        "configs": plan.configs(topic),
    }
    try:
        client.create_topics({topic.name: wanted})
    except TopicAlreadyExistsError:
        return  # by another process at the same time; the check that follows judges it


def _faults(client: KafkaAdminClient, plan: Plan) -> list[str]:
    names = [topic.name for topic in plan.topics()]
    there = {found["name"]: found for found in client.describe_topics(names)}
    policies = _policies(client, [name for name in names if not there[name]["error_code"]], plan)
    faults: list[str] = []
    for topic in plan.topics():
        if topic.name not in policies:
            faults.append(f"{topic.name}{_MISSING}")
            continue
        faults += _width_fault(topic, len(there[topic.name]["partitions"]), plan)
        faults += _policy_faults(topic, policies[topic.name], plan)
    return faults


def _policies(
    client: KafkaAdminClient, names: list[str], plan: Plan
) -> dict[str, Mapping[str, Any]]:
    """A broker may name a topic and know nothing of it yet, when it has just been made."""
    until = time.monotonic() + ANSWER_MS / 1000
    while True:
        found = _policies_now(client, names, plan)
        if all(found.values()) or time.monotonic() > until:
            return {name: policy for name, policy in found.items() if policy}
        time.sleep(_LOOK_S)


def _policies_now(
    client: KafkaAdminClient, names: list[str], plan: Plan
) -> dict[str, Mapping[str, Any]]:
    keys = {key: None for topic in plan.topics() for key in plan.policy(topic)}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, keys) for name in names]
    found: dict[str, Mapping[str, Any]] = {}
    if not asked:
        return found
    for by_name in client.describe_configs(asked, config_filter="all").values():
        found |= by_name
    return found


def _width_fault(topic: Topic, found: int, plan: Plan) -> list[str]:
    wanted = plan.width(topic)
    if found == wanted or topic.width is Width.ANY:
        return []
    setting = {
        Width.AS_CLIENTS: f"; set SUISHEN_KAFKA_CLIENT_PARTITIONS={found} if that is meant",
        Width.AS_DESKS: f"; set SUISHEN_KAFKA_DESK_PARTITIONS={found} if that is meant",
    }
    said = f"{topic.name}: {found} partitions, wanted {wanted}{setting.get(topic.width, '')}; "
    moved = "if it was changed, keys have moved: make the topics anew and replay the archive"
    return [said + moved]


def _policy_faults(topic: Topic, found: Mapping[str, Any], plan: Plan) -> list[str]:
    return [
        f"{topic.name}: {name}={found[name]['value']}, wanted {value}; "
        f"kafka-configs --alter --topic {topic.name} --add-config {name}={value}"
        for name, value in plan.policy(topic).items()
        if found[name]["value"] != value
    ]


def _refuse(faults: list[str]) -> None:
    if faults:
        raise WorkerStopError("the topics are not as they must be:\n  " + "\n  ".join(faults))
