"""The attribution of simulated clients: causes add up to the change, to 1e-9 of a point.

In the middle a new parameter set is released. All is read from published facts, as a projection
would. `SUISHEN_YEAR=2000x365` runs two thousand clients for a year; CI a few for some weeks.
"""

import json
import os
from collections import defaultdict
from functools import cache
from itertools import pairwise

import pytest
from msgspec.structs import replace

from channels.simulator import products
from channels.simulator.bank import Bank
from channels.simulator.headless import Headless, VirtualClock
from channels.simulator.mix import read_mix
from journeys.catalogue.load import load
from journeys.client.steps import wealth
from journeys.client.steps.draft import Draft, cause
from journeys.client.stored.codec import decode
from journeys.client.wealth.attribution import Causes
from journeys.client.wealth.book import book_of
from journeys.client.wealth.product import facts_of
from journeys.client.wealth.score import score
from journeys.reference import Reference
from schemas.reference import Product
from schemas.time import DAY, Instant, local_day, parse_instant
from streams.catalogue_files import read_files, version_of
from streams.embedded.engine import EmbeddedEngine
from streams.frame import unpack
from tests.builders import a_release

CLIENTS, DAYS = (int(part) for part in os.environ.get("SUISHEN_YEAR", "12x45").split("x"))
MONDAY = parse_instant("2026-11-02T00:00:00+08:00")
CHANGED = Instant(MONDAY + DAYS // 2 * DAY)
OLD, NEW = "2026-11", "next"
SCORED = b'"org.suishen.fact.wealth_scored.v1"'
EXACT = 1e-9


def two_sets():
    """The shipped catalogue with another parameter set from the day of the change on."""
    files = read_files()
    day = local_day(CHANGED, utc_offset_minutes=480)
    old = files["wealth.toml"]
    new = (
        old.replace(f'id = "{OLD}"', f'id = "{NEW}"')
        .replace("valid_from = 2026-01-01", f"valid_from = {day}")
        .replace("weights = [15, 15, 20,", "weights = [20, 15, 15,")
        .replace("cash_tenths = [[1, 10], [7, 9]", "cash_tenths = [[1, 10], [14, 8]")
    )
    assert len({old, new}) == 2
    ended = old.replace("valid_from = 2026-01-01", f"valid_from = 2026-01-01\nvalid_to = {day}")
    return files | {"wealth.toml": ended, "wealth-next.toml": new}


class Said:
    """What was published of each client's score, in order."""

    def __init__(self):
        self.facts = defaultdict(list)

    def __call__(self, outgoing):
        for record in outgoing:
            if SCORED in record.value:
                fact = json.loads(record.value)
                self.facts[fact["subject"]].append(fact["data"] | {"at": fact["time"]})


def by_cause(facts):
    """What moved a score over a period: the sums of its facts, all but the first's."""
    sums = defaultdict(float)
    for fact in facts[1:]:
        assert not fact.get("starts_over")
        for name, points in fact["by_cause"].items():
            sums[name] += points
    return dict(sums)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    clock = VirtualClock(MONDAY)
    folder = tmp_path_factory.mktemp("year")
    engine = EmbeddedEngine(folder / "engine.db", clock, synchronous="OFF")
    said = Said()
    engine.listeners.append(said)
    # A seed in which some score has nothing else waiting when the set changes.
    bank = Bank(seed=7, clients=CLIENTS, start=MONDAY, mix=read_mix())
    life = Headless(bank, engine, clock)
    life.open()
    life.run(CHANGED)
    files = two_sets()
    engine.release([a_release(files, over=read_files(), version=version_of(files))])
    life.run(Instant(MONDAY + DAYS * DAY))
    file = engine.file
    states = [
        decode(unpack(blob, epoch=file.epoch, end=2**62).state)
        for _, _, blob in file.states("client")
    ]
    engine.close()
    return said.facts, states


def test_causes_add_up_to_the_change_of_every_clients_score(lived):
    facts, states = lived

    assert len(states) == CLIENTS
    assert sum(map(len, facts.values())) > 2 * CLIENTS
    for state in states:
        known = facts[state.client]
        if known[0].get("total") is None:
            continue
        waiting = sum(state.scored.since.values())
        change = state.scored.total - known[0]["total"]
        assert sum(by_cause(known).values()) + waiting == pytest.approx(change, abs=EXACT)


def test_they_do_so_between_any_two_facts(lived):
    """So any period's sum is exact, one across the change of set too."""
    facts, _ = lived
    across = 0
    for known in facts.values():
        shown = [at for at, fact in enumerate(known) if fact.get("total") is not None]
        for first, last in pairwise(shown):
            moved = by_cause(known[first : last + 1])
            change = known[last]["total"] - known[first]["total"]
            assert sum(moved.values()) == pytest.approx(change, abs=EXACT)
            is_across = known[first]["parameters"] != known[last]["parameters"]
            across += "params" in moved
            assert is_across or "params" not in moved
    assert across > CLIENTS // 3


def test_after_the_change_both_series_are_told_and_their_difference_is_the_sets(lived):
    facts, _ = lived
    alone = 0
    for known in facts.values():
        for fact in known:
            under = fact.get("under_previous")
            assert fact["parameters"] == (OLD if under is None else NEW)
            if under is not None:
                assert under["parameters"] == OLD
                assert (under.get("total") is None) is (fact.get("total") is None)
                if fact["by_cause"].keys() == {"params"}:
                    # Published at the change itself: nothing else moved since the last fact.
                    alone += 1
                    difference = fact["total"] - under["total"]
                    assert fact["by_cause"]["params"] == pytest.approx(difference, abs=EXACT)
    assert alone > 0


@cache
def the_reference():
    """With every version of every product that the life released."""
    reference = Reference(offset=0, catalogue=load(two_sets(), version="two"))
    graded = (each.facts for each in products.regrades(read_mix()["regrade"], MONDAY))
    for at, row in enumerate((*Bank.products(), *graded)):
        reference = reference.with_product(Product(**row), offset=at)
    return reference


def drafted(state, at):
    draft = Draft(state, the_reference())
    draft.begin(cause("x", "/x", at=at, kind="x"), now=at)
    return draft


def test_the_series_under_the_old_set_is_what_the_old_set_says(lived):
    facts, states = lived
    old = the_reference().catalogue.at(MONDAY).wealth
    asked = 0
    for state in states:
        last = facts[state.client][-1]
        under = last.get("under_previous")
        if under is None or under.get("total") is None or state.scored.since:
            continue
        if state.scored.total != last["total"]:
            continue
        draft = drafted(state, state.scored.at)
        lots = [held.lot for held in state.holdings if held.lot is not None]
        its = [facts_of(the_reference().product(lot.product, lot.facts_version)) for lot in lots]
        book = book_of(zip(lots, its, strict=True), old)
        assert under["total"] == score(book, wealth.profile(draft), old).total
        asked += 1
    assert asked > 0


def test_between_timers_time_alone_moves_nothing(lived):
    """So no cause takes the clock's part: every edge, birthday and month has a timer of its own."""
    _, states = lived
    end = Instant(MONDAY + DAYS * DAY)
    for state in states:
        draft = drafted(state, end)
        was = state.scored.total if state.scored.parameters == NEW else None
        wealth.follow_parameters(draft)
        was = draft.scored.total if was is None else was
        for held in state.holdings:
            if held.lot is not None and held.maturity is not None:
                product = the_reference().product(held.product)
                lot = wealth.lot_of(draft, held, held.lot.value_fen, product, None)
                lot = replace(lot, rolls_over=held.lot.rolls_over)
                wealth.set_lot(draft, held.lot, lot)
        wealth.rescore(draft, Causes.CLOCK)
        assert draft.scored.total == pytest.approx(was, abs=EXACT)


def test_what_the_client_confirmed_is_the_whole_of_profile_where_nobody_else_speaks(lived):
    """In the simulated bank clients confirm their changes and take their own tests."""
    facts, _ = lived
    told = [fact for known in facts.values() for fact in known[1:]]
    assert any(fact.get("profile") for fact in told)
    for fact in told:
        confirmed = (fact.get("profile") or {"confirmed": 0.0})["confirmed"]
        assert confirmed == pytest.approx(fact["by_cause"].get("profile", 0.0), abs=EXACT)


def test_clients_differ_in_what_moved_them(lived):
    _, states = lived

    assert len({round(state.scored.total, 6) for state in states}) > CLIENTS // 2
