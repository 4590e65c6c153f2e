"""Another parameter set comes into force: what moves is the set's alone, whoever wakes it."""

from functools import cache

import pytest

from journeys.catalogue.load import load
from journeys.client.steps import wealth
from journeys.client.steps.draft import Draft, cause
from journeys.client.steps.recheck import is_outdated
from journeys.client.wealth.attribution import Causes
from journeys.reference import Reference
from schemas import facts
from schemas.time import DAY, HOUR, Instant, format_instant, parse_instant
from tests.builders import MONDAY_10, Life, a_baseline, a_position, the_reference
from tests.journeys.catalogue.test_foreign import two_sets

NEW_YEAR = parse_instant("2027-01-01T00:00:00+08:00")
LATER = Instant(NEW_YEAR + 10 * HOUR)
WEIGHTS = "[20, 10, 20, 10, 15, 10, 5, 5, 5]"


@cache
def changing() -> Reference:
    """The reference under which the set changes at New Year."""
    catalogue = load(two_sets("next", weights=WEIGHTS), version="two")
    return the_reference().with_catalogue(catalogue, offset=9)


def living(**more):
    life = Life(known=False)
    life.reference = changing()
    fields = a_baseline()["fields"] | more.pop("fields", {})
    given = a_baseline(fields=fields, **more)
    life.say("corebank.baseline_loaded", given, at=Instant(MONDAY_10 - DAY))
    return life


def scores(said):
    return [fact.data for fact in said if isinstance(fact, facts.WealthScored)]


def profile(life, fields, *, at):
    data = {"version": 1, "fields": fields, "confirmed_by": "client"}
    return life.say("corebank.profile_changed", data, at=at)


def test_an_event_after_the_change_finds_the_set_followed_already():
    life = living()
    before = life.state.scored.total
    first, *rest = scores(profile(life, {"dependants": 4}, at=LATER))
    assert first.by_cause.keys() == {"params"}
    assert first.parameters == "next"
    assert first.under_previous == facts.ScoreUnder(parameters="2026-11", total=before)
    assert first.total - before == pytest.approx(first.by_cause["params"], abs=1e-9)
    assert all(later.by_cause.keys() == {"profile"} for later in rest)
    assert life.state.scored.total == pytest.approx(
        first.total
        + sum(life.state.scored.since.values())
        + sum(sum(later.by_cause.values()) for later in rest),
        abs=1e-9,
    )


def test_a_client_without_holdings_is_told_the_same():
    life = living(positions=[])
    (first, *_) = scores(profile(life, {"dependants": 4}, at=LATER))
    assert first.by_cause.keys() == {"params"}


def test_a_birthday_on_the_day_of_the_change_has_its_own_cause():
    """What the clock does at that very midnight is not the set's doing."""
    life = living(fields={"birth": "1967-01-01"})
    quiet = living(fields={"birth": "1967-06-01"})
    said = scores(life.wait(NEW_YEAR))
    assert [one.by_cause.keys() for one in said[:1]] == [{"params"}]
    (first, *_) = scores(profile(quiet, {"dependants": 4}, at=LATER))
    assert said[0].by_cause["params"] == pytest.approx(first.by_cause["params"], abs=1e-9)
    # At 60 nobody needs cover for lost income any more.
    told = {"clock": sum(one.by_cause.get("clock", 0.0) for one in said)} | life.state.scored.since
    assert told["clock"] > 0.5


def test_a_recheck_follows_the_set_once():
    life = living()
    assert not is_outdated(life.state, changing(), MONDAY_10)
    assert is_outdated(life.state, changing(), LATER)
    asked = {"offset": 9}
    said = life.say("engine.recheck_asked", asked, at=LATER, source="/suishen/sweeper")
    assert [one.by_cause.keys() for one in scores(said)] == [{"params"}]
    assert not is_outdated(life.state, changing(), LATER)


def test_after_a_year_the_new_series_stands_alone():
    life = living()
    last = Instant(NEW_YEAR + 365 * DAY)
    at = {"as_of": format_instant(last)}
    said = [
        *life.say("corebank.position_reported", a_position("wmp1", 1, version=2), at=LATER),
        *life.say(
            "corebank.position_reported",
            a_position("cur", 9_000_000, version=2, cause="flow", **at),
            at=last,
        ),
    ]
    assert [one.under_previous is None for one in scores(said)[-1:]] == [True]
    assert scores(said)[0].under_previous is not None


def test_a_baseline_says_that_it_is_a_new_beginning():
    life = living()
    assert [one.starts_over for one in scores(o.event for o in life.outputs)] == [True]
    said = life.say("corebank.baseline_loaded", a_baseline(), at=LATER, event_id="again")
    assert [one.starts_over for one in scores(said)][-1] is True


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("consent.complaint_opened", {"complaint": "k1", "topic": "service"}),
        ("corebank.position_reported", a_position("wmp1", 50_000, version=2)),
    ],
)
def test_what_is_heard_again_after_a_release_names_no_two_facts_alike(kind, data):
    life = living()
    at = Instant(LATER + DAY)
    life.say("app.page_viewed", {"page": "holdings"}, at=at)
    life.reference = the_reference()
    assert life.say(kind, data, at=at, event_id="once")
    life.reference = changing()
    assert scores(life.say(kind, data, at=at, event_id="once"))
    names = [output.event.id for output in life.outputs]
    assert len(names) == len(set(names))


def test_until_the_instant_of_its_timer_time_moves_nothing():
    """To the microsecond: so too in the month in which a risk test's age begins to cost points."""
    life, ages = living(), set()
    while (due := life.state.clock_at) is not None and due < MONDAY_10 + 700 * DAY:
        just_before = Instant(due - 1)
        life.wait(just_before)
        draft = Draft(life.state, life.reference)
        draft.begin(cause("x", "/x", at=just_before, kind="x"), now=just_before)
        ages.add(wealth.profile(draft).ra_months)
        wealth.rescore(draft, Causes.CLOCK)
        assert draft.scored.total == life.state.scored.total
        life.wait(due)
    assert max(ages) > 12
