"""How far each group has come, and where the logs end."""

import threading
import time
from collections.abc import Mapping
from typing import Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import GroupIdNotFoundError, KafkaError
from typing_extensions import override

from streams.errors import TransientError
from streams.kafka.cluster import GROUP
from streams.readmodel.stories import Progress
from streams.topics import SOURCE_OF

_FRESH_S: Final = 1.0
_AGAIN_S: Final = 5.0
"""After a broker did not answer, so long pages are told what was last known."""


class Groups:
    """Asks for committed offsets over one connection. For any thread."""

    def __init__(self, bootstrap: str, *, answer_s: float = 3.0) -> None:
        """Name a cluster; nothing is connected before the first question."""
        self._bootstrap, self._answer_ms = bootstrap, int(answer_s * 1000)
        self._lock = threading.Lock()
        self._client: KafkaAdminClient | None = None

    def committed(self, fold: str) -> Mapping[int, int]:
        """The next offset to apply, by partition of the fold's log; nothing before the first.

        Raises:
            TransientError: the broker is away.
        """
        group = GROUP + fold
        with self._lock:
            try:
                if self._client is None:
                    self._client = self._connect()
                found: dict[TopicPartition, object] = self._client.list_group_offsets(group)[group]
            except (GroupIdNotFoundError, KeyError):
                return {}
            except KafkaError as error:
                self._drop()
                said = f"Kafka at {self._bootstrap}: {type(error).__name__}; is it up?"
                raise TransientError(said) from error
        source = SOURCE_OF[fold]
        return {
            place.partition: one.offset  # type: ignore[attr-defined]  # the driver's
            for place, one in found.items()
            if place.topic == source
        }

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _connect(self) -> KafkaAdminClient:
        return KafkaAdminClient(
            bootstrap_servers=self._bootstrap.split(","),
            bootstrap_timeout_ms=self._answer_ms,
            request_timeout_ms=self._answer_ms,
        )

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


class KafkaProgress(Progress):
    """Committed offsets, asked for at most once a second, however many pages are read."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[int, int]] = {}
        self._ask_at: dict[str, float] = {}

    @override
    def applied(self, topic: str, partition: int) -> int:
        """Up to where (exclusive) the fold of a log has applied it; as last known if asked in vain.

        A checkpoint commits about once a second: an event may have been applied a little earlier.
        """
        fold = next(name for name, source in SOURCE_OF.items() if source == topic)
        with self._lock:
            if time.monotonic() >= self._ask_at.get(fold, 0.0):
                self._ask(fold)
            return self._known.get(fold, {}).get(partition, 0)

    def _ask(self, fold: str) -> None:
        wait_s = _FRESH_S
        try:
            self._known[fold] = self._groups.committed(fold)
        except TransientError:
            wait_s = _AGAIN_S
        self._ask_at[fold] = time.monotonic() + wait_s
