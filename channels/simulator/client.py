"""One synthetic client: a household, a book, habits, and needs that the engine never sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from channels.simulator.mix import Mix
from channels.simulator.products import BY_CLASS, CURRENT, TERMS
from channels.simulator.voice import LEDGER, PROFILE, Message, say, stamp, token, yuan
from schemas.tasks import Task
from schemas.time import DAY, HOUR, Instant, local_day

OFFSET: Final = 480
"""Minutes ahead of UTC where all these clients live."""
_FATIGUE: Final = 14 * DAY
_AGES: Final = {"single": 27, "couple": 32, "family": 41, "mature": 52, "retired": 66}
_SCALES: Final = {"mass": 1, "wealth": 4, "private": 16}
"""How much larger than a mass client's a book is."""
_CHANNELS: Final = ("app", "ai", "remote", "branch")
_HABITS: Final = (8 * 60, 12 * 60 + 30, 18 * 60, 20 * 60 + 30, 22 * 60)


@dataclass(slots=True)
class Held:
    """A position at the core bank; money in fen."""

    value: int
    version: int = 0
    maturity: date | None = None
    rolls_over: bool = False
    told: int = 0
    """The value last reported."""
    told_before: int = 0
    priced: date | None = None
    """The day of its last price report."""


@dataclass(slots=True)
class Client:
    """A client and the streams of chance that are theirs alone."""

    seed: str
    key: str
    rng: Random
    """Their life's stream; it starts anew each day, so that an answer changes no tomorrow."""
    tier: str
    stage: str
    birth: date
    risk_class: int
    income: int
    """Per month, in fen."""
    spend: int
    payday: int
    habit: int
    """Minute of the day around which the client opens the app and picks up the phone."""
    needs_placing: bool
    """Hidden: is spare money meant to be invested?"""
    likes: str
    """Hidden: the channel that works best."""
    consents: bool
    desks: Mapping[str, str | None]
    holdings: dict[str, Held] = field(default_factory=dict)
    wishes: dict[str, Instant] = field(default_factory=dict)
    """Hidden: what is on the client's mind, and until when."""
    waiting: dict[str, Task] = field(default_factory=dict)
    """Tasks that the app will show."""
    contacts: list[Instant] = field(default_factory=list)
    is_obliging: bool = False
    """In the story: speaks clearly and answers every screen with interest."""
    opted_out: bool = False
    complaint: str | None = None
    application: Mapping[str, Any] | None = None
    """The form begun last and not sent yet."""
    scene: Mapping[str, Any] | None = None
    """The partner's scene entered last and not done yet."""
    empties: bool = False
    """Hidden: sends a salary on as soon as it comes."""
    promised: bool = False
    """Agreed to place what matures next."""
    said: int = 0
    versions: int = 0

    @property
    def account(self) -> str:
        """The client's one account, pseudonymous."""
        return "ac_" + self.key[3:19]

    def wake(self, at: Instant) -> None:
        """A new day: a new stretch of chance; wishes that are over are forgotten."""
        self.rng.seed(f"{self.seed}:{at // HOUR}")
        self.wishes = {name: until for name, until in self.wishes.items() if until > at}

    def fatigue(self, at: Instant) -> int:
        """How often the bank came in the last fourteen days."""
        self.contacts = [touch for touch in self.contacts if touch > at - _FATIGUE]
        return len(self.contacts)

    def tell(self, kind: str, data: Mapping[str, Any], *, source: str, at: Instant) -> Message:
        """An event about this client."""
        self.said += 1
        return say(kind, data, key=self.key, source=source, at=at, nth=self.said)

    def take_back(self, body: Mapping[str, Any], reason: str, at: Instant) -> Message:
        """The core bank says that an event never should have been."""
        named = {name: body[name] for name in ("id", "source", "type", "time")}
        reversal = named | {"reason": reason}
        return self.tell("corebank.event_reversed", reversal, source=LEDGER, at=at)

    def position(self, product: str, cause: str, at: Instant) -> dict[str, Any]:
        """The position as it stands, at its next version, as JSON data."""
        held = self.holdings[product]
        held.version += 1
        held.told_before, held.told = held.told, held.value
        data: dict[str, Any] = {
            "account": self.account,
            "product": product,
            "version": held.version,
            "value": yuan(held.value),
            "as_of": stamp(at),
            "cause": cause,
            "rolls_over": held.rolls_over,
        }
        if held.maturity is not None:
            data["maturity"] = held.maturity.isoformat()
        return data

    def move(self, product: str, fen: int) -> None:
        """Add to a position; below 0 would be a bug of the bank.

        Raises:
            AssertionError: more is taken than there is.
        """
        held = self.holdings.setdefault(product, Held(0))
        held.value += fen
        if held.value < 0:
            raise AssertionError(f"{product} of {self.key} would stand below 0")

    @property
    def at_hand(self) -> int:
        """What stands on the current account."""
        return self.holdings[CURRENT].value

    def favourite(self, rng: Random) -> str:
        """A product that this client would buy, within their class."""
        return rng.choice(BY_CLASS[self.risk_class])

    def service(self) -> dict[str, Any]:
        """Tier and desks as the core bank tells them."""
        desks = {kind: desk for kind, desk in self.desks.items() if desk is not None}
        return {"tier": self.tier, "segment": self.stage} | desks


