"""What never should have been leaves no trace: bits as if its event had never come.

Two lives: one hears an event too many, and its reversal before or after; the other never hears it.
What must remember it does: versions, events seen, what was said of the score and its label, and
that a need was met.
`SUISHEN_RETRACT_LIVES=10000` for more than CI runs.
"""

import os
from dataclasses import dataclass, field
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from journeys.client.fold import ClientFold
from journeys.client.seen import Seen
from journeys.client.state import Scored
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import ACCOUNT, CLIENT, MONDAY_10, a_baseline, an_event, yuan
from tests.properties.test_wealth_stream import reference, shelf

LIVES = int(os.environ.get("SUISHEN_RETRACT_LIVES", "300"))
ENCODER = msgspec.msgpack.Encoder(order="deterministic")
CORE = "/corebank/core"
POSITION, PROFILE, TEST = "position_reported", "profile_changed", "risk_test_taken"


@dataclass
class Told:
    """One life, and the versions that core systems count in it."""

    state: object
    versions: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    profile: int = 0

    def hear(self, kind, data, *, at, name):
        event = an_event(f"corebank.{kind}", data, at=at, event_id=name, source=CORE)
        self.state = ClientFold().apply(self.state, event, reference()).state

    def say(self, act, *, at, name):
        kind, what = act
        if kind == TEST:
            self.hear(kind, what, at=at, name=name)
        elif kind == PROFILE:
            self.profile += 1
            data = {"version": self.profile, "fields": what, "confirmed_by": "client"}
            self.hear(kind, data, at=at, name=name)
        else:
            product, value, cause = what
            self.values[product], self.last[product] = value, name
            self.position(product, value, cause, at=at, name=name)

    def position(self, product, value, cause, *, at, name):
        version = self.versions[product] = self.versions.get(product, 0) + 1
        said = {"account": ACCOUNT, "product": product, "version": version, "value": yuan(value)}
        said |= {"as_of": format_instant(at), "cause": cause}
        self.hear(POSITION, said, at=at, name=name)

    def take_back(self, act, *, at, name):
        said = {"id": name, "source": CORE, "type": f"org.suishen.corebank.{act[0]}.v1"}
        said |= {"time": format_instant(MONDAY_10), "reason": "entered_in_error"}
        self.hear("event_reversed", said, at=at, name=f"reversal-of-{name}")


def an_act(r, at, kinds=(POSITION, POSITION, PROFILE, TEST)):
    kind = r.choice(kinds)
    if kind == POSITION:
        value = r.choice((0, r.randint(1, 500_000)))
        return kind, (r.choice(sorted(shelf())[:5]), value, r.choice(("trade", "price", "flow")))
    if kind == PROFILE:
        names = r.sample(("annual_income_fen", "debt_fen", "premium_fen", "horizon_years"), 2)
        fields = {name: r.randint(0, 60) for name in names}
        if r.random() < 0.3:
            fields["goals"] = [{"amount_fen": 10**7, "years": r.choice((0, 3, 9))}]
        if r.random() < 0.2:
            fields["birth"] = r.choice(("1960-02-29", "2030-01-01"))
        return kind, fields
    taken = format_instant(at)
    return kind, {
        "risk_class": r.randint(1, 5),
        "taken_at": taken,
        "actor": "client",
        "device": "client",
    }


def lives(seed):
    """Both lives, and what the event too many was."""
    r = Random(seed)  # noqa: S311 - seeded, nothing secret
    days = (Instant(MONDAY_10 + 5 * day * DAY) for day in range(100))
    with_it, without = (Told(ClientFold().begin(CLIENT)) for _ in range(2))
    for life in (with_it, without):
        first = a_baseline(positions=[])
        life.hear("baseline_loaded", first, at=Instant(MONDAY_10 - DAY), name="baseline")
    for number in range(r.randint(0, 4)):
        tell(r, (with_it, without), next(days), f"before-{number}")
    at = next(days)
    extra, name = an_act(r, at), "too-much"
    overtakes = r.random() < 0.25
    old = with_it.values.get(extra[1][0], 0) if extra[0] == POSITION else 0
    if overtakes:
        with_it.take_back(extra, at=Instant(at - HOUR), name=name)
    with_it.say(extra, at=at, name=name)
    later = [kind for kind in (POSITION, PROFILE, TEST) if extra[0] is not TEST or kind is not TEST]
    for number in range(r.randint(0, 3)):
        tell(r, (with_it, without), next(days), f"after-{number}", later)
    if not overtakes:
        with_it.take_back(extra, at=next(days), name=name)
    if extra[0] == POSITION and with_it.last[extra[1][0]] == name:
        with_it.position(extra[1][0], old, "correction", at=next(days), name="corrected")
        with_it.values[extra[1][0]] = old
    end = next(days)
    for life in (with_it, without):
        life.say((PROFILE, {"dependants": 1}), at=end, name="last")
    return with_it, without, extra[0]


def tell(r, both, at, name, kinds=(POSITION, POSITION, PROFILE, TEST)):
    act = an_act(r, at, kinds)
    for life in both:
        life.say(act, at=at, name=name)


def bare(state):
    """A state without what must remember: versions, causes, events seen, what was said."""
    holdings = sorted(
        (
            replace(held, version=0, cause=0, moved_by=0, as_of=Instant(0))
            for held in state.holdings
            if held.lot is not None or held.doubt
        ),
        key=lambda held: held.name,
    )
    scored = state.scored
    return replace(
        state,
        household=replace(state.household, version=0),
        holdings=tuple(holdings),
        scored=Scored(total=scored.total, coverage=scored.coverage, at=scored.at),
        evidence=replace(state.evidence, reset_at=()),
        seen=Seen(),
        last_verdict=0,
        retry_at=None,
        tasks=(),
        ledger=type(state.ledger)(),
        instances=(),
        ended=(),
    )


@pytest.mark.parametrize("part", range(4))
def test_a_life_with_an_event_taken_back_is_one_without_it(part):
    kinds = set()
    for seed in range(part, LIVES, 4):
        with_it, without, kind = lives(seed)
        kinds.add(kind)
        one, other = bare(with_it.state), bare(without.state)
        assert one == other, (seed, kind)
        assert ENCODER.encode(one) == ENCODER.encode(other), (seed, kind)
    assert kinds == {POSITION, PROFILE, TEST}
