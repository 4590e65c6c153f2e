"""The bank under a catalogue that one outlet narrows: its own caps are counted anew as well."""

from channels.simulator.bank import Bank
from channels.simulator.headless import Headless, VirtualClock, summarise
from channels.simulator.mix import read_mix
from schemas.time import DAY, Instant, parse_instant
from streams.embedded.engine import EmbeddedEngine
from tests.builders import a_release
from tests.journeys.catalogue.test_scopes import a_contact, narrowed

MONDAY = parse_instant("2026-11-02T09:00:00+08:00")
DAYS = 21


def lived(folder, catalogue):
    clock = VirtualClock(MONDAY)
    engine = EmbeddedEngine(folder / "engine.db", clock, synchronous="OFF")
    life = Headless(Bank(seed=7, clients=60, start=MONDAY, mix=read_mix()), engine, clock)
    life.open(catalogue)
    life.run(Instant(MONDAY + DAYS * DAY))
    found = summarise(life, 1.0)["contacts"]["caps"]
    engine.close()
    return found


def test_a_narrower_cap_is_told_beside_the_banks_and_kept(tmp_path):
    texts = narrowed(contact=a_contact())
    found = lived(tmp_path, a_release(texts, over={}, version="narrowed", changes=0))
    told = {(cap["cap"], cap["outlet"]): cap for cap in found}
    bank, outlet = told["week", None], told["week", "outlet_1"]
    assert (bank["allowed"], bank["most"]) == (2, 2)
    assert (outlet["allowed"], outlet["most"]) == (1, 1)
    assert 0 < outlet["clients"] < bank["clients"]
    assert sum(cap["over"] for cap in found) == 0
    assert {name for _, name in told} == {None, "outlet_1"}
