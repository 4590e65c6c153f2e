"""D2 protection: cover held by cover needed, and what the premium costs."""

import msgspec

from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.rules import ProtectionRules
from journeys.client.wealth.standing import Standing


class Protection(msgspec.Struct, frozen=True):
    """Needs in fen, the shares of them covered, and the premium as a share of income."""

    life_need: float
    illness_need: float
    life_covered: float
    illness_covered: float
    has_medical_cover: bool
    premium_share: float
    life_gap: float
    """Need less cover; below 0 the client holds more than the need."""
    illness_gap: float


class _Answers(msgspec.Struct, frozen=True):
    age: int
    income: int
    spending: int
    value: int


def measure(standing: Standing) -> Protection | None:
    """`None` while age, income or spending is missing."""
    profile, rules = standing.profile, standing.parameters.protection
    told = _answers(standing)
    if told is None:
        return None
    life, illness = _life_need(told, profile, rules), _illness_need(told, profile, rules)
    tolerance = rules.tolerance_income_years * told.income
    return Protection(
        life,
        illness,
        _covered(profile.life_cover, life, tolerance),
        _covered(profile.critical_illness_cover, illness, tolerance),
        profile.has_medical_cover,
        profile.premium / max(told.income, 1),
        life - profile.life_cover,
        illness - profile.critical_illness_cover,
    )


def share(drivers: Protection, parameters: WealthParameters) -> float:
    """Parts for life, illness and medical cover, less if the premium weighs on income."""
    rules = parameters.protection
    covered = (
        rules.life_part * drivers.life_covered
        + rules.illness_part * drivers.illness_covered
        + rules.medical_part * drivers.has_medical_cover
    )
    return covered * read(rules.premium, drivers.premium_share)


def _answers(standing: Standing) -> _Answers | None:
    profile = standing.profile
    if profile.age is None or profile.annual_income is None or profile.essential_spending is None:
        return None
    return _Answers(
        age=profile.age,
        income=profile.annual_income,
        spending=profile.essential_spending,
        value=standing.book.value_fen,
    )


def _life_need(told: _Answers, profile: Profile, rules: ProtectionRules) -> float:
    """What the family would lack, up to a multiple of income."""
    dependants = profile.dependants
    kept = rules.support_first + rules.support_per_dependant * dependants
    support = rules.support_months * told.spending * min(1.0, kept) if dependants else 0.0
    own = rules.life_wealth_offset * told.value
    need = profile.debt + support + profile.education - own
    return max(0.0, min(rules.life_income_years * told.income, need))


def _illness_need(told: _Answers, profile: Profile, rules: ProtectionRules) -> float:
    """Income lost to an illness; none once nobody lives on income."""
    if profile.is_retired or told.age >= rules.illness_until_age:
        return 0.0
    lost = min(rules.illness_income_years * told.income, rules.illness_cap_fen)
    return max(0.0, lost - rules.illness_wealth_offset * told.value)


def _covered(cover: int, need: float, tolerance: float) -> float:
    """In [0, 1]; a household without need and income is covered."""
    if need + tolerance <= 0:
        return 1.0
    return min(1.0, (cover + tolerance) / (need + tolerance))
