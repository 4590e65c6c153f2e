"""A profile is made anew whenever what it rests on may have moved: household, day, month."""

from datetime import date

import pytest
from msgspec.structs import replace

from journeys.client.state import ClientState, Household, Served
from journeys.client.steps import wealth
from journeys.client.steps.draft import Draft, cause
from journeys.client.wealth.profile import Profile
from journeys.reference import Reference
from schemas.time import DAY, MINUTE, Instant
from tests.builders import CLIENT, MONDAY_10, the_catalogue

HOUSEHOLD = Household(
    birth=date(1980, 1, 1),
    told=Profile(essential_spending=500_000, ra_months=0.0),
    tested_at=Instant(MONDAY_10 - 100 * DAY),
)
YEAR = 366 * DAY


@pytest.fixture(autouse=True)
def _nothing_is_known():
    wealth._PROFILES.clear()


def profile(household=HOUSEHOLD, at=MONDAY_10, offset=480):
    state = ClientState(
        client=CLIENT, household=household, served=Served(utc_offset_minutes=offset)
    )
    draft = Draft(state, Reference(offset=0, catalogue=the_catalogue()))
    draft.begin(cause("asked", "/test", at=at, kind="asked"), now=at)
    return wealth.profile(draft)


def anew(*asked, **more):
    wealth._PROFILES.clear()
    return profile(*asked, **more)


MOVES = {
    "an answer": {"household": replace(HOUSEHOLD, told=Profile(essential_spending=600_000))},
    "a test": {"household": replace(HOUSEHOLD, tested_at=MONDAY_10)},
    "no test": {"household": replace(HOUSEHOLD, tested_at=None)},
    "a birthday": {"at": Instant(MONDAY_10 + YEAR)},
    "a month": {"at": Instant(MONDAY_10 + 31 * DAY)},
}


@pytest.mark.parametrize("moved", MOVES)
def test_what_moved_is_seen_at_once(moved):
    before, after = profile(), profile(**MOVES[moved])

    assert after == anew(**MOVES[moved]) != before
    assert profile() == before


def test_a_birthday_begins_at_the_clients_own_midnight():
    eve = Instant(1_798_732_800_000_000 - MINUTE)  # a minute before 2027 in Beijing
    assert profile(at=eve).age == 46
    assert profile(at=Instant(eve + MINUTE)).age == 47
    assert profile(at=Instant(eve + MINUTE), offset=0).age == 46


def test_the_same_day_finds_the_very_profile():
    assert profile() is profile(at=Instant(MONDAY_10 + MINUTE))


def test_a_month_that_begins_within_a_day_is_seen():
    tested_at = Instant(MONDAY_10 + MINUTE - 3 * wealth._MONTH)
    household = replace(HOUSEHOLD, tested_at=tested_at)
    assert profile(household).ra_months == 2
    assert profile(household, at=Instant(MONDAY_10 + MINUTE)).ra_months == 3
