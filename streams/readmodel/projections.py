"""Facts into rows. Every row has a key and an order, so a fact read twice changes nothing."""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

from schemas import codec, facts
from schemas.dead_letter import DeadLetter
from schemas.envelope import TYPE_PREFIX, Envelope
from schemas.tasks import DeclineReason, Task, TaskState
from streams.dead_letters import name_of, received_at
from streams.errors import WorkerStopError
from streams.ports import Record
from streams.readmodel import allowance, tables
from streams.readmodel import project_cases as cases
from streams.readmodel.measuring import projections as measuring
from streams.readmodel.noting import Place, note, note_client, refused
from streams.readmodel.rows import Rows

_NUMBER_BITS: Final = 16
"""More outputs than that never follow from one event."""


class Named(NamedTuple):
    """An event by its name."""

    event_id: str
    source: str
    type: str


_SHAPES: Final = tuple(map(re.compile, (r"[!-~]{1,64}", r"/[a-z0-9/._-]{1,63}", r"[\w.]{1,128}")))
"""Of the three: what has another is a dead letter, and may hold what no database takes."""


def project_event(rows: Rows, record: Record) -> None:
    """An event as it stands on its log; one that cannot be read has no row here."""
    name = named(record.value)
    if name is None:
        return
    row = {
        "event_id": name.event_id,
        "source": name.source,
        "type": name.type.removeprefix(TYPE_PREFIX),
        "topic": record.topic,
        "part": record.partition,
        "position": record.offset,
        # As its door says: a broker stamps with the clock of the wall, which may not be the bank's.
        "received_at": received_at(record.value) or record.timestamp,
    }
    rows.put(tables.events, row)
    if name.type in measuring.READ:
        measuring.signal(rows, record)
    if name.type in allowance.READ:
        allowance.signal(rows, record)


def named(raw: bytes) -> Named | None:
    """What an event calls itself; `None` if that cannot be made out, or is no name."""
    try:
        found = from_json(raw)
        name = Named(found["id"], found["source"], found["type"])
    except (ValueError, KeyError, TypeError):
        return None
    shaped = zip(_SHAPES, name, strict=True)
    is_fine = all(isinstance(part, str) and shape.fullmatch(part) for shape, part in shaped)
    return name if is_fine else None


def project_letter(rows: Rows, record: Record) -> None:
    """A dead letter."""
    letter = DeadLetter.model_validate_json(record.value)
    row = {
        "name": name_of(letter),
        "event_id": letter.event_id,
        "source": letter.event_source,
        "code": letter.code,
        "doc": letter.model_dump(mode="json", exclude={"raw", "raw_key"}),
    }
    rows.put(tables.letters, row)


def project_fact(rows: Rows, record: Record) -> None:
    """A fact of either fold."""
    event = codec.decode(record.value, _FACTS)
    if not isinstance(event, facts.Fact):
        return
    _PROJECT[type(event)](rows, event, _place(record))
    row = {
        "fact_id": event.id,
        "cause_id": event.causeid,
        "cause_source": event.causesource,
        "kind": event.type.removeprefix(TYPE_PREFIX),
        "subject": getattr(getattr(event, "data", None), "task_id", None),
    }
    rows.put(tables.caused, row)


def _place(record: Record) -> Place:
    for name, value in record.headers:
        if name == "src":
            _, offset, number = value.split(b":")
            return Place(
                record.topic, record.partition, (int(offset) << _NUMBER_BITS) + int(number)
            )
    raise WorkerStopError(
        f"{record.topic}/{record.partition}/{record.offset} does not say what it follows from: no "
        "fold wrote it; see who else may write to this topic"
    )


def _task(rows: Rows, fact: facts.TaskChanged, place: Place) -> None:
    task = fact.data
    row = {
        "task_id": task.task_id,
        "version": task.version,
        "state": task.state.value,
        "client": task.client,
        "desk": task.desk,
        "channel": task.channel.value,
        "changed_at": task.changed_at,
        "doc": task,
    }
    rows.put(tables.tasks, row)
    if task.desk is not None and task.state in _ANSWERED:
        _desk_answer(rows, task)
    measuring.task(rows, fact)
    note(
        rows, place, "task", task.task_id,
        version=task.version, desk=task.desk, client=task.client,
    )  # fmt: skip


