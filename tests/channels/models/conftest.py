"""A life in whose middle models are released."""

import pytest

from channels.simulator.bank import Bank
from channels.simulator.headless import Headless, VirtualClock
from channels.simulator.mix import read_mix
from schemas.time import DAY, Instant, parse_instant
from streams import recording
from streams.embedded.engine import EmbeddedEngine
from tests.builders import the_catalogue
from tests.models import a_model

MONDAY = parse_instant("2026-11-02T00:00:00+08:00")
MIDDLE = Instant(MONDAY + 10 * DAY)
END = Instant(MONDAY + 20 * DAY)


def every_name():
    """A model for every action and channel, and for all of each channel."""
    rates = the_catalogue().editions[-1].arbitration.base_rates
    own = [f"action/{action}/{channel}" for action, channel in rates]
    return [*own, *sorted({f"all/{channel}" for _, channel in rates})]


@pytest.fixture(scope="package")
def taught(tmp_path_factory):
    """A folder in which 40 clients lived for 20 days, with models from the tenth on."""
    folder = tmp_path_factory.mktemp("taught")
    clock = VirtualClock(MONDAY)
    engine = EmbeddedEngine(folder / "engine.db", clock, synchronous="OFF")
    life = Headless(Bank(seed=11, clients=40, start=MONDAY, mix=read_mix()), engine, clock)
    life.open()
    life.run(MIDDLE)
    engine.release([a_model(name, outcomes=300) for name in every_name()])
    life.run(END)
    recording.write(engine, folder / "log.jsonl")
    engine.close()
    return folder
