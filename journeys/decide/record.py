"""What a client's record tells the rows of law; what it does not tell is missing, and blocks."""

from datetime import date, datetime, timedelta
from typing import Final

from journeys.client.state import ClientState, Household
from journeys.client.wealth.profile import Profile
from journeys.decide.candidate import Situation
from journeys.decide.conduct.told import Value
from schemas.time import MINUTE, Instant, local_day


def in_doubt(state: ClientState) -> str | None:
    """What of the record cannot be relied on: `profile` or `positions`; `None` if all can."""
    if set(state.household.doubts) - _HARMLESS:
        return "profile"
    return "positions" if any(holding.doubt for holding in state.holdings) else None


_HARMLESS: Final = frozenset({"goals"})
"""Doubts about a profile that no row of a sale reads."""


def told_of(situation: Situation, profile: Profile, value_fen: int) -> dict[str, Value | None]:
    """What the record tells, by the names of the conduct table; `None` is missing and blocks.

    A test counts only if the client took it, on a device of their own (S10, `steps/risk_tests.py`).
    Net worth is what is held with us less all debts told, mortgages too: the stricter reading.
    """
    state, policy = situation.state, situation.edition.suitability
    household, offset = state.household, state.served.utc_offset_minutes
    tests, told = household.tests, household.told
    last = tests[-2].level if len(tests) > 1 else told.risk_class
    age = profile.age
    return {
        "age": age,
        "capacity": None if age is None else "full" if age >= policy.adult_age else "limited",
        "C": told.risk_class,
        "new_C": told.risk_class,
        "last_C": last,
        "reconfirmed": False,
        "test_date": _day(household.tested_at, offset),
        "order_date": _day(situation.now, offset),
        "test_time": clock(household.tested_at, offset),
        # What is proposed now is ordered later: a test of this moment comes before it (S10).
        "order_time": clock(Instant(situation.now + MINUTE), offset),
        "client_reported_change": _has_changed(household),
        "actor": "client",
        "rm_device": False,
        "rm_prompt": False,
        "fin_net_worth": _net_worth(household, value_fen),
        "monthly_need": _need(household),
        "guardian_consent": False,
        "measures": (),
        "online": False,
    }


def _has_changed(household: Household) -> bool:
    """Did the client tell of a change since the test?"""
    since = household.tested_at
    return since is not None and household.reported_since(since)


def _net_worth(household: Household, value_fen: int) -> int | None:
    return value_fen - household.told.debt if household.was_told("debt_fen") else None


def _need(household: Household) -> int | None:
    told = household.told
    if told.essential_spending is None:
        return None
    has_no_debt = household.was_told("debt_fen") and not told.debt
    if not has_no_debt and not household.was_told("debt_service_fen"):
        return None
    return told.essential_spending + told.debt_service


def _day(at: Instant | None, offset: int) -> date | None:
    return None if at is None else local_day(at, utc_offset_minutes=offset)


def clock(at: Instant | None, offset: int) -> datetime | None:
    """On the client's own clock, without a zone."""
    if at is None:
        return None
    return datetime(1970, 1, 1) + timedelta(microseconds=at, minutes=offset)  # noqa: DTZ001
