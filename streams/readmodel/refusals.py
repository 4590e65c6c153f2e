"""The last act that was refused, for as long as it is the last word about a task."""

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from schemas.tasks import TaskState
from streams.readmodel.measuring.tables import task_moves
from streams.readmodel.tables import refusals

Doc = dict[str, Any]
_SECOND_COME: Final = "already_taken"


def last_refusal(connection: Connection, subject: str) -> Doc | None:
    """Why the last act on a task or a hand-over was refused, and when.

    `None` if none was, or if the task has gone on since: then an act was taken, and what was wrong
    with the one before it concerns nobody any more.
    """
    c = refusals.c
    last = select(c.doc, c.at).where(c.task_id == subject).order_by(c.at.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    if row is None or _has_gone_on(connection, subject, row.doc["reason"], row.at):
        return None
    return {"reason": row.doc["reason"], "at": row.at}


class _Stand(NamedTuple):
    state: str
    reason: str | None


def _has_gone_on(connection: Connection, task_id: str, reason: str, at: int) -> bool:
    """Did it come to another state? A new version alone is no act: it may be ranked anew."""
    c = task_moves.c
    moves = connection.execute(
        select(c.at, c.state, c.reason).where(c.task_id == task_id).order_by(c.version)
    )
    before, after = list[_Stand](), list[_Stand]()
    for move in moves:
        (before if move.at <= at else after).append(_Stand(move.state, move.reason))
    if reason == _SECOND_COME and after and after[0].state == TaskState.ACCEPTED:
        # Whoever came first was taken by the desk before, and stands on the client's log after.
        before.append(after.pop(0))
    return bool(before) and any(stand != before[-1] for stand in after)
