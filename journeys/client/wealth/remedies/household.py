"""D1, D2, D6, D8 and D9: what the household could add, cover, save, deploy or repay."""

from collections.abc import Sequence

from msgspec.structs import replace

from journeys.client.wealth.book import LIQUID_STEPS, Lot
from journeys.client.wealth.curve import leaves_top, reaches_top, read
from journeys.client.wealth.diagnosis import Diagnosis
from journeys.client.wealth.dimensions import goals
from journeys.client.wealth.remedies.remedy import Do, Remedy, Step, whole_fen
from journeys.client.wealth.standing import Standing

_MONTHS = 12
_MOST_YEARS = 40
"""A goal is not put off by more than this."""
_BASIS = 10_000


def liquidity(standing: Standing) -> Remedy | None:
    """Add what is missing of the reserve."""
    if standing.reserve is None:
        return None
    wanted = standing.reserve * reaches_top(standing.parameters.liquidity.curve)
    missing = whole_fen(wanted - standing.book.liquid / LIQUID_STEPS)
    if missing <= 0:
        return None
    return Remedy(1, 1.0, (Step(Do.ADD_LIQUID, missing),), is_full=True)


def protection(standing: Standing, diagnosis: Diagnosis) -> Remedy | None:
    """The gaps of cover; the premium that they would cost is not known here."""
    drivers = diagnosis.protection
    if drivers is None:
        return None
    steps = []
    if drivers.life_covered < 1:
        steps.append(Step(Do.COVER_LIFE, whole_fen(drivers.life_gap)))
    if drivers.illness_covered < 1:
        steps.append(Step(Do.COVER_ILLNESS, whole_fen(drivers.illness_gap)))
    if not drivers.has_medical_cover:
        steps.append(Step(Do.COVER_MEDICAL))
    level = read(standing.parameters.protection.premium, drivers.premium_share)
    return Remedy(2, level, tuple(steps), is_full=level >= 1) if steps else None


def goal(standing: Standing, diagnosis: Diagnosis) -> Remedy | None:
    """Save more a month, or wait longer; without goals, what the return is short of."""
    drivers, rules = diagnosis.goals, standing.parameters.goals
    if drivers is None:
        return None
    if drivers.funded is None:
        real = drivers.growth - standing.parameters.market.inflation
        short = reaches_top(rules.real_return) - real
        step = Step(Do.RAISE_RETURN, whole_fen(short * _BASIS))
        return Remedy(6, 1.0, (step,), is_full=True) if short > 0 else None
    full = reaches_top(rules.funded)
    if drivers.funded >= full:
        return None
    steps = _save(standing, drivers, full) + _postpone(standing, full)
    if not steps:
        return Remedy(6, read(rules.funded, drivers.funded), (), is_full=False)
    return Remedy(6, 1.0, steps, is_full=True)


def idle(standing: Standing, diagnosis: Diagnosis, lots: Sequence[Lot]) -> Remedy | None:
    """Put idle money to work, and say what maturing lots are to become."""
    drivers, rules = diagnosis.idle, standing.parameters.idle
    if drivers is None:
        return None
    steps: tuple[Step, ...] = ()
    if drivers.idle > leaves_top(rules.idle):
        steps = (Step(Do.DEPLOY, whole_fen(drivers.idle * standing.value)),)
    if drivers.maturing > leaves_top(rules.maturing):
        days = standing.parameters.book.maturing_days
        steps += tuple(_roll_over(lot) for lot in lots if _matures(lot, days))
    return Remedy(8, 1.0, steps, is_full=True) if steps else None


def debt(standing: Standing, diagnosis: Diagnosis) -> Remedy | None:
    """Prepay until the service is light; what costs most first."""
    drivers, rules = diagnosis.debt, standing.parameters.debt
    if drivers is None:
        return None
    steps: tuple[Step, ...] = ()
    if drivers.costly > leaves_top(rules.costly):
        owed = whole_fen(standing.profile.debt * drivers.costly)
        steps = (Step(Do.RETIRE_COSTLY_DEBT, owed),)
    income = max(standing.profile.annual_income or 0, 1)
    light = leaves_top(rules.service) * income / _MONTHS
    if (over := whole_fen(standing.profile.debt_service - light)) > 0:
        steps += (Step(Do.LOWER_DEBT_SERVICE, over),)
    return Remedy(9, 1.0, steps, is_full=True) if steps else None


def _save(standing: Standing, drivers: goals.Goals, full: float) -> tuple[Step, ...]:
    """The saving that funds every date: the tightest goal alone would not do for the others."""
    most = 0.0
    for wanted, annuity in goals.by_date(standing, drivers.rate):
        missing = full * wanted - drivers.investable
        if missing > 0 and annuity <= 0:
            return ()
        if missing > 0:
            most = max(most, missing / (_MONTHS * annuity))
    return (Step(Do.SAVE_MONTHLY, whole_fen(most)),)


def _postpone(standing: Standing, full: float) -> tuple[Step, ...]:
    """The fewest years by which all goals would have to wait."""
    told = standing.profile
    for years in range(1, _MOST_YEARS + 1):
        later = tuple((fen, due + years) for fen, due in told.goals)
        found = goals.measure(replace(standing, profile=replace(told, goals=later)))
        if found is not None and found.funded is not None and found.funded >= full:
            return (Step(Do.POSTPONE_GOALS, years),)
    return ()


def _matures(lot: Lot, within: int) -> bool:
    days = lot.days_to_maturity
    return bool(lot.value_fen) and not lot.rolls_over and days is not None and 0 <= days <= within


def _roll_over(lot: Lot) -> Step:
    return Step(Do.ROLL_OVER, lot.value_fen, lot.product)
