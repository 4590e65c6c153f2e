"""Money: whole minor units of one currency, inside 64 bits."""

from typing import Annotated, Literal, Self

from pydantic import Field

from schemas.wire import Wire

Currency = Literal["CNY", "HKD", "USD", "EUR", "GBP", "JPY", "AUD", "CAD", "CHF", "SGD", "NZD"]
"""The currencies that the bank books, ISO 4217; another one is refused at the door."""

MinorUnits = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]


class Money(Wire):
    """An amount in minor units (fen, cent, yen)."""

    amount_minor: MinorUnits
    currency: Currency

    def __add__(self, other: Self) -> Self:
        """Sum of two amounts; another currency, or a sum beyond 64 bits, is a `ValueError`."""
        return self._with(self.amount_minor + self._same(other))

    def __sub__(self, other: Self) -> Self:
        """Difference of two amounts, with the same errors as a sum."""
        return self._with(self.amount_minor - self._same(other))

    def __lt__(self, other: Self) -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount_minor <= self._same(other)

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount_minor

    def _with(self, amount_minor: int) -> Self:
        return type(self)(amount_minor=amount_minor, currency=self.currency)


def cny(fen: int) -> Money:
    """Renminbi in fen.

    Example:
        >>> cny(50_000_00).amount_minor
        5000000
    """
    return Money(amount_minor=fen, currency="CNY")
