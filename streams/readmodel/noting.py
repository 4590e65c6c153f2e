"""Where a fact comes from, and the notice that tells screens of it."""

from typing import NamedTuple

from schemas import facts
from streams.readmodel import tables
from streams.readmodel.rows import Rows


class Place(NamedTuple):
    """Where a fact comes from: whoever writes it again gives it the same place."""

    topic: str
    part: int
    seq: int
    """Grows with the event of the source log, then with the outputs of the event. Not with the
    record's own offset: a worker that froze may write old facts behind newer ones."""


def note_client(rows: Rows, fact: facts.Fact, place: Place) -> None:
    """Tell screens that something of a client changed."""
    note(rows, place, "client", fact.partitionkey, client=fact.partitionkey)


def note(  # noqa: PLR0913 - a row's columns, named
    rows: Rows,
    place: Place,
    kind: str,
    subject: str,
    *,
    version: int = 0,
    desk: str | None = None,
    client: str | None = None,
) -> None:
    """Tell screens that something changed."""
    change = {"version": version, "desk": desk, "client": client}
    rows.put(tables.changes, {"kind": kind, "subject": subject, **place._asdict(), **change})


def refused(rows: Rows, fact: facts.Fact, place: Place, subject: str, *, desk: str) -> None:
    """A desk's act on a task or a hand-over that was refused, kept and told to its screens."""
    row = {
        "fact_id": fact.id,
        "desk": desk,
        "task_id": subject,
        "at": fact.time,
        "doc": fact.data,  # type: ignore[attr-defined]  # every kind has data
    }
    rows.put(tables.refusals, row)
    note(rows, place, "refusal", subject, desk=desk)
