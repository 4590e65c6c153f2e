"""A simulated life measured twice: by the run itself as it went, and from the read model after."""

from collections import Counter

import pytest
from msgspec.structs import replace

from channels import offline
from channels.measuring.asking import question
from channels.simulator.headless import Plan, run
from channels.simulator.mix import read_mix
from journeys.learning.joining import Seen
from schemas.time import DAY, Instant, parse_instant
from streams import outcomes
from streams.embedded.file import FileReader
from streams.readmodel.measuring import chances

pytestmark = pytest.mark.untraced

START = parse_instant("2026-11-02T00:00:00+08:00")
DAYS = 12


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """What the run says of itself, and every measure with nothing held back."""
    folder = tmp_path_factory.mktemp("life")
    summary = run(Plan(8, 40, DAYS, START, read_mix()), folder)
    summary["folder"] = folder
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


def test_the_chances_judged_are_the_contacts_that_models_learn_from(life):
    """With windows of two days, for the life has twelve."""
    folder = life[0]["folder"]
    edition = offline.catalogue(folder).at(START)
    brief = replace(edition.propensity.rules, digital_window=DAY, adviser_window=2 * DAY)
    edition = replace(edition, propensity=replace(edition.propensity, rules=brief))
    now = Instant(START + (DAYS + 1) * DAY)
    asked = question(_Always(edition), "2026q4", now=now)
    with offline.open_tables(folder) as engine, engine.connect() as connection:
        judged = chances.contacts(connection, asked)
    reader = FileReader(folder / offline.ENGINE)
    taught = Seen().take(outcomes.written(reader)).joined(brief, edition.propensity.stamp)
    reader.close()
    # A duty owed to two runs is two contacts of one decision.
    mine = Counter((one.decision_id, one.ends_at, one.is_met) for one in judged)
    learned = Counter((one.decision_id, one.ends_at, bool(one.label)) for one in taught.labels)
    assert learned <= mine
    assert learned.total() > 20
    assert {is_met for _, _, is_met in learned} == {True, False}
