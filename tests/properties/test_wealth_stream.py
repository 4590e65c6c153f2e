"""The client fold, event by event, ends where the second implementation starts: with all at once.

Positions come twice, late, with gaps and with corrections, and are closed and opened again; the
household is told and retold. `SUISHEN_STREAM_LIVES=10000` for more than CI runs.
"""

import os
from datetime import date, timedelta
from functools import cache
from random import Random

import pytest

from journeys.client.fold import ClientFold
from journeys.reference import Reference
from schemas import facts
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import ACCOUNT, CLIENT, MONDAY_10, a_product, an_event, the_reference, yuan
from tests.journeys.client.wealth import plain

LIVES = int(os.environ.get("SUISHEN_STREAM_LIVES", "120"))
LEDGER = "/corebank/ledger"
TODAY = date(2026, 11, 23)
MIXES = (
    (10_000, 0, 0, 0, 0),
    (0, 10_000, 0, 0, 0),
    (500, 0, 5_500, 4_000, 0),
    (0, 0, 0, 8_000, 2_000),
)
KINDS = ("SINGLE", "FUND", "WMP", "INDEX", "MMF", "DEPOSIT", "GOVT")
BIRTHDAYS = ("1950-01-31", "1966-11-24", "1984-05-06", "2004-02-29")
FIELDS = {
    "annual_income_fen": "Y",
    "essential_spending_fen": "E",
    "debt_fen": "debt",
    "debt_service_fen": "ds",
    "premium_fen": "prem",
    "life_cover_fen": "life",
    "monthly_saving_fen": "save",
    "planned_outflow_fen": "planned_out",
}


@cache
def reference() -> Reference:
    found = the_reference()
    for at, product in enumerate(shelf().values(), start=10):
        found = found.with_product(product, offset=at)
    return found


@cache
def shelf():
    r = Random(5)  # noqa: S311 - seeded, nothing secret
    return {
        f"s{at}": a_product(
            f"s{at}",
            issuer=f"i{at % 4}",
            kind=KINDS[at % len(KINDS)],
            issuer_level=r.randint(1, 5),
            seller_level=r.randint(1, 5),
            days_to_cash=r.choice((0, 1, 7, 30, 90, 365)),
            fee_bp=r.randint(0, 250),
            look_through_bp=r.choice(MIXES),
            idiosyncratic_bp=r.choice((0, 600, 3000)),
            idle=at % 3 == 0,
        )
        for at in range(12)
    }


