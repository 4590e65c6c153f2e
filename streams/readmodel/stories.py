"""What became of an event, as the doors and the page of events tell it."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, Table, select

from schemas.facts import Effect
from schemas.time import Instant, format_instant
from streams.readmodel import tables as t
from streams.topics import CLIENT_EVENTS

Doc = dict[str, Any]


class Progress(Protocol):
    """How far the folds have come."""

    def applied(self, topic: str, partition: int) -> int:
        """The offset up to which (exclusive) a log's fold has applied it."""
        ...


def story(
    connection: Connection, progress: Progress, event_id: str, source: str | None
) -> Doc | None:
    """Where an event stands, what it did, what it caused; `None` if nobody has heard of it."""
    event = connection.execute(_named(t.events, event_id, source)).first()
    letters = connection.execute(_named(t.letters, event_id, source)).all()
    if event is None and not letters:
        return None
    told: Doc = {"id": event_id}
    if event is not None:
        told |= _logged(event, progress)
    if letters:
        told |= _buried(letters, {each.name: _gap(connection, each.name) for each in letters})
    else:
        told |= _set_aside(connection.execute(_named(t.set_asides, event_id, source)).all())
    caused = connection.execute(select(t.caused).where(t.caused.c.cause_id == event_id)).all()
    return told | {"caused": _caused(caused, source)}


def _named(table: Table, event_id: str, source: str | None) -> Select[Any]:
    statement = select(table).where(table.c.event_id == event_id)
    return statement if source is None else statement.where(table.c.source == source)


def _logged(event: Row[Any], progress: Progress) -> Doc:
    done = event.position < progress.applied(event.topic, event.part)
    return {
        "source": event.source,
        "type": event.type,
        "logged": {"topic": event.topic, "partition": event.part, "offset": event.position},
        "received_at": format_instant(Instant(event.received_at)),
        "state": "applied" if done else "logged",
    }


def _buried(letters: Sequence[Row[Any]], gaps: dict[str, str]) -> Doc:
    """The letter that still has a gap, or else the first: sent again in vain there are several."""
    letter = next((one for one in letters if gaps[one.name] == "open"), letters[0])
    return {
        "state": "dead_lettered",
        "code": letter.code,
        "dead_letter": letter.name,
        "faults": letter.doc["faults"],
        "hole": gaps[letter.name],
    }


def _gap(connection: Connection, name: str) -> str:
    """What a dead letter left, by its `topic/partition/offset`: an open or closed gap, or none."""
    topic, part, position = name.rsplit("/", 2)
    c = t.holes.c
    of_client = c.key.startswith("ct_", autoescape=True)
    mine = of_client if topic == CLIENT_EVENTS else ~of_client
    place = (c.part == int(part)) & (c.position == int(position))
    is_open = connection.scalar(select(c.is_open).where(place, mine))
    return "none" if is_open is None else "open" if is_open else "closed"


def _set_aside(asides: Sequence[Row[Any]]) -> Doc:
    """What kept the event from its effect; of one that was sent again, the first time counts."""
    others = [one for one in asides if one.effect != Effect.DUPLICATE]
    story: Doc = {"repeated": True} if len(others) < len(asides) else {}
    return story | {"state": others[-1].effect, "reason": others[-1].reason} if others else story


def _caused(rows: Iterable[Row[Any]], source: str | None) -> list[Doc]:
    return [
        {"id": row.fact_id, "type": row.kind, "task": row.subject}
        for row in rows
        if source in (None, row.cause_source)
    ]
