"""Salaries that go on as they come: the habit, its history, and what may change it."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Final

from channels.simulator.answers import Follow
from channels.simulator.client import OFFSET, Client
from channels.simulator.voice import LEDGER, Message, yuan
from channels.simulator.world import World
from schemas.tasks import Task
from schemas.time import HOUR, MINUTE, Instant, local_day, start_of_day

_ACTIONS: Final = ("payday_view", "payday_chat")
_MONTHS: Final = 3


class Paydays:
    """What advice about a salary account leads to."""

    def __init__(self, world: World) -> None:
        self._world, self._mix = world, world.mix["paydays"]

    def follows(self) -> dict[str, Follow]:
        """What an answer leads to, by action."""
        return dict.fromkeys(_ACTIONS, self._follow)

    def _follow(self, client: Client, _task: Task, outcome: str, at: Instant, rng: Random) -> None:
        """Some keep what comes from now on, some place a part of it."""
        if outcome in {"interested", "solved", "converted"} and rng.random() < self._mix["acts"]:
            client.empties = False
            self._world.agenda.plan(at + rng.randrange(30, 2000) * MINUTE, client, "buy", 0.9)


def history(client: Client, opens: Instant) -> Iterator[Message]:
    """The last months of a client whose salary leaves: flows only, long past and told at once."""
    if not client.empties:
        return
    for paid in reversed(_paydays(client, opens)):
        gone = min(paid + client.rng.randrange(2, 47) * HOUR, opens - MINUTE)
        yield _flow(client, "in", client.income, "salary", paid)
        yield _flow(client, "out", onward(client), "transfer", Instant(gone))


def _paydays(client: Client, opens: Instant) -> list[Instant]:
    """The last ones before the opening, newest first."""
    month = local_day(opens, utc_offset_minutes=OFFSET)
    found: list[Instant] = []
    while len(found) < _MONTHS:
        day = start_of_day(month.replace(day=client.payday), utc_offset_minutes=OFFSET)
        if day + 9 * HOUR < opens:
            found.append(Instant(day + 9 * HOUR))
        month = month.replace(day=1) - timedelta(days=1)
    return found


def onward(client: Client) -> int:
    """How much of a salary goes on, fen."""
    return client.income * 19 // 20


def _flow(client: Client, direction: str, fen: int, kind: str, at: Instant) -> Message:
    data = {
        "account": client.account,
        "flow": f"{client.key[3:11]}-{client.said}",
        "direction": direction,
        "amount": yuan(fen),
        "kind": kind,
        "own_account": False,
    }
    return client.tell("corebank.flow_posted", data, source=LEDGER, at=at)
