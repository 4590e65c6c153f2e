"""Contacts beyond a cap, counted from the facts alone."""

from collections.abc import Sequence

from schemas import codec
from schemas.facts import ContactCounted
from schemas.time import DAY, Instant
from streams.ports import Record


class Caps:
    """Is shown the facts of a log in order, and counts slots granted and touches by time."""

    def __init__(self) -> None:
        self._slots_over = 0
        self._touches: dict[str, dict[str, tuple[Instant, str]]] = {}

    def see(self, record: Record) -> None:
        """Take in one fact."""
        if b"contact_counted" not in record.value:
            return
        fact = codec.decode(record.value, codec.CLIENT_FACTS)
        if not isinstance(fact, ContactCounted) or fact.data.task_id is None:
            return
        mine = self._touches.setdefault(fact.partitionkey, {})
        slots = fact.data.used_week + fact.data.held_week
        self._slots_over += fact.data.change == "held" and slots > fact.data.cap_week
        if fact.data.change == "spent":
            at = fact.time if fact.data.at is None else fact.data.at
            mine[fact.data.task_id] = (at, fact.data.method)
        elif fact.data.change == "returned":
            mine.pop(fact.data.task_id, None)

    def overshoot(self) -> int:
        """Slots and touches beyond a cap, of all clients."""
        return self._slots_over + sum(
            _over(sorted(mine.values())) for mine in self._touches.values()
        )


def _over(touches: Sequence[tuple[Instant, str]]) -> int:
    """Touches that make the third in a week, the second in a day or the second call in a week."""
    over = 0
    for at, method in touches:
        week = [(t, m) for t, m in touches if at - 7 * DAY < t <= at]
        day = [t for t, _ in week if t > at - DAY]
        calls = [t for t, m in week if m == "call"]
        over += len(week) > 2 or len(day) > 1 or (method == "call" and len(calls) > 1)  # noqa: PLR2004
    return over
