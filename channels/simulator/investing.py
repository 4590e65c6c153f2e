"""Investing: a first risk test, a market that falls, and what follows from either."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from channels.simulator import wishes
from channels.simulator.answers import Follow
from channels.simulator.client import Client
from channels.simulator.money import FRIGHT
from channels.simulator.products import CURRENT, DEPOSITS, FUNDS
from channels.simulator.voice import LEDGER, PROFILE, stamp
from channels.simulator.world import Said, World
from schemas.tasks import Task
from schemas.time import HOUR, MINUTE, Instant

_SOON: Final = 40 * 60
_CALMED_BY: Final = ("drawdown_view", "drawdown_call", "plan_review", "worry_reassure")
_CALM: Final = frozenset({"converted", "solved"})
_SOLD: Final = 0.9
"""Of a fund, by who sells it in a fright."""
Deed = Callable[[Client, Instant, Any], Said]


class Investing:
    """What clients do about investing besides their daily life.

    Chance comes from the client and the day or the cause: it shifts nobody's stream.
    """

    def __init__(self, world: World, report_price: Deed) -> None:
        self._world, self._report_price = world, report_price
        self._tested: set[str] = set()
        self._calm: set[str] = set()

    def deeds(self) -> dict[str, Deed]:
        """Every deed by its name on the agenda."""
        return {
            "first_test": self._first_test,
            "test_withdrawn": self._test_withdrawn,
            "price": self._price,
            "price_mended": self._price_mended,
            "panic_sell": self._panic_sell,
        }

    def follows(self) -> dict[str, Follow]:
        """What an answer leads to, by action; a yes in these talks is no purchase."""
        calming: dict[str, Follow] = dict.fromkeys(_CALMED_BY, self._calmed)
        return calming | {"regrade_talk": _nothing}

    def _calmed(
        self, client: Client, _task: Task, outcome: str, _at: Instant, _rng: Random
    ) -> None:
        """Who has gone through the plan does not sell in a fright."""
        if outcome in _CALM:
            self._calm.add(client.key)

    def tell_fall(self, client: Client, opens: Instant) -> None:
        """The last evening's prices come with the opening: each holder hears of the fall."""
        for product in FUNDS:
            if product in client.holdings:
                self._world.agenda.plan(opens, client, "price", product)

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

    def _price(self, client: Client, at: Instant, product: str) -> Said:
        """A steep fall is sometimes a wrong price, and frightens some."""
        before = client.holdings[product].value
        said = list(self._report_price(client, at, product))
        yield from said
        lost = before - client.holdings[product].value
        if lost <= before * (1 - FRIGHT):
            return
        rng, share = Random(f"{client.seed}:{at}:{product}"), self._world.mix["share"]
        plan = self._world.agenda.plan
        if rng.random() < share["price_mistaken"]:
            morning = at + 11 * HOUR + rng.randrange(60) * MINUTE
            plan(morning, client, "price_mended", (said[-1].body, product, lost))
        elif rng.random() < share["panics"]:
            later = at + rng.randrange(10 * 60, 6 * _SOON) * MINUTE
            plan(later, client, "panic_sell", product)

    @staticmethod
    def _price_mended(client: Client, at: Instant, extra: Any) -> Said:
        """The fund house had told a wrong price: the report never was, the value stands again."""
        body, product, lost = extra
        named = {name: body[name] for name in ("id", "source", "type", "time")}
        reversal = named | {"reason": "wrong_price"}
        yield client.tell("corebank.event_reversed", reversal, source=LEDGER, at=at)
        client.move(product, lost)
        data = client.position(product, "correction", at)
        yield client.tell("corebank.position_reported", data, source=LEDGER, at=at)

    def _panic_sell(self, client: Client, at: Instant, product: str) -> Said:
        amount = round(client.holdings[product].value * _SOLD)
        if client.key in self._calm or amount == 0:
            return
        for name, fen in ((product, -amount), (CURRENT, amount)):
            client.move(name, fen)
            data = client.position(name, "trade", at)
            yield client.tell("corebank.position_reported", data, source=LEDGER, at=at)


def _nothing(_client: Client, _task: Task, _outcome: str, _at: Instant, _rng: Random) -> None:
    """The choice is recorded, and that is all."""


def _holds_deposits_only(client: Client) -> bool:
    return all(name in DEPOSITS or held.value == 0 for name, held in client.holdings.items())
