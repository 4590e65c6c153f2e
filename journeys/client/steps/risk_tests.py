"""Which risk tests count: taken by the client, in the past, and not too many (S08, S10)."""

from collections.abc import Mapping
from datetime import date

from msgspec.structs import replace

from journeys.client.state import Household, Tested
from journeys.client.steps.draft import Draft
from journeys.decide.conduct.months import months_later
from schemas.facts import Effect
from schemas.signals import corebank
from schemas.time import Instant, local_day

Refusal = tuple[Effect, str]


def refusal(draft: Draft, said: corebank.RiskTest) -> Refusal | None:
    """Why a test is not taken, if it is not."""
    known, limits = draft.household.tested_at, _limits(draft)
    impossible = refusal_on_day_0(draft, said)
    if impossible is not None:
        return impossible
    if known is not None and said.taken_at < known:
        return Effect.STALE, "older_than_known"
    days = [_day(draft, test.at) for test in draft.household.tests]
    today = _day(draft, said.taken_at)
    since = months_later(today, -limits["window_months"])
    if days.count(today) >= limits["tests_a_day"]:
        return Effect.REFUSED, "too_many_tests_a_day"
    if sum(day >= since for day in days) >= limits["tests_a_window"]:
        return Effect.REFUSED, "too_many_tests_a_year"
    return None


def refusal_on_day_0(draft: Draft, said: corebank.RiskTest) -> Refusal | None:
    """Why a test cannot be, whatever is known besides."""
    if said.actor != "client" or said.device != "client":
        return Effect.REFUSED, "test_not_by_client"
    return (Effect.REFUSED, "test_in_future") if said.taken_at > draft.now else None


def remember(draft: Draft, said: corebank.RiskTest) -> None:
    """Put a test among those that count: by time, as many as the limit of a year reads."""
    known, test = draft.household.tests, Tested(said.taken_at, said.risk_class, draft.cause.mark)
    # Of two at the same time the one told later counts.
    tests = sorted((*known, test), key=lambda one: one.at)
    most = _limits(draft)["tests_a_window"]
    draft.household = replace(draft.household, tests=tuple(tests[-most:]))


def dated(household: Household) -> Household:
    """As of the newest test that counts; of none, without a date."""
    tests = household.tests
    return replace(household, tested_at=tests[-1].at if tests else None)


def classed(household: Household) -> Household:
    """In the class of the newest test that counts; of none, in none: unknown is not the lowest."""
    tests = household.tests
    told = replace(household.told, risk_class=tests[-1].level if tests else None)
    return replace(household, told=told)


def _limits(draft: Draft) -> Mapping[str, int]:
    """The numbers of rule S08."""
    return draft.edition.conduct.rules["s08"].numbers


def _day(draft: Draft, moment: Instant) -> date:
    return local_day(moment, utc_offset_minutes=draft.served.utc_offset_minutes)
