"""Score lineage: a history under the old parameter set and the new, side by side.

A change of the set moves scores without anybody having done anything. Both series are kept, so that
nobody takes the difference for a client's progress.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from journeys.client.wealth.book import book_of
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held
from journeys.client.wealth.rules import Nine
from journeys.client.wealth.score import Label, Score, score


class Restated(msgspec.Struct, frozen=True):
    """One day of a history, scored twice."""

    day: date
    before: Score
    after: Score

    @property
    def difference(self) -> float:
        """New less old."""
        return self.after.total - self.before.total

    @property
    def by_dimension(self) -> Nine:
        """The difference by dimension; it adds up to the whole."""
        return tuple(  # type: ignore[return-value]  # nine points each
            new - old for old, new in zip(self.before.points, self.after.points, strict=True)
        )


class Lineage(msgspec.Struct, frozen=True):
    """A history under two sets; neither replaces the other."""

    old_set: str
    new_set: str
    days: tuple[Restated, ...]


def restate(
    history: Iterable[tuple[date, Held, Profile]], old: WealthParameters, new: WealthParameters
) -> Lineage:
    """Score every day of a history under both sets, each with its own label's memory."""
    days: list[Restated] = []
    label: tuple[Label | None, Label | None] = (None, None)
    for day, held, profile in history:
        before = score(book_of(held, old), profile, old, previous_label=label[0])
        after = score(book_of(held, new), profile, new, previous_label=label[1])
        days.append(Restated(day, before, after))
        label = before.label, after.label
    return Lineage(old.id, new.id, tuple(days))
