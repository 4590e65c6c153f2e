"""A small life, lived once, in a folder and in a recording."""

import pytest

from channels.simulator.headless import Plan, run
from channels.simulator.mix import read_mix
from schemas.time import parse_instant

MONDAY = parse_instant("2026-11-02T00:00:00+08:00")


@pytest.fixture(scope="package")
def life(tmp_path_factory):
    """A folder in which eight days of 30 clients were lived and recorded."""
    folder = tmp_path_factory.mktemp("life")
    plan = Plan(seed=7, clients=30, days=8, start=MONDAY, mix=read_mix())
    run(plan, folder, record=folder / "log.jsonl")
    return folder
