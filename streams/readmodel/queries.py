"""Questions to the read model. Answers are JSON-like data; the pages give them words."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Subquery,
    Table,
    UnaryExpression,
    func,
    or_,
    select,
    union,
)

from journeys.decide.stopping import stop_for
from schemas.reference import Stop
from schemas.tasks import OPEN_STATES
from schemas.time import Instant
from streams.readmodel import book, casework, effects, stories
from streams.readmodel import tables as t
from streams.readmodel.allowance import Allowance, allowances_of
from streams.readmodel.measuring.asked import Asked
from streams.readmodel.measuring.measures import Measured, measured
from streams.readmodel.movement import movement
from streams.readmodel.refusals import last_refusal
from streams.readmodel.slots import Slot, slots
from streams.readmodel.stops import StopSwitch
from streams.readmodel.stories import Progress

Doc = dict[str, Any]
_OPEN: Final = tuple(state.value for state in OPEN_STATES)
_HISTORY: Final = 12
_DIAGNOSES: Final = 24
"""More than two years of a private client, with some held in vain."""


class Views:
    """The read model, asked."""

    def __init__(self, engine: Engine, progress: Progress) -> None:
        self._engine, self._progress = engine, progress

    def desks(self) -> list[Doc]:
        """Every desk that has or had a queue or a client, with its open tasks."""
        known = _desks()
        statement = (
            select(known.c.desk, func.count(t.tasks.c.task_id))
            .outerjoin(t.tasks, (t.tasks.c.desk == known.c.desk) & t.tasks.c.state.in_(_OPEN))
            .where(known.c.desk.is_not(None))
            .group_by(known.c.desk)
            .order_by(known.c.desk)
        )
        with self._engine.connect() as connection:
            return [{"desk": desk, "open": many} for desk, many in connection.execute(statement)]

    def is_desk(self, desk: str) -> bool:
        """Has anybody spoken of this desk: a queue, a task, or a client that it serves?"""
        known = _desks()
        has_task = select(t.tasks.c.desk).where(t.tasks.c.desk == desk)
        statement = select(known.c.desk).where(known.c.desk == desk).union(has_task)
        with self._engine.connect() as connection:
            return connection.execute(statement.limit(1)).first() is not None

    def inbox(self, desk: str) -> list[Doc]:
        """A desk's open tasks: in the order of its ranking, sleeping ones last."""
        mine = select(t.tasks.c.doc).where(t.tasks.c.desk == desk, t.tasks.c.state.in_(_OPEN))
        ranking = select(t.queues.c.doc).where(t.queues.c.desk == desk)
        with self._engine.connect() as connection:
            docs = list(connection.scalars(mine))
            queue = connection.scalars(ranking).first()
        ranked = {item["task_id"]: item for item in (queue or {"items": []})["items"]}
        far = len(ranked) + 1
        for doc in docs:
            place = ranked.get(doc["task_id"], {})
            doc["rank"] = place.get("rank", far)
            doc["fits_hours"] = place.get("fits_hours", True)
            doc["worth"] = place.get("worth_per_minute", 0.0)
        return sorted(docs, key=lambda doc: (doc["rank"], doc["due"], doc["task_id"]))

    def task(self, task_id: str) -> Doc | None:
        """A task as it stands."""
        return self._one(select(t.tasks.c.doc).where(t.tasks.c.task_id == task_id))

    def buyer(self, client: str) -> tuple[Instant, str] | None:
        """What an order of a client is judged on, and as of when; `None` if nothing is known."""
        mine = select(t.buyers.c.as_of, t.buyers.c.state).where(t.buyers.c.client == client)
        with self._engine.connect() as connection:
            row = connection.execute(mine).first()
        return None if row is None else (Instant(row.as_of), row.state)

    def projected(self, topic: str) -> Mapping[int, int]:
        """By partition, the offset up to which (exclusive) a log is in the tables."""
        mine = select(t.progress.c.part, t.progress.c.next_offset).where(
            t.progress.c.topic == topic
        )
        with self._engine.connect() as connection:
            return {row.part: row.next_offset for row in connection.execute(mine)}

    def stops(self) -> tuple[Stop, ...]:
        """What operators have stopped, as of now."""
        return StopSwitch(self._engine).in_force()

    def stop_for(self, task: Mapping[str, Any]) -> Stop | None:
        """What stops the contact of a task; asked anew each time, so that it binds at once."""
        stops = self.stops()
        if not stops:
            return None
        with self._engine.connect() as connection:
            service = _service(connection, task["client"])
        outlet = None if service is None else service["outlet"]
        return stop_for(stops, action=task["action"], channel=task["channel"], outlet=outlet)

    def refusal(self, task_id: str) -> Doc | None:
        """The last refused act on a task or a hand-over; see `refusals.last_refusal`."""
        with self._engine.connect() as connection:
            return last_refusal(connection, task_id)

    def was_lifted(self, *, since: Instant) -> bool:
        """Has an operator lifted a stop since a moment?"""
        return any((kept.lifted_at or 0) >= since for kept in StopSwitch(self._engine).history())

    def decision(self, decision_id: str) -> Doc | None:
        """A decision with every candidate."""
        chosen = t.decisions.c.decision_id == decision_id
        with self._engine.connect() as connection:
            row = connection.execute(select(t.decisions).where(chosen)).first()
        if row is None:
            return None
        cause = {"cause_id": row.cause_id, "cause_source": row.cause_source}
        return {**row.doc, "client": row.client, **cause}

    def client(self, token: str, *, since: Instant | None = None) -> Doc | None:
        """All that is shown of a client; `None` if nothing is known of them.

        Args:
            token: the client.
            since: where the period of the score's movement begins; `None`: with the first score.
        """
        with self._engine.connect() as connection:
            page = {
                "client": token,
                "intents": _rows(connection, t.intents, token, t.intents.c.p.desc()),
                "scores": _rows(connection, t.scores, token, t.scores.c.seq.desc(), _HISTORY),
                "movement": movement(connection, token, since=since),
                "journeys": _rows(connection, t.journeys, token, t.journeys.c.at.desc()),
                "cases": casework.of_client(connection, token),
                "tasks": _rows(connection, t.tasks, token, t.tasks.c.changed_at.desc(), 20),
                "contacts": _rows(connection, t.contacts, token, t.contacts.c.at.desc()),
                "decisions": _rows(connection, t.decisions, token, t.decisions.c.at.desc(), 8),
                "service": _service(connection, token),
                "diagnoses": _rows(
                    connection, t.diagnoses, token, t.diagnoses.c.seq.desc(), _DIAGNOSES
                ),
                "holes": _holes(connection, token),
            }
        known = any(page[part] for part in page if part not in ("client", "movement"))
        return page if known else None

    def service(self, client: str) -> Doc | None:
        """Who serves a client now; `None` if nobody has said."""
        with self._engine.connect() as connection:
            return _service(connection, client)

    def allowance(self, client: str) -> Allowance:
        """What a client allows of marketing, as their words stand."""
        return self.allowances([client])[client]

    def allowances(self, clients: Collection[str]) -> dict[str, Allowance]:
        """The same of many clients."""
        with self._engine.connect() as connection:
            return allowances_of(connection, clients)

    def cases(self, client: str) -> list[Doc]:
        """A client's newest cases, each with all that was said and done."""
        with self._engine.connect() as connection:
            return casework.of_client(connection, client)

    def slots(
        self, clients: Collection[str], *, since: Instant, until: Instant | None = None
    ) -> list[Slot]:
        """What clients have of their contact caps; see `slots.slots`."""
        with self._engine.connect() as connection:
            return slots(connection, clients, since=since, until=until)

    def owned_cases(self, desk: str) -> list[Doc]:
        """The open cases that a desk owns, the oldest first."""
        with self._engine.connect() as connection:
            return casework.owned(connection, desk)

    def case(self, case_id: str) -> Doc | None:
        """One case with all that was said and done."""
        with self._engine.connect() as connection:
            return casework.one(connection, case_id)

    def handover(self, handover_id: str) -> Doc | None:
        """A hand-over with its case and the client's newest decision."""
        with self._engine.connect() as connection:
            return casework.handover(connection, handover_id)

    def unowned(self) -> list[Doc]:
        """Hand-overs of every desk that wait, or that nobody took in time."""
        with self._engine.connect() as connection:
            return casework.unowned(connection)

    def waiting(self, desk: str) -> list[Doc]:
        """The hand-overs that wait at a desk, the first clock first."""
        with self._engine.connect() as connection:
            return casework.waiting(connection, desk)

    def offers(self, client: str, channel: str) -> list[Doc]:
        """The open tasks of a client in a channel, the highest priority first."""
        c = t.tasks.c
        mine = (c.client == client) & (c.channel == channel) & c.state.in_(_OPEN)
        with self._engine.connect() as connection:
            docs = list(connection.scalars(select(c.doc).where(mine)))
        return sorted(docs, key=lambda doc: (-doc["priority"], doc["task_id"]))

    def decided_by(self, event_id: str, source: str) -> str | None:
        """The decision that an event caused, if any."""
        c = t.decisions.c
        mine = select(c.decision_id).where(c.cause_id == event_id, c.cause_source == source)
        with self._engine.connect() as connection:
            found: str | None = connection.scalars(mine.limit(1)).first()
        return found

    def first_contact(self) -> list[Doc]:
        """How many cases of each type were solved at the first contact."""
        with self._engine.connect() as connection:
            return casework.first_contact(connection)

    def diagnosis(self, diagnosis_id: str) -> Doc | None:
        """A diagnosis as it was shown, with the client and what it follows from."""
        statement = select(t.diagnoses).where(t.diagnoses.c.diagnosis_id == diagnosis_id)
        with self._engine.connect() as connection:
            row = connection.execute(statement).first()
        return None if row is None else dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own word

    def book(self, desk: str, *, starts: Instant, ends: Instant) -> list[Doc]:
        """The clients of an adviser's book over a period; see `book.clients`."""
        with self._engine.connect() as connection:
            return book.clients(connection, desk, starts=starts, ends=ends)

    def ledger(self, desk: str) -> Doc:
        """A desk's ledgers: `periods`, the lines of each, and the last line refused or `None`."""
        with self._engine.connect() as connection:
            return {
                "periods": book.ledger(connection, desk),
                "refusal": book.last_refusal(connection, desk),
            }

    def measures(self, asked: Asked) -> Measured:
        """Every measure of a period."""
        with self._engine.connect() as connection:
            return measured(connection, asked)

    def outlets(self) -> list[str]:
        """Every outlet that serves or served a client, by name."""
        return list(StopSwitch(self._engine).outlets())

    def changes_since(self, sequence: int, desk: str | None, *, limit: int = 200) -> list[Doc]:
        """Notices after a sequence number that concern a desk, or everybody."""
        c = t.changes.c
        mine = or_(c.desk == desk, c.desk.is_(None)) if desk is not None else c.sequence > 0
        statement = select(t.changes).where(c.sequence > sequence, mine)
        with self._engine.connect() as connection:
            found = connection.execute(statement.order_by(c.sequence).limit(limit))
            return [dict(row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's own word

    def last_change(self) -> int:
        """The newest sequence number; 0 while there is none."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(t.changes.c.sequence))) or 0

    def story(self, event_id: str, source: str | None) -> Doc | None:
        """What became of an event: where it stands, what it did, what it caused."""
        with self._engine.connect() as connection:
            return stories.story(connection, self._progress, event_id, source)

    def effects(self, story: Doc) -> Doc:
        """What an event did, beside the ids of what it caused."""
        with self._engine.connect() as connection:
            return effects.effects(connection, story)

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self._engine.connect() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in t.metadata.sorted_tables
            }

    def _one(self, statement: Select[Any]) -> Doc | None:
        with self._engine.connect() as connection:
            found: Doc | None = connection.scalars(statement.limit(1)).first()
        return found


def _desks() -> Subquery:
    """Desks of queues and of whoever serves a client; null where nobody does."""
    serving = (t.served.c.rm, t.served.c.team, t.served.c.remote)
    return union(select(t.queues.c.desk), *(select(each) for each in serving)).subquery()


def _service(connection: Connection, client: str) -> Doc | None:
    c = t.served.c
    statement = select(t.served).where(c.client == client).order_by(c.seq.desc()).limit(1)
    row = connection.execute(statement).first()
    return None if row is None else dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own word


def _rows(
    connection: Connection,
    table: Table,
    client: str,
    order: UnaryExpression[Any],
    limit: int = 50,
) -> Sequence[Doc]:
    statement = select(table).where(table.c.client == client).order_by(order).limit(limit)
    return [dict(row._mapping) for row in connection.execute(statement)]  # noqa: SLF001


def _holes(connection: Connection, client: str) -> list[Doc]:
    mine = (t.holes.c.key == client) & t.holes.c.is_open
    return [dict(row._mapping) for row in connection.execute(select(t.holes).where(mine))]  # noqa: SLF001