_ANSWERED: Final = frozenset({TaskState.COMPLETED, TaskState.DECLINED})


def _desk_answer(rows: Rows, task: Task) -> None:
    declined = task.state is TaskState.DECLINED
    row = {
        "task_id": task.task_id,
        "version": task.version,
        "action": task.action,
        "desk": task.desk,
        "client": task.client,
        "at": task.changed_at,
        "reason": (task.state_reason or DeclineReason.OTHER.value) if declined else None,
        "outcome": None if task.outcome is None else task.outcome.value,
    }
    rows.put(tables.desk_answers, row)


def _queue(rows: Rows, fact: facts.QueueRanked, place: Place) -> None:
    rows.put(tables.queues, {"desk": fact.data.desk, "seq": place.seq, "doc": fact.data})
    note(rows, place, "queue", fact.data.desk, desk=fact.data.desk)


def _intent(rows: Rows, fact: facts.IntentChanged, place: Place) -> None:
    row = {
        "client": fact.partitionkey,
        "intent": fact.data.intent,
        "is_on": fact.data.on,
        "p": fact.data.p,
        "reasons": fact.data.reasons,
        "at": fact.time,
        "seq": place.seq,
    }
    rows.put(tables.intents, row)
    note_client(rows, fact, place)


def _score(rows: Rows, fact: facts.WealthScored, place: Place) -> None:
    whose = {"fact_id": fact.id, "client": fact.partitionkey, "seq": place.seq}
    row = {
        "at": fact.time,
        "total": fact.data.total,
        "coverage": fact.data.coverage,
        "parameters": fact.data.parameters,
        "confirmed": 0.0 if fact.data.profile is None else fact.data.profile.confirmed,
        "first_told": 0.0 if fact.data.profile is None else fact.data.profile.first_told,
        "cause_id": fact.causeid,
        "cause_source": fact.causesource,
        "doc": fact.data,
    }
    rows.put(tables.scores, whose | row)
    for cause, points in fact.data.by_cause.items():
        rows.put(tables.movements, whose | {"cause": cause, "points": points})
    note_client(rows, fact, place)


def _served(rows: Rows, fact: facts.ClientServed, place: Place) -> None:
    row = {"client": fact.partitionkey, "seq": place.seq, "at": fact.time}
    rows.put(tables.served, {**row, **_NO_DESKS, **fact.data.model_dump(mode="json")})
    note_client(rows, fact, place)


_NO_DESKS: Final = {"rm": None, "team": None, "remote": None, "outlet": None}


def _buyer(rows: Rows, fact: facts.BuyerStated, place: Place) -> None:
    """No screen shows it, so none is told."""
    row = {"client": fact.partitionkey, "seq": place.seq}
    rows.put(tables.buyers, row | {"as_of": fact.data.as_of, "state": fact.data.state})


def _diagnosis(rows: Rows, fact: facts.DiagnosisMade, place: Place) -> None:
    row = {
        "diagnosis_id": fact.data.diagnosis_id,
        "client": fact.partitionkey,
        "seq": place.seq,
        "at": fact.data.held_at,
        "desk": fact.data.desk,
        "data_day": fact.data.data_day.isoformat(),
        "is_complete": fact.data.complete,
        "cause_id": fact.causeid,
        "cause_source": fact.causesource,
        "doc": fact.data,
    }
    rows.put(tables.diagnoses, row)
    note_client(rows, fact, place)


def _book_line(rows: Rows, fact: facts.BookEntryAdded, place: Place) -> None:
    row = {
        "desk": fact.partitionkey,
        "period": fact.data.entry.period,
        "number": fact.data.number,
        "seq": place.seq,
        "at": fact.data.entered_at,
        "doc": fact.data,
    }
    rows.put(tables.book_lines, row)
    note(rows, place, "book", fact.partitionkey, desk=fact.partitionkey)


