"""Questions about overrides: what desks made of tasks, by action, desk and client's tier.

An override is a task that a person declined. One that a desk could not work (no licence, no
language) is none: nobody judged it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from schemas.tasks import DeclineReason
from schemas.time import Instant
from streams.readmodel import tables as t

UNKNOWN: Final = "unknown"
_REASONS: Final = tuple(reason.value for reason in DeclineReason)


class Answers(NamedTuple):
    """How many tasks of one action, desk and tier a desk declined for a reason, or worked."""

    action: str
    desk: str
    tier: str
    reason: str | None
    """`None`: worked to its end."""
    many: int


class Overrides:
    """The answers of desks in the read model."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counted(self, *, since: Instant, until: Instant) -> Sequence[Answers]:
        """Answers given from `since` on, before `until`."""
        c, who = t.desk_answers.c, _tiers().subquery()
        tier = func.coalesce(who.c.tier, UNKNOWN)
        statement = (
            select(c.action, c.desk, tier, c.reason, func.count())
            .outerjoin(who, who.c.client == c.client)
            .where(c.at >= since, c.at < until, _by_people())
            .group_by(c.action, c.desk, tier, c.reason)
            .order_by(c.action, c.desk, tier, c.reason)
        )
        with self._engine.connect() as connection:
            return [Answers(*row) for row in connection.execute(statement)]

    def last_at(self) -> Instant | None:
        """When the newest answer was given; `None` while there is none."""
        with self._engine.connect() as connection:
            return _last(connection)


def _last(connection: Connection) -> Instant | None:
    found: int | None = connection.scalar(select(func.max(t.desk_answers.c.at)))
    return None if found is None else Instant(found)


def _by_people() -> ColumnElement[bool]:
    c = t.desk_answers.c
    return c.reason.is_(None) | c.reason.in_(_REASONS)


def _tiers() -> Select[tuple[str, str]]:
    """Of each client the tier told last."""
    c = t.served.c
    last = select(c.client, func.max(c.seq).label("seq")).group_by(c.client).subquery()
    both = (c.client == last.c.client) & (c.seq == last.c.seq)
    return select(c.client, c.tier).join(last, both)