class Told:
    """What core systems said last, kept apart from the engine."""

    def __init__(self, r):
        self.r = r
        self.positions = {}
        self.versions = {}
        self.doubts = {}
        self.tests = []
        self.profile = {}
        self.version = 0
        self.risk_class = None
        self.tested_at = None

    def position(self):
        r, product = self.r, self.r.choice(sorted(shelf()))
        account = f"ac_{r.randrange(2):016x}"
        name = account, product
        step = r.choice((1, 1, 1, 2, 0, -1))
        version = max(1, self.versions.get(name, 0) + step)
        said = {
            "account": account,
            "product": product,
            "version": version,
            "value": yuan(r.choice((0, r.randint(1, 900_000)))),
            "as_of": format_instant(MONDAY_10),
            "cause": r.choice(("trade", "price", "flow", "maturity", "correction", "resync")),
            "rolls_over": r.random() < 0.2,
        }
        if r.random() < 0.4:
            said["maturity"] = (TODAY + timedelta(r.choice((0, 5, 30, 31, 200)))).isoformat()
        if r.random() < 0.2:
            said["days_to_cash"] = r.choice((0, 20, 400))
        last = self.versions.get(name, 0)
        if version > last:
            gap = 0 < last < version - 1 and said["cause"] not in {"correction", "resync"}
            self.doubts[name] = said["value"]["amount_minor"] or 1 if gap else 0
            self.versions[name], self.positions[name] = version, said
        elif version == last and not self.doubts[name]:
            self._contradicted(name, said)
        return "corebank.position_reported", said

    def _contradicted(self, name, said):
        """Another version of the truth under the same number: nobody knows which holds."""
        first = self.positions[name]
        booked, now = first["value"]["amount_minor"], said["value"]["amount_minor"]
        is_same = now == booked and said.get("maturity") == first.get("maturity")
        rolls = booked and said["rolls_over"] != first["rolls_over"]
        if not is_same or rolls:
            self.doubts[name] = max(1, now, booked)

    def retold(self):
        r = self.r
        fields = {name: r.randint(0, 10**8) for name in r.sample(sorted(FIELDS), 3)}
        fields |= {"birth": r.choice(BIRTHDAYS), "dependants": r.randint(0, 4)}
        fields |= {"horizon_years": r.randint(0, 20), "is_retired": r.random() < 0.2}
        fields["goals"] = [
            {"amount_fen": r.randint(0, 10**9), "years": r.randint(1, 20)}
            for _ in range(r.randint(0, 2))
        ]
        version = max(1, self.version + r.choice((1, 1, 0)))
        if version > self.version:
            self.version, self.profile = version, self.profile | fields
        return "corebank.profile_changed", {
            "version": version,
            "fields": fields,
            "confirmed_by": "client",
        }

    def tested(self):
        r = self.r
        taken = Instant(MONDAY_10 - r.choice((1, 200, 400, 500, 600)) * DAY)
        device = r.choice(("client", "client", "bank"))
        level = r.randint(1, 5)
        newer = self.tested_at is None or taken >= self.tested_at
        if device == "client" and newer and self.tests.count(taken) < 2:
            self.tests.append(taken)
            self.risk_class, self.tested_at = level, taken
        return "corebank.risk_test_taken", {
            "risk_class": level,
            "taken_at": format_instant(taken),
            "actor": "client",
            "device": device,
        }

    def doubt(self):
        """The share of the book that a gap in versions leaves in doubt."""
        unsure = sum(self.doubts.values())
        sure = sum(
            said["value"]["amount_minor"]
            for name, said in self.positions.items()
            if not self.doubts[name]
        )
        return unsure / (sure + unsure) if unsure else 0.0

    def rows(self):
        for said in self.positions.values():
            its, yuans = shelf()[said["product"]], said["value"]["amount_minor"] / 100
            mat = None
            if "maturity" in said:
                mat = (date.fromisoformat(said["maturity"]) - TODAY).days
            known = [d for d in (said.get("days_to_cash"), mat) if d is not None]
            yield (
                [
                    its.product,
                    its.issuer,
                    str(its.kind),
                    max(its.issuer_level, its.seller_level),
                    min(known) if known else its.days_to_cash,
                    its.fee_bp,
                    list(its.look_through_bp),
                    its.idiosyncratic_bp,
                    mat,
                    its.idle,
                    said["rolls_over"],
                ],
                yuans,
            )

    def household(self):
        told = {
            short: self.profile[name] / 100
            for name, short in FIELDS.items()
            if name in self.profile
        }
        if self.profile:
            birth = date.fromisoformat(self.profile["birth"])
            had = (TODAY.month, TODAY.day) >= (birth.month, birth.day)
            told["age"] = TODAY.year - birth.year - (not had)
            told |= {"dep": self.profile["dependants"], "H": self.profile["horizon_years"]}
            told["retired"] = self.profile["is_retired"]
            goals = self.profile["goals"]
            told["goals"] = [[goal["amount_fen"] / 100, goal["years"]] for goal in goals]
        if self.tested_at is not None:
            told["C"] = self.risk_class
            told["ra_months"] = int((MONDAY_10 - self.tested_at) / DAY / (365.25 / 12))
        return told


def live(seed):
    """One life of a dozen events, some said twice; state, what was said, and the causes' sums."""
    r = Random(seed)  # noqa: S311 - seeded, nothing secret
    told, fold = Told(r), ClientFold()
    state, causes, first = fold.begin(CLIENT), {}, None
    for at in range(12):
        kind, data = r.choice((told.position, told.position, told.retold, told.tested))()
        event = an_event(kind, data, event_id=f"{seed}-{at}", source=LEDGER)
        for _ in range(r.choice((1, 1, 2))):
            step = fold.apply(state, event, reference())
            state = fold.decode(fold.encode(step.state))
            for output in step.outputs:
                if isinstance(output.event, facts.WealthScored):
                    for cause, change in output.event.data.by_cause.items():
                        causes[cause] = causes.get(cause, 0.0) + change
            if first is None and state.scored.label is not None:
                first = state.scored.total
    for cause, change in state.scored.since.items():
        causes[cause] = causes.get(cause, 0.0) + change
    return state, told, causes, first


@pytest.mark.parametrize("part", range(4))
def test_a_life_told_event_by_event_scores_as_told_at_once(part):
    for seed in range(part, LIVES, 4):
        state, told, causes, first = live(seed)
        if first is None:
            continue
        text = plain.score(list(told.rows()), told.household())

        assert state.scored.total == pytest.approx(text.S, abs=1e-6), seed
        sure = max(0.0, text.coverage - 0.55 * told.doubt())
        assert state.scored.coverage == pytest.approx(sure), seed
        assert sum(causes.values()) == pytest.approx(state.scored.total - first, abs=1e-9), seed


def test_a_correction_keeps_the_cause_of_what_it_retracts():
    fold = ClientFold()
    state = fold.begin(CLIENT)
    for version, (cause, amount) in enumerate((("flow", 1), ("trade", 9), ("correction", 5)), 1):
        said = {
            "account": ACCOUNT,
            "product": "s1",
            "version": version,
            "value": yuan(amount * 1_000),
        }
        said |= {"as_of": format_instant(MONDAY_10), "cause": cause}
        event = an_event(
            "corebank.position_reported",
            said,
            at=Instant(MONDAY_10 + version * HOUR),
            event_id=cause,
            source=LEDGER,
        )
        state = fold.apply(state, event, reference()).state

    assert set(state.scored.since) == {"trade"}
