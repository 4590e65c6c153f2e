"""A run at rest is not tested again, and ends as if it had been."""

from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from journeys.client import lately
from journeys.client.journey.instance import Instance
from journeys.client.state import Allowed, ClientState, Served
from journeys.client.steps import journeys, resting, words
from journeys.client.steps.draft import Draft, cause
from journeys.reference import Reference
from schemas.time import DAY, Instant
from tests.builders import CLIENT, MONDAY_10, the_catalogue

REFERENCE = Reference(offset=0, catalogue=the_catalogue())


def a_run(name, **seen):
    journey = the_catalogue().at(MONDAY_10).journeys[name]
    return Instance(
        journey=name,
        version=journey.version,
        key="k",
        step=journey.first,
        entered_at=Instant(MONDAY_10 - DAY),
        ends_at=Instant(MONDAY_10 + 60 * DAY),
        variables={},
        causes=(),
        **seen,
    )


RUN = a_run("self_diagnosis")
QUIET = ClientState(client=CLIENT, instances=(RUN,))


def a_draft(state, at=MONDAY_10):
    draft = Draft(state, REFERENCE)
    draft.begin(cause("asked", "/test", at=at, kind="asked"), now=at)
    return draft


def reviewed(state, at=MONDAY_10):
    """The runs that are left, and what was said."""
    draft = a_draft(state, at)
    journeys.review(draft)
    return draft.instances, draft.outputs


@pytest.fixture(autouse=True)
def _nothing_is_known():
    resting._AT_REST.clear()


MOVES = {
    "nothing": {},
    "a complaint": {"complaints": ("c",)},
    "an opt-out": {"allowed": Allowed(opted_out=("sms",))},
    "another tier": {"served": Served(tier="private")},
    "a refusal": {"instances": (replace(RUN, refused=True),)},
    "a goal": {"instances": (replace(RUN, noted=("remedy_chosen",)),)},
    "another run": {"instances": (a_run("complaint", refused=True), RUN)},
}


@pytest.mark.parametrize("moved", MOVES)
def test_whatever_moves_is_seen_as_if_nothing_had_been_known(moved):
    after = replace(QUIET, **MOVES[moved])
    fresh = reviewed(after)
    resting._AT_REST.clear()
    first = reviewed(QUIET)

    assert first == ((RUN,), [])
    assert resting.is_at_rest(a_draft(QUIET))
    assert reviewed(after) == fresh == reviewed(after)


def test_what_hangs_on_the_clock_is_tested_every_time():
    waits = replace(QUIET, instances=(a_run("drawdown", agreed=True),))

    assert reviewed(waits)[0]
    assert not resting.is_at_rest(a_draft(waits))
    assert reviewed(waits, Instant(MONDAY_10 + 30 * DAY))[0] == ()


def test_another_catalogue_has_everything_tested_anew():
    reviewed(QUIET)
    draft = a_draft(QUIET)
    draft.edition = replace(draft.edition)

    assert not resting.is_at_rest(draft)


def test_only_so_many_clients_are_remembered(monkeypatch):
    monkeypatch.setattr(lately, "_MOST", 1)
    other = replace(QUIET, client="ct_" + "2" * 32)
    reviewed(QUIET)
    reviewed(other)

    assert not resting.is_at_rest(a_draft(QUIET))
    assert resting.is_at_rest(a_draft(other))


@pytest.mark.parametrize("word", sorted(words.SETTLED))
def test_a_settled_word_reads_nothing_but_what_is_compared(word):
    compared = {"complaints": ("c",), "allowed": Allowed(), "served": Served()}

    assert words._CLIENT[word](SimpleNamespace(**compared)) is not None


@pytest.mark.parametrize("word", sorted(words.OF_A_RUN))
def test_a_word_of_a_run_alone_reads_nothing_else(word):
    assert words._RUN[word](None, RUN) is not None
