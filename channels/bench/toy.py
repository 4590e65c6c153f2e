"""The toy of `bench host`: events of 250 bytes, and a fold that counts them by client.

It measures the host and nothing of the product: no contract is checked, nothing is concluded.
"""

import random
from collections.abc import Iterator
from typing import ClassVar, Final, cast

import msgspec

from journeys.reference import Reference
from journeys.step import Place, Step
from schemas import codec
from schemas.envelope import Envelope
from schemas.signals.engine import ReferenceAdvanced
from schemas.time import Instant
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS

EVENT_BYTES: Final = 250
_BODY: Final = (
    b'{"id":"e%09d","client":"%s","type":"app.page_viewed","time":"2026-11-24T08:30:00.000000Z",'
    b'"session":"s%06d","page":"holdings","amount":%d,"balance":%d,"note":"'
)
_SPREAD: Final = 0x9E3779B97F4A7C15F39CC0605CEDC834
"""An odd number: times it, small numbers become tokens that share no beginning."""


class Toy(msgspec.Struct, frozen=True):
    """What is read of an event."""

    id: str
    client: str
    type: str
    time: str
    session: str
    page: str
    amount: int
    balance: int
    note: str

    __pydantic_extra__: ClassVar[None] = None
    """The host counts an event's unknown fields; there are none."""
    model_fields: ClassVar[dict[str, object]] = {}
    """And takes the names of its known ones for nothing new; that much a toy may weigh more."""
    dataschema: ClassVar[str] = ""

    @property
    def partitionkey(self) -> str:
        """The client."""
        return self.client

    @property
    def subject(self) -> str:
        """The client."""
        return self.client


_READ: Final = msgspec.json.Decoder(Toy)


def decode(raw: bytes, key: str | None) -> Envelope:
    """Read a toy event as what the host takes for one; a marker has no key and is a real event."""
    if key is None:
        return codec.decode(raw, (ReferenceAdvanced,))
    return cast("Envelope", _READ.decode(raw))  # the host asks it for key and kind


class ToyFold:
    """Counts the events of each client."""

    name: str = "client"
    kinds: tuple[type[Envelope], ...] = (ReferenceAdvanced,)
    max_state_bytes: int = 16 * 1024

    def begin(self, key: str) -> int:
        """None."""
        del key
        return 0

    def apply(
        self, state: int, event: Envelope, reference: Reference, *, requeue_of: Place | None = None
    ) -> Step[int]:
        """One more."""
        del event, reference, requeue_of
        return Step(state + 1, ())

    def open_hole(self, state: int, place: Place, **_: object) -> Step[int]:
        """A bench has no broken records."""
        del place
        return Step(state, ())

    def encode(self, state: int) -> bytes:
        """The number in digits."""
        return b"%d" % state

    def decode(self, blob: bytes) -> int:
        """The number again."""
        return int(blob)

    def next_due(self, state: int) -> Instant | None:
        """Never."""
        del state
        return None


def token(number: int) -> bytes:
    """A client's token.

    Example:
        >>> token(1)
        b'ct_9e3779b97f4a7c15f39cc0605cedc834'
    """
    return b"ct_%032x" % (number * _SPREAD % (1 << 128))


def events(
    count: int, *, clients: int, partitions: int, topic: str = CLIENT_EVENTS
) -> Iterator[Outgoing]:
    """Events of clients drawn at random, the same each time."""
    chance = random.Random(7)  # noqa: S311 - a load, nothing secret
    for number in range(count):
        client = chance.randrange(clients)
        key = token(client)
        body = _BODY % (
            number,
            key,
            client % 1_000_000,
            number * 37 % 10_000,
            number * 101 % 1_000_000,
        )
        value = body + b"x" * (EVENT_BYTES - 2 - len(body)) + b'"}'
        yield Outgoing(topic, key, value, (), client % partitions)
