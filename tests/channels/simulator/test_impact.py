"""A report of what a release would do, against what it does, over a bank that lived for weeks."""

import pytest

from channels.bench.life import live
from channels.simulator.bank import Bank
from journeys.catalogue.load import load
from journeys.client.fold import ClientFold
from journeys.client.impact import impact
from journeys.reference import Reference
from schemas import codec
from schemas.facts import JourneyAdvanced
from schemas.reference import Product
from schemas.signals.engine import Due, Ticked
from schemas.time import DAY, Instant, parse_instant
from tests.builders import the_catalogue
from tests.journeys.catalogue.shipped import files
from tests.journeys.client.living import recalled

pytestmark = pytest.mark.untraced

END = Instant(parse_instant("2026-11-02T00:00:00+08:00") + 25 * DAY)


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    fold = ClientFold()
    found = live(tmp_path_factory.mktemp("life"), clients=40, days=25)
    return [fold.decode(blob) for blob in found.states.values()]


def every_journey(migration):
    """The shipped journeys again as version 2, of which nothing but the version is another."""
    texts = files()
    for name in [name for name in texts if name.startswith("journeys")]:
        new = texts[name].replace("version = 1", "version = 2")
        texts[name] = new.replace('migration = "stay"', f'migration = "{migration}"')
    return load(texts, version="two")


def the_bank():
    """The shipped catalogue with the shelf that these clients bought from."""
    reference = Reference(offset=0, catalogue=the_catalogue())
    for at, row in enumerate(Bank.products(), start=1):
        reference = reference.with_product(Product(**row), offset=at)
    return reference


@pytest.mark.parametrize("migration", ["end", "move"])
def test_what_was_counted_is_what_happens(states, migration):
    new, fold, reference = every_journey(migration), ClientFold(), the_bank()
    found = impact(states, reference, new, END)
    after = reference.with_catalogue(new, offset=9)
    ended = moved = tasks = 0
    for state in states:
        tick = codec.build(
            Ticked, Due(due=END), event_id="t", source="/suishen/timers", key=state.client,
            time=END, receivedat=END,
        )  # fmt: skip
        said = [output.event for output in fold.apply(state, tick, after).outputs]
        facts = [fact for fact in said if isinstance(fact, JourneyAdvanced)]
        migrated = [fact for fact in facts if fact.data.reason == "migrated"]
        ended += sum(fact.data.move == "ended" for fact in migrated)
        moved += sum(fact.data.move == "stepped" for fact in migrated)
        tasks += recalled(said).count("migrated")
    counted = {"ends": 0, "moves": 0}
    for line, count in found.lines.items():
        if line.kind == "journey":
            counted[line.fate] += count
    assert found.runs > 10
    assert sum(counted.values()) == found.runs
    assert (counted["ends"], counted["moves"], found.tasks_recalled) == (ended, moved, tasks)