def born(
    seed: int, index: int | str, mix: Mix, start: Instant, serving: Any, *, tier: str | None = None
) -> Client:
    """Make a client from the seed and their number or name alone."""
    rng = Random(f"{seed}:{index}")
    today = local_day(start, utc_offset_minutes=OFFSET)
    drawn = rng.choices(list(mix["tier"]), weights=list(mix["tier"].values()))[0]
    tier = tier or drawn
    stage = rng.choice(tuple(_AGES))
    days = 365 * (_AGES[stage] + rng.randrange(-4, 5)) + rng.randrange(365)
    income = rng.randrange(6_000, 20_000) * 100 * min(_SCALES[tier], 8)
    client = Client(
        seed=f"{seed}:{index}",
        key=token(seed, index),
        rng=rng,
        tier=tier,
        stage=stage,
        birth=today - timedelta(days=days),
        risk_class=rng.choices((1, 2, 3, 4, 5), weights=(10, 30, 35, 18, 7))[0],
        income=income,
        spend=int(income * rng.uniform(0.4, 0.75)) // 100 * 100,
        payday=rng.randrange(1, 29),
        habit=rng.choice(_HABITS),
        needs_placing=rng.random() < mix["share"]["needs_placing"],
        likes=rng.choice(_CHANNELS),
        consents=rng.random() >= mix["share"]["no_consent"],
        desks=serving(rng, tier),
    )
    client.empties = rng.random() < mix["paydays"]["empties"]
    _fill(client, today, _SCALES[tier], mix)
    return client


def _fill(client: Client, today: date, scale: int, mix: Mix) -> None:
    """The book on day 0: a current account, perhaps term products, perhaps funds."""
    rng = client.rng
    client.holdings[CURRENT] = Held(rng.randrange(10_000, 60_000) * 100 * scale)
    for product, days in TERMS.items():
        if rng.random() < 0.33:
            due = today + timedelta(days=rng.randrange(3, days + 40))
            rolls = rng.random() < mix["share"]["rolls_over"]
            value = rng.randrange(50_000, 250_000) * 100 * min(scale, 8)
            client.holdings[product] = Held(value, 0, due, rolls)
    for product in BY_CLASS[client.risk_class]:
        if rng.random() < 0.4:
            client.holdings[product] = Held(rng.randrange(10_000, 80_000) * 100 * scale)


def baseline(client: Client, at: Instant) -> Message:
    """What the bank knows of a client on day 0. Some profiles have gaps."""
    rng = client.rng
    fields: dict[str, Any] = {
        "birth": client.birth.isoformat(),
        "annual_income_fen": client.income * 12,
        "horizon_years": rng.randrange(2, 20),
        "dependants": 2 if client.stage == "family" else 0,
        "is_retired": client.stage == "retired",
        "tolerable_loss": rng.choice((0.05, 0.1, 0.2)),
    }
    if rng.random() < 0.92:
        fields["essential_spending_fen"] = client.spend
        # Who answers that also says that there are no debts: a sale wants to know.
        fields |= {"debt_fen": 0, "debt_service_fen": 0}
    data = {
        "service": client.service(),
        "consents": {"marketing": client.consents, "profiling": client.consents},
        "fields": fields,
        "risk_test": {
            "risk_class": client.risk_class,
            "taken_at": stamp(Instant(at - rng.randrange(10, 360) * DAY)),
            "actor": "client",
            "device": "client",
        },
        "positions": [client.position(name, "resync", at) for name in client.holdings],
        "contacts": [],
    }
    if client.consents and rng.random() < 0.1:
        past = stamp(Instant(at - rng.randrange(12, 144) * HOUR))
        data["contacts"] = [{"at": past, "method": "call", "marketing": True}]
    return client.tell("corebank.baseline_loaded", data, source=PROFILE, at=at)
