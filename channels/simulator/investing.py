"""Investing: a first risk test and what follows from it."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from channels.simulator import wishes
from channels.simulator.client import Client
from channels.simulator.products import DEPOSITS
from channels.simulator.voice import PROFILE, stamp
from channels.simulator.world import Said, World
from schemas.time import HOUR, MINUTE, Instant

_SOON: Final = 40 * 60


class Investing:
    """What clients do about investing besides their daily life.

    Chance comes from the client and the day or the cause: it shifts nobody's stream.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._tested: set[str] = set()

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {"first_test": self._first_test, "test_withdrawn": self._test_withdrawn}

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """Who holds deposits alone may take the test, meaning to invest; once is enough."""
        rng = Random(f"{client.seed}:{morning // HOUR}:investing")
        is_new = client.key not in self._tested and _holds_deposits_only(client)
        if is_new and rng.random() < self._world.mix["daily"]["first_test"]:
            self._tested.add(client.key)
            at = morning + 9 * HOUR + rng.randrange(12 * 60) * MINUTE
            self._world.agenda.plan(at, client, "first_test")

    def _first_test(self, client: Client, at: Instant, _: object) -> Said:
        rng, share = Random(f"{client.seed}:{at}:first_test"), self._world.mix["share"]
        plan, before = self._world.agenda.plan, client.risk_class
        client.risk_class = min(5, max(1, before + rng.choice((-1, 0, 0, 1))))
        test = {"risk_class": client.risk_class, "taken_at": stamp(at)}
        by = {"actor": "client", "device": "client"}
        message = client.tell("corebank.risk_test_taken", test | by, source=PROFILE, at=at)
        yield message
        if rng.random() < share["test_withdrawn"]:
            later = at + rng.randrange(30, _SOON) * MINUTE
            plan(later, client, "test_withdrawn", (message.body, before))
            return
        wishes.begin(self._world, client, "first_wealth", at, cause="test")
        if rng.random() < share["buys_after_test"]:
            plan(at + rng.randrange(3 * 60, 5 * _SOON) * MINUTE, client, "buy", 0.4)

    @staticmethod
    def _test_withdrawn(client: Client, at: Instant, extra: Any) -> Said:
        """Somebody else had filled it in: it never was."""
        body, before = extra
        client.risk_class = before
        named = {name: body[name] for name in ("id", "source", "type", "time")}
        reversal = named | {"reason": "not_the_client"}
        yield client.tell("corebank.event_reversed", reversal, source=PROFILE, at=at)


def _holds_deposits_only(client: Client) -> bool:
    return all(name in DEPOSITS or held.value == 0 for name, held in client.holdings.items())
