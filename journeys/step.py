"""What a fold is, and what one step of it gives back."""

from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from journeys.reference import Reference
from schemas.envelope import Envelope
from schemas.time import Instant

S = TypeVar("S")


class Route(StrEnum):
    """Where an output goes; `streams.topics` says which topic that is."""

    CLIENT_FACTS = "client-facts"
    TASKS = "tasks"
    CLIENT_EVENTS = "client-events"
    DESK_EVENTS = "desk-events"
    DESK_FACTS = "desk-facts"
    MODEL_EVENTS = "model-events"


class Output(NamedTuple):
    """One message that a step publishes, under its key."""

    route: Route
    key: str
    event: Envelope


class Place(NamedTuple):
    """Where a record stands on the fold's own log."""

    partition: int
    offset: int


class Step(msgspec.Struct, Generic[S], frozen=True):
    """The state after an event, and what was concluded, in order."""

    state: S
    outputs: tuple[Output, ...]


class Fold(Protocol[S]):
    """A pure function over one key's ordered log, with the codec of its state.

    The same state, event and reference always give the same step, byte for byte.
    """

    name: str
    kinds: tuple[type[Envelope], ...]
    max_state_bytes: int
    """An event that grows a state beyond this is a dead letter."""

    def begin(self, key: str) -> S:
        """The state of a key that no event has touched."""
        ...

    def apply(
        self, state: S, event: Envelope, reference: Reference, *, requeue_of: Place | None = None
    ) -> Step[S]:
        """One step. `requeue_of` names the dead letter that this event makes good."""
        ...

    def open_hole(
        self, state: S, place: Place, *, family: str, at: Instant, reference: Reference
    ) -> Step[S]:
        """Mark that the record at `place` could not be applied to this key."""
        ...

    def encode(self, state: S) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        ...

    def decode(self, blob: bytes) -> S:
        """The state from its bytes."""
        ...

    def next_due(self, state: S) -> Instant | None:
        """When the earliest timer of this key is due."""
        ...
