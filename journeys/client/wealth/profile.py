"""The household behind a book, as told. Money in fen, shares 0 to 1."""

import msgspec


class Profile(msgspec.Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """Answers about a household; only the first five can be missing, the rest have defaults.

    A default counts as answered: it does not lower coverage.
    """

    age: int | None = None
    annual_income: int | None = None
    """After tax, of the household, a year."""
    essential_spending: int | None = None
    """A month, without debt service."""
    risk_class: int | None = None
    """C1 to C5, from the risk test."""
    horizon_years: int | None = None
    """To the main goal."""

    retirement_age: int = 60
    is_retired: bool = False
    income_stability: float = 0.7
    dependants: int = 0
    debt: int = 0
    debt_service: int = 0
    """A month."""
    high_cost_debt_share: float = 0.0
    """Of the debt, what costs more than 15 % a year."""
    education: int = 0
    """A lump sum still to be paid."""
    life_cover: int = 0
    critical_illness_cover: int = 0
    has_medical_cover: bool = False
    premium: int = 0
    """For all cover, a year."""
    monthly_saving: int = 0
    """Put aside for goals."""
    goals: tuple[tuple[int, int], ...] = ()
    """(fen wanted, whole years from now)."""
    ra_months: float = 3.0
    """Age of the risk test in months."""
    tolerable_loss: float | None = None
    """The share of the book that the client said they could lose in a year; `None` unstated."""
    planned_outflow: int = 0
    """Known to leave the account: not idle."""
