"""What a host works with: everything that a test replaces."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from streams.batch import Batch
from streams.kafka.checkpoint import Cutting
from streams.kafka.cluster import Cluster, FoldTopics, Layout
from streams.kafka.exits import Stop
from streams.kafka.faults import Fault
from streams.kafka.membership import Commit, Member
from streams.kafka.observing import Observer
from streams.kafka.recovery import Loader
from streams.kafka.tuning import Tuning
from streams.kafka.writer import Writer
from streams.ports import Record
from streams.processor import Partition

S = TypeVar("S")


class Applying(Cutting[S], Protocol[S]):
    """The processor, as the host sees it."""

    def apply(self, part: Partition[S], records: Sequence[Record]) -> Batch:
        """Apply records in order."""
        ...


class Membership(Protocol):
    """The group and our place in it."""

    def lease_left_s(self) -> float:
        """Seconds for which we surely are a member."""
        ...

    def member(self) -> Member:
        """Who we are."""
        ...

    def assigned(self) -> frozenset[int]:
        """Partitions of the source that are ours."""
        ...

    def is_flowing(self) -> bool:
        """Is no rebalance under way?"""
        ...

    async def committed(self, topic: str, partitions: Iterable[int]) -> dict[int, Commit]:
        """Committed offsets with metadata."""
        ...

    async def commit_all(self, topic: str, commits: Mapping[int, Commit]) -> bool:
        """Commit; `False` if refused."""
        ...


@dataclass(frozen=True, slots=True)
class Means(Generic[S]):
    """What a host works with."""

    fold: str
    topics: FoldTopics
    layout: Layout
    cluster: Cluster
    processor: Applying[S]
    writer: Writer
    loader: Callable[[], Loader]
    observer: Observer
    fault: Fault
    tuning: Tuning
    stop_now: Stop
    jitter: Callable[[], float]
    """A share in [0, 1) of the longest pause, its own in every process."""
    feedback: bool = True
