"""Answers to the promoter question, each held against what the engine asked.

Who writes an answer says who asked, and could say anything. What the rule asked is a fact of ours
(`promoter_asked`): an answer is by rule if it answers such a question while it stands, is the first
to do so, and names no other talk. That it was asked by staff is believed of whoever says so.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from schemas.time import Instant
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, during, within

_BY_RULE = "rule"


class Answer(NamedTuple):
    """What a client answered, and whether the rule had asked."""

    client: str
    at: int
    answer: int
    is_by_rule: bool
    place: str
    """The desk that it is about, as we know it, else as it says; without one who it says asked."""


def answers(connection: Connection, asked: Asked, *, since: Instant) -> Sequence[Answer]:
    """Answers from a time to the end of the period, by client and time."""
    c = t.answers.c
    rows = connection.execute(
        select(c.client, c.at, c.answer, c.asked_by, c.desk, c.decision_id)
        .where(during(c.at, (since, asked.ends)), within(asked, c.client))
        .order_by(c.client, c.at, c.event_id)
    )
    questions = _questions(connection, asked, since)
    return [_held_against(questions.get(row.client, []), row) for row in rows]


def _questions(connection: Connection, asked: Asked, since: Instant) -> dict[str, list[Any]]:
    """What the rule asked of each client, and could be answered since."""
    c = t.asks.c
    rows = connection.execute(
        select(c.client, c.at, c.until, c.desk, c.decision_id)
        .where(c.at < asked.ends, c.until >= since, within(asked, c.client))
        .order_by(c.at, c.fact_id)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.client].append(row)
    return found


def _held_against(standing: list[Any], row: Any) -> Answer:  # noqa: ANN401 - rows of two selects
    """An answer by rule uses its question up: a second one answers nothing."""
    mine = next((one for one in standing if _answers(row, one)), None)
    if mine is not None:
        standing.remove(mine)
    desk = row.desk if mine is None else mine.desk or row.desk
    return Answer(row.client, row.at, row.answer, mine is not None, desk or row.asked_by)


def _answers(row: Any, question: Any) -> bool:  # noqa: ANN401 - rows of two selects
    return (
        row.asked_by == _BY_RULE
        and question.at <= row.at <= question.until
        and _is_same(row.decision_id, question.decision_id)
        and _is_same(row.desk, question.desk)
    )


def _is_same(one: str | None, other: str | None) -> bool:
    """Where one of them names nothing, nothing speaks against it: a solved case has no desk."""
    return one is None or other is None or one == other
