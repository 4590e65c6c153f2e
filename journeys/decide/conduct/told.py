"""What a row may read, by name; to read what is not there is to learn that it is missing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias, TypeVar

Value: TypeAlias = (
    bool | int | float | str | date | datetime | Sequence[str | date] | Mapping[str, bool]
)
T = TypeVar("T")


class Missing(Exception):  # noqa: N818 - no error: `judge` turns it into a verdict
    """A row came to read an input that is absent or unreadable."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Told:
    """Inputs by the names of the forms page: money in fen, days as dates, times on a local clock.

    Every reader raises `Missing` where the input is absent or of another type: unknown is never a
    pass. A predicate reads in the order of its row, and stops reading at the first no.
    """

    __slots__ = ("_inputs",)

    def __init__(self, inputs: Mapping[str, Value | None]) -> None:
        self._inputs = inputs

    def has(self, name: str) -> bool:
        """Is it there? For the few inputs whose absence says something: never refused, no chart."""
        return self._inputs.get(name) is not None

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return self._read(name, bool)

    def number(self, name: str) -> float:
        """A number: fen, years, a level, a class."""
        found = self._inputs.get(name)
        # A yes or no is an integer to Python, and none to a row.
        if type(found) is int or type(found) is float:
            return found
        raise Missing(name)

    def word(self, name: str) -> str:
        """A word out of the row's list, or a text."""
        return self._read(name, str)

    def day(self, name: str) -> date:
        """A calendar day."""
        found = self._read(name, date)
        return found.date() if isinstance(found, datetime) else found

    def time(self, name: str) -> datetime:
        """A time on the client's clock, without a zone."""
        return self._read(name, datetime)

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words; may be empty."""
        return self._list(name, str)

    def days(self, name: str) -> tuple[date, ...]:
        """A list of days; may be empty."""
        found = self._list(name, date)
        return tuple(one.date() if isinstance(one, datetime) else one for one in found)

    def times(self, name: str) -> tuple[datetime, ...]:
        """A list of times; may be empty."""
        return self._list(name, datetime)

    def part(self, name: str) -> "Told":
        """An input that has inputs of its own."""
        found = self._inputs.get(name)
        if not isinstance(found, Mapping):
            raise Missing(name)
        return Told(found)

    def level(self) -> float:
        """The product's level: the higher of issuer's and seller's (S05)."""
        return max(self.number("R_issuer"), self.number("R_seller"))

    def _read(self, name: str, kind: type[T]) -> T:
        found = self._inputs.get(name)
        if not isinstance(found, kind):
            raise Missing(name)
        return found

    def _list(self, name: str, kind: type[T]) -> tuple[T, ...]:
        found = self._inputs.get(name)
        if isinstance(found, str) or not isinstance(found, Sequence):
            raise Missing(name)
        if not all(isinstance(one, kind) for one in found):
            raise Missing(name)
        return tuple(one for one in found if isinstance(one, kind))