def _book_refusal(rows: Rows, fact: facts.BookEntryRefused, place: Place) -> None:
    row = {
        "fact_id": fact.id,
        "desk": fact.partitionkey,
        "seq": place.seq,
        "at": fact.data.at,
        "doc": fact.data,
    }
    rows.put(tables.book_refusals, row)
    note(rows, place, "book", fact.partitionkey, desk=fact.partitionkey)


def _journey(rows: Rows, fact: facts.JourneyAdvanced, place: Place) -> None:
    row = {
        "client": fact.partitionkey,
        "journey": fact.data.journey,
        "instance": fact.data.instance,
        "at": fact.time,
        "seq": place.seq,
        "doc": fact.data,
    }
    rows.put(tables.journeys, row)
    measuring.journey(rows, fact, place.seq)
    note_client(rows, fact, place)


def _decision(rows: Rows, fact: facts.DecisionMade, _place: Place) -> None:
    row = {
        "decision_id": fact.data.decision_id,
        "client": fact.partitionkey,
        "at": fact.time,
        "cause_id": fact.causeid,
        "cause_source": fact.causesource,
        "doc": fact.data.model_copy(update={"state": None}),
    }
    rows.put(tables.decisions, row)
    measuring.decision(rows, fact)


def _contact(rows: Rows, fact: facts.ContactCounted, place: Place) -> None:
    row = {"client": fact.partitionkey, "at": fact.time, "seq": place.seq, "doc": fact.data}
    rows.put(tables.contacts, row)
    measuring.contact(rows, fact, place.seq)
    note_client(rows, fact, place)


def _hole(rows: Rows, fact: facts.HoleChanged, place: Place) -> None:
    hole = fact.data
    row = {
        "key": fact.partitionkey,
        "part": hole.partition,
        "position": hole.offset,
        "seq": place.seq,
        "family": hole.family,
        "is_open": hole.open,
    }
    rows.put(tables.holes, row)


def _set_aside(rows: Rows, fact: facts.SignalSetAside, place: Place) -> None:
    said = fact.data
    if said.task_id is not None and said.desk is not None:
        refused(rows, fact, place, said.task_id, desk=said.desk)
    row = {
        "fact_id": fact.id,
        "event_id": fact.data.event_id,
        "source": fact.data.event_source,
        "effect": fact.data.effect.value,
        "reason": fact.data.reason,
    }
    rows.put(tables.set_asides, row)


def _refusal(rows: Rows, fact: facts.ActionRefused, place: Place) -> None:
    refused(rows, fact, place, fact.data.task_id, desk=fact.partitionkey)


def _claim(_rows: Rows, _fact: facts.ClaimMade, _place: Place) -> None:
    """The task's own next version shows it."""


def _shadowed(_rows: Rows, _fact: facts.DecisionShadowed, _place: Place) -> None:
    """Nothing came of it; who compares shadow and life reads the log."""


def _asked(rows: Rows, fact: facts.PromoterAsked, _place: Place) -> None:
    measuring.promoter_asked(rows, fact)


_PROJECT: Final[dict[type[Envelope], Callable[[Rows, Any, Place], None]]] = {
    facts.TaskChanged: _task,
    facts.QueueRanked: _queue,
    facts.IntentChanged: _intent,
    facts.WealthScored: _score,
    facts.ClientServed: _served,
    facts.BuyerStated: _buyer,
    facts.DiagnosisMade: _diagnosis,
    facts.BookEntryAdded: _book_line,
    facts.BookEntryRefused: _book_refusal,
    facts.JourneyAdvanced: _journey,
    facts.CaseAdvanced: cases.case,
    facts.CaseNoted: cases.case_note,
    facts.OperationAdvanced: cases.operation,
    facts.StepAsked: cases.step_asked,
    facts.FirstContactJudged: cases.first_contact,
    facts.HandoverAdvanced: cases.handover,
    facts.HandoverRefused: cases.handover_refusal,
    facts.DecisionMade: _decision,
    facts.DecisionShadowed: _shadowed,
    facts.PromoterAsked: _asked,
    facts.ContactCounted: _contact,
    facts.HoleChanged: _hole,
    facts.SignalSetAside: _set_aside,
    facts.ActionRefused: _refusal,
    facts.ClaimMade: _claim,
}
_FACTS: Final = tuple(_PROJECT)
