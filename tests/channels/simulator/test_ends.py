"""Every journey ends often enough in each way that it can within the demo's thirty days."""

import pytest

from journeys.catalogue.definitions import END
from schemas.facts import JourneyEnd
from schemas.time import DAY, parse_instant
from streams.catalogue_files import read_catalogue
from tests.channels.simulator.ends import mix_digest, stored

MONTH = 30 * DAY
OFTEN = 30
NO_CAUSE = {(journey, "recall") for journey in ("regrade", "private_diagnosis")}
"""They rest on a release and on a date: there is no event that could be taken back."""
TOO_LONG = {("dormant_salary", "timeout")}


@pytest.fixture(scope="module")
def journeys():
    return read_catalogue().at(parse_instant("2026-12-07T00:00:00+08:00")).journeys


@pytest.mark.parametrize("seed", ["7", "8", "9"])
def test_every_journey_ended_often_in_each_way_that_it_can(journeys, seed):
    ended = stored()["seed"][seed]
    can = {(name, end.value) for name in journeys for end in JourneyEnd} - NO_CAUSE - TOO_LONG
    few = {(name, way) for name, way in can if ended[name][way] < OFTEN}
    assert few == set()


@pytest.mark.parametrize("seed", ["7", "8", "9"])
def test_no_journey_ended_in_a_way_that_it_cannot(seed):
    ended = stored()["seed"][seed]
    assert [ended[name][way] for name, way in NO_CAUSE | TOO_LONG] == [0, 0, 0]


def test_the_ends_that_are_kept_are_those_of_the_mix_as_it_is():
    assert stored()["mix"] == mix_digest(), "made of another mix: make the table anew (ends.py)"


def test_only_a_salary_journey_is_too_long_to_run_out_of_time_within_a_month(journeys):
    late = {
        name
        for name, journey in journeys.items()
        if min(journey.lasts, *_steps_that_run_out(journey)) > MONTH
    }
    assert late == {name for name, _ in TOO_LONG}


def _steps_that_run_out(journey):
    """How long each step takes that time alone brings to the end."""
    return [step.after for step in journey.steps.values() if step.wait and step.to == END]
