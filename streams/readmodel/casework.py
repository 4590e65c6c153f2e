"""Questions about cases: how they stand, all that was said and done, and how many ended at once."""

from typing import Any, Final

from sqlalchemy import Connection, func, select

from schemas.cases import CaseLife
from schemas.handovers import HandoverState
from streams.readmodel import tables as t

Doc = dict[str, Any]
_CASES: Final = 12
_OWNED: Final = 50
_TO_SOLVE: Final = tuple(
    life.value for life in CaseLife if life not in (CaseLife.RESOLVED, CaseLife.CLOSED)
)
_WAITS: Final = (HandoverState.OFFERED.value, HandoverState.PASSED_ON.value)
_LINES: Final = 100
"""Of one case, the newest: several operations with every step asked for again."""


def of_client(connection: Connection, client: str) -> list[Doc]:
    """A client's newest cases, each with its `lines` in order."""
    mine = select(t.cases).where(t.cases.c.client == client).order_by(t.cases.c.at.desc())
    return [_whole(connection, row) for row in connection.execute(mine.limit(_CASES)).mappings()]


def owned(connection: Connection, owner: str) -> list[Doc]:
    """The cases that a desk owns and that are still to be solved, the oldest first."""
    c = t.cases.c
    mine = select(t.cases).where(c.owner == owner, c.life.in_(_TO_SOLVE)).order_by(c.at)
    return [dict(row) for row in connection.execute(mine.limit(_OWNED)).mappings()]


def one(connection: Connection, case_id: str) -> Doc | None:
    """A case with its `lines`; `None` if nobody has spoken of it."""
    found = connection.execute(select(t.cases).where(t.cases.c.case_id == case_id)).mappings()
    row = found.first()
    return None if row is None else _whole(connection, row)


def first_contact(connection: Connection) -> list[Doc]:
    """By type: cases `opened`, `judged`, and of these `met`: solved at the first contact.

    First-contact resolution is met over opened, of cases old enough to be judged.
    """
    lines, cases = t.case_lines.c, t.cases.c
    statement = (
        select(cases.case_type, lines.kind, lines.word, func.count())
        .join(t.cases, cases.case_id == lines.case_id)
        .where((lines.kind == "first_contact") | (lines.word == "opened"))
        .group_by(cases.case_type, lines.kind, lines.word)
    )
    found: dict[str, Doc] = {}
    for name, kind, word, count in connection.execute(statement):
        row = found.setdefault(name, {"case_type": name, "opened": 0, "judged": 0, "met": 0})
        if kind == "case":
            row["opened"] = count
        else:
            row["judged"] += count
            row["met"] += count if word == "met" else 0
    return [found[name] for name in sorted(found)]


def waiting(connection: Connection, desk: str) -> list[Doc]:
    """The hand-overs that wait at a desk, the first clock first."""
    c = t.handovers.c
    mine = select(t.handovers).where(c.desk == desk, c.state.in_(_WAITS)).order_by(c.accept_by)
    return [dict(row) for row in connection.execute(mine.limit(_OWNED)).mappings()]


def unowned(connection: Connection) -> list[Doc]:
    """Every hand-over that waits, and those that nobody took in time; the newest move first."""
    c = t.handovers.c
    late = (HandoverState.LAPSED.value, *_WAITS)
    found = select(t.handovers).where(c.state.in_(late)).order_by(c.at.desc(), c.handover_id)
    return [dict(row) for row in connection.execute(found.limit(_OWNED)).mappings()]


def handover(connection: Connection, handover_id: str) -> Doc | None:
    """A hand-over with its `case` and the client's newest `decision`; `None` if unknown."""
    mine = select(t.handovers).where(t.handovers.c.handover_id == handover_id)
    row = connection.execute(mine).mappings().first()
    if row is None:
        return None
    c = t.decisions.c
    decided = select(t.decisions).where(c.client == row["client"]).order_by(c.at.desc())
    decision = connection.execute(decided.limit(1)).mappings().first()
    return {
        **row,
        "case": one(connection, row["case_id"]),
        "decision": None if decision is None else dict(decision),
    }


def _whole(connection: Connection, row: Any) -> Doc:  # noqa: ANN401 - a row as a mapping
    c = t.case_lines.c
    mine = select(t.case_lines).where(c.case_id == row["case_id"]).order_by(c.seq.desc())
    newest = connection.execute(mine.limit(_LINES)).mappings().all()
    found = [dict(line) for line in reversed(newest)]
    judged = next((line["doc"] for line in found if line["kind"] == "first_contact"), None)
    return {**row, "lines": found, "first_contact": judged}
