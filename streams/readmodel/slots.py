"""The slots of marketing contacts that a client has spent, or that wait for a channel to show."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from schemas.time import Instant
from streams.readmodel.measuring.tables import contact_moves, past_contacts
from streams.readmodel.tables import tasks

_KEPT = frozenset({"held", "spent", "outside"})


class Slot(NamedTuple):
    """A contact that was made, or one that is held for a task nobody has shown yet."""

    client: str
    is_held: bool
    method: str
    at: Instant
    """When the contact was, or since when the slot is held."""
    task: Mapping[str, Any] | None
    """The one it is for; `None` of a contact that no task led to."""

    def of(self, task_id: str) -> bool:
        """Is it this task's?"""
        return self.task is not None and self.task["task_id"] == task_id


def slots(
    connection: Connection,
    clients: Collection[str],
    *,
    since: Instant,
    until: Instant | None = None,
) -> list[Slot]:
    """What clients have of their caps: what their first record told, then moves, oldest first.

    Args:
        connection: of the read model.
        clients: whose.
        since: contacts made, and moves known, after it.
        until: and not after this moment, as things stood then; `None`: as they stand.
    """
    return [
        *_told(connection, clients, since, until),
        *_moved(connection, clients, since, until),
    ]


def _told(
    connection: Connection, clients: Collection[str], since: Instant, until: Instant | None
) -> Iterator[Slot]:
    c = past_contacts.c
    found = select(past_contacts).where(c.client.in_(clients), _known(c.at, since, until))
    for row in connection.execute(found.order_by(c.client, c.at, c.event_id, c.number)):
        yield Slot(row.client, is_held=False, method=row.method, at=Instant(row.at), task=None)


def _known(at: ColumnElement[int], since: Instant, until: Instant | None) -> ColumnElement[bool]:
    return at > since if until is None else (at > since) & (at <= until)


def _moved(
    connection: Connection, clients: Collection[str], since: Instant, until: Instant | None
) -> list[Slot]:
    c = contact_moves.c
    mine = c.client.in_(clients) & _known(c.at, since, until)
    docs = select(contact_moves, tasks.c.doc).outerjoin(tasks, tasks.c.task_id == c.task_id)
    last = {}
    for row in connection.execute(docs.where(mine).order_by(c.client, c.seq)):
        last[row.client, row.task_id or row.fact_id] = row
    return [
        Slot(
            row.client,
            row.change == "held",
            row.method,
            Instant(row.touched_at),
            row.doc,
        )
        for row in last.values()
        if row.change in _KEPT
    ]
