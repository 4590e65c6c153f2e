"""Tasks and the contact ledger on disk."""

import msgspec
from msgspec.structs import replace

from journeys.client.contact.ledger import CoolDown, Hold, Ledger, Touch
from journeys.client.state import TaskRow
from journeys.client.stored.names import ID_BYTES, bare, whole
from schemas.time import Instant

_TASK, _DECISION = "t_", "d_"


class StoredTasks(msgspec.Struct, frozen=True, array_like=True):
    """Tasks, with their ids by column and left out of the rows."""

    ids: bytes
    """Of each task its own and its decision's: the digits of both names."""
    rows: tuple[TaskRow, ...]


class StoredLedger(msgspec.Struct, frozen=True, array_like=True):
    """`Ledger`, with the tasks' ids as bytes."""

    touches: tuple[tuple[Instant, str, bool, bytes | None], ...]
    holds: tuple[tuple[bytes, str, Instant], ...]
    cool_downs: tuple[CoolDown, ...]


def stored_tasks(tasks: tuple[TaskRow, ...]) -> StoredTasks:
    """As they stand on disk."""
    ids = "".join([row.task_id[2:] + row.decision_id[2:] for row in tasks])
    rows = [replace(row, task_id="", decision_id="") for row in tasks]
    return StoredTasks(bytes.fromhex(ids), tuple(rows))


def tasks_of(stored: StoredTasks) -> tuple[TaskRow, ...]:
    """The tasks again."""
    ids = [each.hex() for each in _pieces(stored.ids, ID_BYTES)]
    return tuple(
        replace(row, task_id=_TASK + ids[2 * place], decision_id=_DECISION + ids[2 * place + 1])
        for place, row in enumerate(stored.rows)
    )


def stored_ledger(ledger: Ledger) -> StoredLedger:
    """As it stands on disk."""
    return StoredLedger(
        tuple([(t.at, t.method, t.marketing, _task(t)) for t in ledger.touches]),
        tuple([(bare(h.task, _TASK), h.method, h.until) for h in ledger.holds]),
        ledger.cool_downs,
    )


def _task(touch: Touch) -> bytes | None:
    return None if touch.task is None else bare(touch.task, _TASK)


def ledger_of(stored: StoredLedger) -> Ledger:
    """The ledger again."""
    return Ledger(
        tuple(
            Touch(at, method, marketing, None if task is None else whole(task, _TASK))
            for at, method, marketing, task in stored.touches
        ),
        tuple(Hold(whole(task, _TASK), method, until) for task, method, until in stored.holds),
        stored.cool_downs,
    )


def _pieces(whole: bytes, size: int) -> list[bytes]:
    """In pieces of one size."""
    return [whole[at : at + size] for at in range(0, len(whole), size)]
