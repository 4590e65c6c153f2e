"""Facts of cases, operations and hand-overs into rows."""

from typing import Any

from schemas import facts
from streams.readmodel import tables
from streams.readmodel.noting import Place, note, note_client, refused
from streams.readmodel.rows import Rows


def case(rows: Rows, fact: facts.CaseAdvanced, place: Place) -> None:
    """A case as it stands, and the move as a line of its record."""
    case = fact.data
    row = {
        "case_id": case.case_id,
        "client": fact.partitionkey,
        "seq": place.seq,
        "at": fact.time,
        "case_type": case.case_type,
        "life": case.life.value,
        "owner": case.owner,
        "doc": case,
    }
    rows.put(tables.cases, row)
    _case_line(rows, fact, place, "case", case.move)


def case_note(rows: Rows, fact: facts.CaseNoted, place: Place) -> None:
    """A line of a case's record."""
    _case_line(rows, fact, place, "note", fact.data.note.kind)


def operation(rows: Rows, fact: facts.OperationAdvanced, place: Place) -> None:
    """An operation's move."""
    _case_line(rows, fact, place, "operation", fact.data.state)


def step_asked(rows: Rows, fact: facts.StepAsked, place: Place) -> None:
    """A step asked of the core bank."""
    _case_line(rows, fact, place, "step", fact.data.step)


def first_contact(rows: Rows, fact: facts.FirstContactJudged, place: Place) -> None:
    """Whether the first contact solved a case."""
    _case_line(rows, fact, place, "first_contact", "met" if fact.data.met else "missed")


def handover(rows: Rows, fact: facts.HandoverAdvanced, place: Place) -> None:
    """A hand-over as it stands, and its move."""
    said = fact.data
    row = {
        "handover_id": said.handover_id,
        "version": said.version,
        "client": fact.partitionkey,
        "case_id": said.case_id,
        "state": said.state.value,
        "desk": said.desk,
        "accept_by": said.accept_by,
        "at": fact.time,
        "doc": said,
    }
    rows.put(tables.handovers, row)
    _case_line(rows, fact, place, "handover", said.state, told=False)
    note(
        rows, place, "handover", said.handover_id,
        version=said.version, client=fact.partitionkey,
    )  # fmt: skip


def _case_line(
    rows: Rows,
    fact: Any,  # noqa: ANN401 - one of six facts, by the callers
    place: Place,
    kind: str,
    word: str,
    *,
    told: bool = True,
) -> None:
    """A line of a case's record; a screen hears of it unless it is `told` of something else."""
    row = {
        "fact_id": fact.id,
        "case_id": fact.data.case_id,
        "client": fact.partitionkey,
        "seq": place.seq,
        "at": fact.time,
        "kind": kind,
        "word": str(word),
        "cause_id": fact.causeid,
        "cause_source": fact.causesource,
        "doc": fact.data,
    }
    rows.put(tables.case_lines, row)
    if told:
        note_client(rows, fact, place)


def handover_refusal(rows: Rows, fact: facts.HandoverRefused, place: Place) -> None:
    """An act on a hand-over that a desk refused."""
    refused(rows, fact, place, fact.data.handover_id, desk=fact.partitionkey)
