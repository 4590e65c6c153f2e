"""Where groups stand and logs end: asked again and again over one connection."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError, NoError
from kafka.structs import OffsetAndMetadata

from streams.errors import TransientError
from streams.kafka.offsets import commits_of, ends_of, layout_of, places_of, starts_of

_MS: Final = 1000


class Standing:
    """What a timer service and a sweeper must know of others before they send."""

    def __init__(self, bootstrap: str, *, answer_s: float = 10.0) -> None:
        """Name a cluster; nothing is connected before the first question.

        Args:
            bootstrap: `host:port,…`.
            answer_s: after so long without an answer a question fails.
        """
        self._bootstrap, self._answer_ms = bootstrap, int(answer_s * _MS)
        self._client: KafkaAdminClient | None = None

    def behind(self, group: str, topics: Sequence[str]) -> Mapping[tuple[str, int], int]:
        """By partition: how many records a group has not done yet.

        Raises:
            TransientError: the broker is away.
            WorkerStopError: a topic is missing.
        """
        return {place: end - at for place, (at, end) in self.reached(group, topics).items()}

    def reached(
        self, group: str, topics: Sequence[str]
    ) -> Mapping[tuple[str, int], tuple[int, int]]:
        """By partition: where a group has committed, and where the log ends.

        Raises:
            TransientError: the broker is away.
            WorkerStopError: a topic is missing.
        """
        with self._asking() as client:
            places = places_of(layout_of(client, topics), *topics)
            commits = commits_of(client, group)
            ends = ends_of(client, places)
            starts = starts_of(client, [place for place in places if place not in commits])
            found = {}
            for place in places:
                at = commits[place].offset if place in commits else starts[place]
                found[place.topic, place.partition] = (min(at, ends[place]), ends[place])
            return found

    def commits(self, group: str) -> Mapping[tuple[str, int], str]:
        """By partition: what a group has written beside its commit.

        Raises:
            TransientError: the broker is away.
        """
        with self._asking() as client:
            found = commits_of(client, group)
            return {(at.topic, at.partition): commit.metadata for at, commit in found.items()}

    def commit(self, group: str, topic: str, partition: int, offset: int) -> None:
        """Move a group that has no members.

        Raises:
            TransientError: the broker is away, or somebody is a member after all.
        """
        with self._asking() as client:
            place = TopicPartition(topic, partition)
            done = client.alter_group_offsets(group, {place: OffsetAndMetadata(offset)})
            if done[place] is not NoError:
                raise TransientError(f"group {group} was not moved: {done[place].__name__}")

    def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def _asking(self) -> Iterator[KafkaAdminClient]:
        try:
            if self._client is None:
                self._client = KafkaAdminClient(
                    bootstrap_servers=self._bootstrap.split(","),
                    bootstrap_timeout_ms=min(3000, self._answer_ms),
                    request_timeout_ms=self._answer_ms,
                )
            yield self._client
        except KafkaError as error:
            self.close()
            said = f"Kafka at {self._bootstrap}: {type(error).__name__}; is it up?"
            raise TransientError(said) from error
