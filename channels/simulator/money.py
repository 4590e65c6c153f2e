"""Money comes, goes, matures, is placed and changes its price. Books balance to the fen."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from channels.simulator import products, wishes
from channels.simulator.client import OFFSET, Client, Held
from channels.simulator.paydays import onward
from channels.simulator.products import CURRENT
from channels.simulator.voice import LEDGER, Message, yuan
from channels.simulator.world import Said, World
from schemas.time import HOUR, MINUTE, Instant, local_day

_LEAST_BUY: Final = 1_000_000
_LARGE: Final = 10_000_000
_PRICES_OUT: Final = 20 * HOUR
FRIGHT: Final = 0.97
"""A fund that stands below this share of its last report may frighten its holder."""


class Money:
    """Each public name is a deed of the agenda: client, instant, extra → what core systems say."""

    def __init__(self, world: World, market: "Market") -> None:
        self._world, self._market = world, market

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {
            "salary": self._salary,
            "salary_on": self._salary_on,
            "spend": self._spend,
            "inflow": self._inflow,
            "give_back": self._give_back,
            "transfer_out": self._transfer_out,
            "price": self._price,
            "mature": self._mature,
            "move_maturity": self._move_maturity,
            "buy": self._buy,
            "pay": self._pay,
            "instruct": self._instruct,
        }

    def plan_a_day(self, client: Client, morning: Instant, today: date) -> None:
        """Payday, spending, windfalls, the evening's prices, and what comes due."""
        rng, daily, plan = client.rng, self._world.mix["daily"], self._world.agenda.plan
        if today.day == client.payday:
            plan(morning + 9 * HOUR, client, "salary")
        for name, what, hour in _BY_CHANCE:
            if rng.random() < daily[name]:
                plan(morning + hour * HOUR + rng.randrange(180) * MINUTE, client, what)
        if today.weekday() < 5:
            for product in products.FUNDS:
                if product in client.holdings and rng.random() < daily["price_move"]:
                    at = morning + _PRICES_OUT + rng.randrange(120) * MINUTE
                    plan(at, client, "price", product)
        for product in products.TERMS:
            self._plan_term(client, product, morning, today)

    def _plan_term(self, client: Client, product: str, morning: Instant, today: date) -> None:
        held = client.holdings.get(product)
        if held is None or held.maturity is None or held.value == 0:
            return
        plan, left = self._world.agenda.plan, (held.maturity - today).days
        if left <= 0:
            plan(morning + 6 * HOUR, client, "mature", product)
            return
        if left <= 7 and client.needs_placing and client.rng.random() < 0.25:
            wishes.begin(self._world, client, "renew", morning, cause="maturity")
        if left <= 6 and client.rng.random() < self._world.mix["daily"]["maturity_moved"]:
            plan(morning + 11 * HOUR, client, "move_maturity", product)

    def _salary(self, client: Client, at: Instant, _: object) -> Said:
        """Some are paid in error; where it is the habit, the rest goes on within two days."""
        rng, plan = client.rng, self._world.agenda.plan
        sent = list(self._flow(client, at, client.income, "in", "salary"))
        yield from sent
        if client.empties and rng.random() < self._world.mix["paydays"]["in_error"]:
            later = at + rng.randrange(60, 23 * 60) * MINUTE
            plan(later, client, "give_back", (sent[0].body, client.income))
        elif client.empties:
            plan(at + rng.randrange(2, 47) * HOUR, client, "salary_on")

    def _salary_on(self, client: Client, at: Instant, _: object) -> Said:
        amount = min(onward(client), client.at_hand)
        if client.empties and amount > 0:
            yield from self._flow(client, at, amount, "out", "transfer")

    def _spend(self, client: Client, at: Instant, _: object) -> Said:
        amount = min(client.spend // 17, client.at_hand)
        if amount > 0:
            yield from self._flow(client, at, amount, "out", "spending")

    def _inflow(self, client: Client, at: Instant, _: object) -> Said:
        """A bonus, a house sold, a transfer; some paid in error, some the client's own."""
        rng, share = client.rng, self._world.mix["share"]
        amount = max(_LARGE, client.spend * rng.randrange(4, 9)) + rng.randrange(1000) * 100
        own = rng.random() < share["inflow_own_account"]
        kind = rng.choice(("transfer", "transfer", "salary", "other"))
        sent = list(self._flow(client, at, amount, "in", kind, own=own))
        yield from sent
        plan = self._world.agenda.plan
        if not own and rng.random() < share["inflow_reversed"]:
            later = at + rng.randrange(60, 23 * 60) * MINUTE
            plan(later, client, "give_back", (sent[0].body, amount))
        elif client.needs_placing:
            wishes.begin(self._world, client, "invest_idle", at, cause="inflow")
            if rng.random() < 0.25:
                plan(at + rng.randrange(26, 200) * HOUR, client, "buy", 0.85)

    def _give_back(self, client: Client, at: Instant, extra: Any) -> Said:
        """Paid in error: taken back, unless it is spent already."""
        body, amount = extra
        if client.at_hand < amount:
            return
        named = {name: body[name] for name in ("id", "source", "type", "time")}
        reversal = named | {"amount": yuan(amount), "reason": "paid_in_error"}
        yield client.tell("corebank.event_reversed", reversal, source=LEDGER, at=at)
        client.move(CURRENT, -amount)
        yield self._position(client, CURRENT, "correction", at)

    def _transfer_out(self, client: Client, at: Instant, _: object) -> Said:
        """To the client's own account at another bank."""
        amount = client.at_hand * 7 // 10
        if amount >= _LEAST_BUY:
            yield from self._flow(client, at, amount, "out", "transfer", own=True)

    def _flow(
        self,
        client: Client,
        at: Instant,
        amount: int,
        direction: str,
        kind: str,
        *,
        own: bool = False,
    ) -> Said:
        flow = {
            "account": client.account,
            "flow": f"{client.key[3:11]}-{client.said}",
            "direction": direction,
            "amount": yuan(amount),
            "kind": kind,
            "own_account": own,
        }
        yield client.tell("corebank.flow_posted", flow, source=LEDGER, at=at)
        client.move(CURRENT, amount if direction == "in" else -amount)
        yield self._position(client, CURRENT, "flow", at)

    def _price(self, client: Client, at: Instant, product: str) -> Said:
        held, evening = client.holdings[product], last_evening(at)
        if held.value == 0:
            return
        share = self._market.change(product, held.priced, evening)
        held.priced = evening
        client.move(product, round(held.value * (share - 1)))
        if share < FRIGHT and client.rng.random() < 0.5:
            wishes.begin(self._world, client, "worry", at, cause="price")
        yield self._position(client, product, "price", at)

    def _mature(self, client: Client, at: Instant, product: str) -> Said:
        held = client.holdings[product]
        if held.maturity is None or held.value == 0:
            return
        if held.rolls_over:
            held.maturity += timedelta(days=products.TERMS[product])
            yield self._position(client, product, "maturity", at)
            return
        amount, held.maturity = held.value, None
        client.move(product, -amount)
        yield self._position(client, product, "maturity", at)
        client.move(CURRENT, amount)
        yield self._position(client, CURRENT, "maturity", at)
        rng, plan = client.rng, self._world.agenda.plan
        if client.promised:
            client.promised = False
            plan(at + rng.randrange(2, 30) * HOUR, client, "buy", 0.9)
        elif client.needs_placing and rng.random() < 0.3:
            plan(at + rng.randrange(8, 70) * HOUR, client, "buy", 0.85)

    def _move_maturity(self, client: Client, at: Instant, product: str) -> Said:
        """The client prolongs a term product: what rested on its date is recalled."""
        held = client.holdings[product]
        if held.maturity is None or held.value == 0:
            return
        held.maturity += timedelta(days=client.rng.randrange(30, 120))
        yield self._position(client, product, "correction", at)

    def _pay(self, client: Client, at: Instant, amount: int) -> Said:
        """A payment that the core bank has sent, unless the money is gone meanwhile."""
        if amount <= client.at_hand:
            yield from self._flow(client, at, amount, "out", "transfer")

    def _instruct(self, client: Client, at: Instant, extra: Any) -> Said:
        """The core bank holds another instruction for a maturity."""
        product, rolls_over = extra
        held = client.holdings[product]
        held.rolls_over = rolls_over
        if held.maturity is not None and held.value > 0:
            yield self._position(client, product, "resync", at)

    def _buy(self, client: Client, at: Instant, share: float | None) -> Said:
        """Place spare money in a product within the client's class, or for a term."""
        rng = client.rng
        spare = client.at_hand - 2 * client.spend
        amount = int(spare * (share or rng.uniform(0.1, 0.4))) // 100 * 100
        if amount < _LEAST_BUY:
            return
        product = self._choose(client, at)
        held = client.holdings.setdefault(product, Held(0))
        if held.value == 0:
            held.priced = last_evening(at)  # What the market did before is not this client's.
        client.move(CURRENT, -amount)
        yield self._position(client, CURRENT, "trade", at)
        client.move(product, amount)
        yield self._position(client, product, "trade", at)
        for wish in ("renew", "invest_idle", "first_wealth"):
            wishes.settle(self._world, client, wish, at)

    def _choose(self, client: Client, at: Instant) -> str:
        """A favourite, or a term product that the client does not hold, with its date set."""
        rng, share = client.rng, self._world.mix["share"]
        term = rng.choice(tuple(products.TERMS))
        held = client.holdings.setdefault(term, Held(0))
        if held.value > 0 or rng.random() >= share["buys_term"]:
            return client.favourite(rng)
        today = local_day(at, utc_offset_minutes=OFFSET)
        held.maturity = today + timedelta(days=products.TERMS[term])
        held.rolls_over = rng.random() < share["rolls_over"]
        return term

    @staticmethod
    def _position(client: Client, product: str, cause: str, at: Instant) -> Message:
        data = client.position(product, cause, at)
        return client.tell("corebank.position_reported", data, source=LEDGER, at=at)


_BY_CHANCE: Final = (
    ("spending", "spend", 13),
    ("large_inflow", "inflow", 10),
    ("own_trade", "buy", 15),
)


def last_evening(at: Instant) -> date:
    """The day whose closing prices are out at a time: they come from eight in the evening on."""
    return local_day(Instant(at - _PRICES_OUT), utc_offset_minutes=OFFSET)


class Market:
    """One market for all clients: a fund's price moves the same for every holder."""

    def __init__(self, seed: int, opens: date, crash: Mapping[str, Any]) -> None:
        """A market that fell on the last evening before the opening, by so many `swings`."""
        self._seed, self._before = seed, opens - timedelta(days=2)
        self._swings = crash["swings"]
        self._index: dict[str, list[float]] = {product: [1.0] for product in products.SWINGS}

    def change(self, product: str, since: date | None, evening: date) -> float:
        """An evening's price over the last one reported, or over the baseline's if none was.

        Money added in between is treated as placed on that evening: near enough here.
        """
        return self._at(product, evening) / self._at(product, since or self._before)

    def _at(self, product: str, day: date) -> float:
        index, wanted = self._index[product], (day - self._before).days
        while len(index) <= wanted:
            rng = Random(f"{self._seed}:{product}:{len(index)}")
            swing = products.SWINGS[product]
            shock = -4 * swing if rng.random() < 0.02 else 0.0
            if len(index) == 1:
                shock -= self._swings * swing
            index.append(index[-1] * (1 + rng.gauss(0.0003, swing) + shock))
        return index[wanted]
