"""Actions, their treatments by channel, and what they are worth."""

import msgspec
from msgspec.structs import force_setattr

from journeys.catalogue.scope import Scope
from journeys.client.wealth.rules import AssetClass
from journeys.condition import Condition
from schemas.wire import Channel, Method


class Treatment(msgspec.Struct, frozen=True):
    """An action as one channel shows it."""

    id: str
    action: str
    channel: Channel
    method: Method
    rank: int
    """Cheapest first: app, AI, remote, branch."""
    tiers: tuple[str, ...]
    """Client tiers that may get it; empty means all."""
    minutes: int
    """A desk's working time."""
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    script_zh: tuple[str, ...] = ()
    script_en: tuple[str, ...] = ()
    desk: str = "rm"
    """Of a branch: whose desk comes first, the adviser's (`rm`) or the lead's of their `team`."""


class Sells(msgspec.Struct, frozen=True):
    """What may be bought through an action; which product it is, the client's own book says."""

    classes: tuple[AssetClass, ...]
    """Main classes of products."""
    regimes: tuple[str, ...]
    """Empty means all."""
    idle_only: bool
    """Only what lies idle pays for it; otherwise any lot that a remedy asks to be sold."""


class Action(msgspec.Struct, frozen=True):
    """What may be proposed to a client."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    group: str
    marketing: bool
    obligation: bool
    """A duty: it skips arbitration and carries no sales text."""
    tiers: tuple[str, ...]
    applies: Condition | None
    """When it may be proposed outside a journey; `None` means only by a journey's step."""
    topic: str | None
    """The intent whose chance raises its context, if any."""
    value_points: float
    """Client value in points of wealth health, 0..10, if it succeeds."""
    value_by_topic: bool
    """Multiply the value by the chance of `topic`."""
    expires: int
    """Microseconds from proposal to expiry."""
    treatments: tuple[Treatment, ...]
    goal: str = ""
    """What counts as its success, in words; base rates are shares of this."""
    tags: tuple[str, ...] = ()
    sells: Sells | None = None
    """What may be bought through it; its value is then what the move adds to the score."""
    rest: int = 0
    """Microseconds before it may be proposed again outside a journey."""
    licence: str | None = None
    """What a desk must be licensed for to work it."""
    only: Scope | None = None
    """Whose clients may be offered it; `None`: those of the whole bank."""
    cheapest_first: tuple[Treatment, ...] = ()
    """The treatments again, in the order in which they are tried; made from them."""

    def __post_init__(self) -> None:
        """Put the treatments in order."""
        ordered = sorted(self.treatments, key=lambda one: (one.rank, one.id))
        force_setattr(self, "cheapest_first", tuple(ordered))
