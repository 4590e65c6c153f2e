"""A journey instance as the state keeps it."""

import msgspec

from schemas.time import Instant

Value = str | int | float | bool
"""A trigger variable: text, fen or instant, ratio, yes or no."""


class Instance(msgspec.Struct, frozen=True, array_like=True):
    """One live run of a journey for one key."""

    journey: str
    version: int
    key: str
    step: str
    entered_at: Instant
    ends_at: Instant
    variables: dict[str, Value]
    """What the trigger said: product, maturity, proceeds and the like; money in fen."""
    causes: tuple[int, ...]
    """Short hashes of the events that this run rests on; if one is reversed, it is recalled."""
    step_due: Instant | None = None
    wants: bool = False
    """The step's action has not been decided yet."""
    task: str | None = None
    tries: int = 0
    placed_fen: int = 0
    """Suitably placed since entry."""
    answered: bool = False
    agreed: bool = False
    refused: bool = False
    sold_fen: int = 0
    """Of anything but deposits and cash, since entry."""
    noted: tuple[str, ...] = ()
    """What happened since entry that its goal may ask for, by name."""

    @property
    def name(self) -> str:
        """Journey and key, unique in one client."""
        return f"{self.journey}/{self.key}"


class Ended(msgspec.Struct, frozen=True, array_like=True):
    """A run that ended: kept so that the same key does not enter again at once."""

    name: int
    """Short hash of the instance's name."""
    until: Instant
    """No entry before."""
