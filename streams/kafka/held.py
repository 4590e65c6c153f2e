"""What a worker holds of one partition, and where its outputs wait."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Generic, NamedTuple, TypeVar

from streams.kafka.metadata import Metadata
from streams.ports import Headers, Outgoing
from streams.processor import Entry, Partition

S = TypeVar("S")
SRC: Final = "src"
"""The header that names an output: `<epoch>:<source offset>:<number>`."""


class Row(NamedTuple):
    """A record that waits to be written."""

    key: bytes | None
    value: bytes
    headers: Headers


class Sent(NamedTuple):
    """A batch that the producer has taken."""

    topic: str
    partition: int
    rows: int
    ack: "asyncio.Future[Any]"
    """Gives the batch's first offset once the broker has it on all replicas."""


@dataclass(slots=True)
class Tail:
    """The end of a tail-checked topic at our partition."""

    committed: int
    """From where a successor reads; it stays while what a predecessor wrote is re-made."""
    end: int
    seen: dict[bytes, bytes] = field(default_factory=dict)
    """What a predecessor wrote beyond its commit: src → digest."""


@dataclass(slots=True)
class Held(Generic[S]):
    """One partition: states, waiting outputs, and what is durable of them."""

    part: Partition[S]
    store: dict[str, bytes]
    """Every state, framed, as it is or will be in the changelog."""
    changelog_end: int
    tails: dict[str, Tail]
    committed: int
    seen_to: int = -1
    """Up to this source offset a predecessor's outputs are re-made and dropped."""
    rewrite: set[str] = field(default_factory=set)
    """Keys whose record in the changelog is older than our state: a zombie wrote last."""
    outbox: dict[tuple[str, int], list[Row]] = field(default_factory=dict)
    acks: list[Sent] = field(default_factory=list)
    is_halfway: bool = False
    """A batch was left in its middle: what follows it must not be applied."""
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def number(self) -> int:
        """The partition."""
        return self.part.number

    @property
    def is_settled(self) -> bool:
        """Is everything passed that a predecessor had written beyond its commit?"""
        return self.seen_to < self.part.next_offset

    @property
    def has_work(self) -> bool:
        """Is there anything that a checkpoint would make durable?"""
        return self.part.next_offset > self.committed or bool(self.part.dirty or self.rewrite)

    def metadata(self, epoch: str, marker: int) -> Metadata:
        """What stands with a commit."""
        tails = {topic: tail.committed for topic, tail in self.tails.items()}
        return Metadata(epoch, marker, tails)

    def abandon(self) -> None:
        """Send nothing more: the partition was lost, and its outputs are made again."""
        for rows in self.outbox.values():
            rows.clear()  # in place: somebody may be sending from this very list

    def put_back(self, dirty: Mapping[str, Entry[S]], rewrite: set[str], acks: list[Sent]) -> None:
        """Undo a cut whose checkpoint was given up."""
        self.part.dirty = {**dirty, **self.part.dirty}
        self.rewrite |= rewrite
        self.acks[:0] = acks


def digest(key: bytes | None, value: bytes) -> bytes:
    """16 bytes that differ where an output's key or content does."""
    return blake2b(value, key=(key or b"")[:64], digest_size=16).digest()


def src_of(message: Outgoing) -> bytes:
    """The name of an output; empty if it has none."""
    return next((value for name, value in message.headers if name == SRC), b"")
