"""A simulated life measured twice: by the run itself as it went, and from the read model after."""

import pytest
from msgspec.structs import replace

from channels import offline
from channels.measuring.asking import question
from channels.simulator.headless import Plan, run
from channels.simulator.mix import read_mix
from schemas.time import DAY, Instant, parse_instant

START = parse_instant("2026-11-02T00:00:00+08:00")
DAYS = 12


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """What the run says of itself, and every measure with nothing held back."""
    folder = tmp_path_factory.mktemp("life")
    summary = run(Plan(8, 40, DAYS, START, read_mix()), folder)
    catalogue = offline.catalogue(folder)
    now = Instant(START + (DAYS + 1) * DAY)
    with offline.open_views(folder) as views:
        asked = question(catalogue, "2026q4", now=now)
        rules = {name: replace(rule, shown_from=1) for name, rule in asked.edition.measures.items()}
        edition = replace(asked.edition, measures=rules)
        found = views.measures(question(_Always(edition), "2026q4", now=now))
    return summary, found


class _Always:
    """One edition at any time."""

    def __init__(self, edition):
        self._edition = edition

    def at(self, _moment):
        return self._edition


def test_both_count_the_same_runs_and_goals(life):
    summary, found = life
    told = {f.part: f for f in found.figures if f.measure == "goals" and f.part is not None}
    ended = {name: each for name, each in summary["journeys"].items() if _runs(each)}
    assert told.keys() == ended.keys()
    for name, each in ended.items():
        assert told[name].n == _runs(each), name
        rate, figure = each["goal_rate"], told[name]
        assert (figure.treated.value, figure.control.value) == (
            pytest.approx(rate["treated"], abs=5e-5),
            pytest.approx(rate["control"], abs=5e-5),
        ), name


def _runs(journey):
    return sum(journey["goal_rate"]["runs"].values())


def test_both_count_the_same_contacts_against_each_cap(life):
    summary, found = life
    told = {f.part: f for f in found.figures if f.measure == "overshoot"}
    for cap in summary["contacts"]["caps"]:
        figure = told[cap["cap"]]
        assert (figure.beside["most"], figure.beside["cap"]) == (cap["most"], cap["allowed"])
        assert (figure.n, figure.value) == (cap["clients"], cap["over"])
        assert figure.value == 0


def test_both_count_the_same_decisions_and_the_book_is_whole(life):
    summary, found = life
    assert found.clients == 40
    assert next(f for f in found.figures if f.measure == "assets").value > 0
    assert summary["decisions"] > 0
    assert sum(each.many for each in found.withheld) > summary["decisions"]
