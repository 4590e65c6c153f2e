"""What an event did, beside the ids of what it caused: client, scores, decisions and tasks."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from streams.readmodel import tables as t

Doc = dict[str, Any]


def effects(connection: Connection, story: Doc) -> Doc:
    """As far as the read model tells.

    Args:
        connection: to the read model.
        story: of the event, as `Views.story` has it.
    """
    scores = _caused(connection, t.scores, story)
    decisions = _caused(connection, t.decisions, story)
    tasks = list(_tasks(connection, story))
    clients = [row.client for row in (*scores, *decisions, *tasks)]
    return {
        "client": next(iter(clients), None),
        "scores": [_moved(connection, row) for row in scores],
        "decisions": [_decided(row) for row in decisions],
        "tasks": [row.doc for row in tasks],
    }


def _caused(connection: Connection, table: Table, story: Doc) -> list[Row[Any]]:
    c = table.c
    mine = select(table).where(c.cause_id == story["id"]).order_by(c.at)
    if "source" in story:
        mine = mine.where(c.cause_source == story["source"])
    return list(connection.execute(mine))


def _moved(connection: Connection, row: Row[Any]) -> Doc:
    """A score, and the client's one before it; `None` where too little was known."""
    c = t.scores.c
    earlier = select(c.total).where(c.client == row.client, c.seq < row.seq)
    before = connection.scalar(earlier.order_by(c.seq.desc()).limit(1))
    return {"before": before, "after": row.total}


def _decided(row: Row[Any]) -> Doc:
    chosen = [one for one in row.doc["candidates"] if one.get("chosen")]
    return {"decision_id": row.decision_id, "chosen": chosen}


def _tasks(connection: Connection, story: Doc) -> Iterator[Row[Any]]:
    """Tasks that the event changed, as they stand now."""
    names = dict.fromkeys(each["task"] for each in story["caused"] if each["task"] is not None)
    for name in names:
        mine = select(t.tasks).where(t.tasks.c.task_id == name)
        yield from connection.execute(mine)
